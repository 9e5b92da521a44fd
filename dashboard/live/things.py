"""Feeds of what is asked for only while somebody watches, and what travels in each.

    connections:<broker>, channels:<broker>, consumers:<broker>, bindings:<broker>, vhosts:<broker>, nodes:<broker>
    unacked:<broker>                              who holds unacked messages
    connection:<broker>:<name>, channel:<broker>:<name>, node:<broker>:<name>, vhost:<broker>:<vhost>
    queue-details:<broker>:<vhost>:<queue>, queue-unacked:<broker>:<vhost>:<queue>, exchange:<broker>:<vhost>:<name>

All have `state` of the broker, `error` (why this is not newer), `shape` (dashboard.looks.shapes) and `gone`; lists have
`rows` by row key.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import brokers, paths
from dashboard.live import cells
from dashboard.live.protocol import Data
from dashboard.live.subscriptions import StreamKey
from dashboard.looks import kinds, look
from dashboard.looks.look import Kind, Names
from dashboard.models import Broker

Scope = Set[str] | None
"""The vhosts that the watchers may see; None: all."""


@dataclass(slots=True, frozen=True)
class Thing:
    kind: Kind[Any]
    cells: Callable[[Any, Scope], Data | None]
    """What the watchers get; None: it is not for them."""
    names: int = 0
    """How many its feed has behind the broker's."""
    is_of_vhost: bool = False
    """The first of them is a vhost."""
    is_of_broker: bool = False
    """For those who see all vhosts."""


@dataclass(slots=True, frozen=True)
class Watched:
    feed: str
    kind: Kind[Any]
    names: Names


THINGS = {
    thing.kind.name: thing
    for thing in (
        Thing(kinds.CONNECTIONS, cells.connections),
        Thing(kinds.CONNECTION, cells.connection, names=1),
        Thing(kinds.CHANNELS, cells.channels),
        Thing(kinds.CHANNEL, cells.channel, names=1),
        Thing(kinds.CONSUMERS, cells.consumers),
        Thing(kinds.NODES, cells.nodes, is_of_broker=True),
        Thing(kinds.NODE, cells.node, names=1, is_of_broker=True),
        Thing(kinds.VHOSTS, cells.vhosts),
        Thing(kinds.VHOST, cells.vhost, names=1, is_of_vhost=True),
        Thing(kinds.BINDINGS, cells.bindings),
        Thing(kinds.UNACKED, cells.unacked),
        Thing(kinds.QUEUE, cells.queue, names=2, is_of_vhost=True),
        Thing(kinds.QUEUE_UNACKED, cells.unacked, names=2, is_of_vhost=True),
        Thing(kinds.EXCHANGE, cells.exchange, names=2, is_of_vhost=True),
    )
}


def watched(feed: str) -> Watched:
    kind, _, *names = feed.split(":")
    return Watched(feed, THINGS[kind].kind, tuple(paths.name(name) for name in names))


def data(broker: Broker, key: StreamKey, now: datetime) -> Data:
    """What a stream of these feeds has now."""
    each = watched(key.feed)
    state = brokers.snapshot(broker).state.value
    known = look.latest(broker, each.kind, *each.names)
    if known is None:
        # Either nobody asked yet, or the broker has it no more; only a page that shows it can tell them apart.
        return {"state": state, "gone": True}
    found = THINGS[each.kind.name].cells(known.value, key.scope)
    if found is None:
        return {"state": state, "gone": True}
    if key.only is not None and "rows" in found:
        found["rows"] = {row: values for row, values in found["rows"].items() if row in key.only}
    return {"state": state, "gone": False, "error": known.error, **found}
