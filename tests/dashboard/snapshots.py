"""Rows and snapshots as the collector makes them, for tests that need no broker."""

from __future__ import annotations

from typing import Any

from brokerctl.clients.models import MessageCounters, Overview, Queue
from dashboard.snapshot import BrokerState, QueueRow, Rates, Snapshot


def queue(name: str = "orders", vhost: str = "/", **values: Any) -> Queue:
    given: dict[str, Any] = {
        "type": "classic",
        "durable": True,
        "auto_delete": False,
        "exclusive": False,
        "arguments": {},
        "state": "running",
        "policy": None,
        "effective_policy": {},
        "messages_ready": 0,
        "messages_unacknowledged": 0,
        "consumers": 0,
        "consumer_utilisation": None,
        "message_bytes": None,
        "counters": MessageCounters(),
        "node": "here",
    }
    return Queue(vhost=vhost, name=name, **{**given, **values})


def row(name: str = "orders", vhost: str = "/", rates: Rates | None = None, **values: Any) -> QueueRow:
    """A row; what is no field of it goes to its queue."""
    mine = {key: values.pop(key) for key in list(values) if key in QueueRow.__dataclass_fields__}
    return QueueRow(queue(name, vhost, **values), rates or Rates(), **mine)


def snapshot(*rows: QueueRow, state: BrokerState = BrokerState.LIVE, **values: Any) -> Snapshot:
    overview = Overview("Postroom", "1", "c", "n", connections=9, channels=9, queues=len(rows))
    return Snapshot(state, **{"overview": overview, "queues": {each.key: each for each in rows}, **values})
