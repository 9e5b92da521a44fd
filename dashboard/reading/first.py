"""The first few messages of a queue for its own page: looked at where that changes nothing, else those last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Overview, Queue
from brokerctl.errors import ClientError
from brokerctl.operations.browse import browse
from dashboard.reading import effects
from dashboard.reading.effects import Effect
from dashboard.reading.entries import Entry
from dashboard.reading.reads import Read

SHOWN = 6


@dataclass(slots=True, frozen=True)
class First:
    entries: tuple[Entry, ...] | None
    """None: nobody has looked, and a look would leave a mark; `effect` says which."""
    effect: Effect
    read_at: datetime | None = None
    """Of a look that was kept; None: it is of this moment."""
    error: str = ""


def first(client: BrokerClient, queue: Queue, overview: Overview | None, kept: Read | None) -> First:
    """What the page of this queue shows. Never takes a message."""
    effect = effects.before(queue, overview)
    if effect.is_traceless and effect.is_readable:
        try:
            look = browse(client, queue.vhost, queue.name, SHOWN)
        except ClientError as error:
            return First(None, effect, error=str(error))
        entries = tuple(Entry(at, seen.fingerprint, seen.message) for at, seen in enumerate(look.seen, start=1))
        return First(entries, effects.after(queue, overview, len(entries), is_traceless=True))
    if kept is None:
        return First(None, effect)
    entries = kept.entries[:SHOWN]
    told = effects.after(queue, overview, len(kept.entries), is_traceless=kept.is_traceless)
    return First(entries, told, kept.at)
