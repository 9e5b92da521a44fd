"""The queues of each vhost in the order of their names, remembered: sorting fifty thousand takes longer than a page."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost


class Catalogue:
    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Vhost, tuple[int, list[str], list[Queue]]] = WeakKeyDictionary()
        """By vhost: what was counted then, the names, the queues."""

    def queues(self, vhost: Vhost) -> list[Queue]:
        """Not to be changed by the caller."""
        churn, queues = vhost.context.churn, vhost.queues
        changes = churn.queue_created + churn.queue_deleted
        known = self._known.get(vhost)
        if known is not None and known[0] == changes:
            return known[2]
        before = known[1] if known is not None else []
        # What stayed is in order already, so this is little more than one look at each.
        names = [*filter(queues.__contains__, before), *(queues.keys() - set(before))]
        names.sort()
        found = [queues[name] for name in names]
        self._known[vhost] = changes, names, found
        return found
