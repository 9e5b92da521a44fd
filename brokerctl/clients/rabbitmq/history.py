"""The last ten minutes of one object, as far as the broker kept them: what a chart shows before it has watched it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from brokerctl.clients.details import Moment
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS

SECONDS, STEP_SECONDS = 600, 5
RANGES = {
    f"{family}_{part}": str(value)
    for family in ("lengths", "msg_rates", "data_rates", "node_stats")
    for part, value in (("age", SECONDS), ("incr", STEP_SECONDS))
}

GAUGES = frozenset(
    ("messages_ready", "messages_unacknowledged", "mem_used", "disk_free", "fd_used", "sockets_used", "proc_used")
)
"""What goes up and down and is told as it is; all else is counted and told per second."""


def of(http: Http, path: Sequence[str], keys: Sequence[str]) -> list[Moment]:
    """GET the path with RabbitMQ's ranges: for each time the values of these keys, oldest first.

    A key with a dot is within an object: 'message_stats.publish'. Brokers that keep no history answer none.
    """
    # Only the default exchange has no name, and another one in paths.
    item = http.get_object(*(segment or DEFAULT_EXCHANGE_IN_PATHS for segment in path), params=RANGES)
    columns = [_column(item, key) for key in keys]
    times = sorted({at for column in columns for at in column})
    return [Moment(at, tuple(column.get(at) for column in columns)) for at in times]


def _column(item: Json, key: str) -> dict[float, float]:
    """Seconds since 1970 to value. RabbitMQ's times are rounded to its step; what is between two is theirs."""
    within, _, name = key.rpartition(".")
    samples = read.items(read.table(read.table(item, within) if within else item, f"{name}_details"), "samples")
    known = sorted((read.number(each, "timestamp") / 1000, read.number(each, "sample")) for each in samples)
    if name in GAUGES:
        return dict(known)
    steps = itertools.pairwise(known)
    return {at: max(0.0, (count - before) / (at - then)) for (then, before), (at, count) in steps if at > then}
