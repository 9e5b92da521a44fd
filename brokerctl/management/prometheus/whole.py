"""The metrics `rabbitmq_global_*`, by protocol and type of queue, and the sizes of messages.

They only grow: what queues, channels and vhosts counted that are gone is part of them (core/counters.py: Totals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from brokerctl.core.counters import SIZES, Counters, Sizes, Totals
from brokerctl.core.reasons import Reason
from brokerctl.management.prometheus.exposition import Labels, Metric, counter, gauge, labels, samples
from brokerctl.management.prometheus.families import OpenChannel
from brokerctl.management.prometheus.node import Sample

PROTOCOL = "amqp091"
TYPES = ("classic", "quorum")

DELIVERED: tuple[tuple[str, str, Callable[[Counted], float]], ...] = (
    (
        "messages_delivered_total",
        "Messages handed out",
        lambda of: of.get + of.get_no_ack + of.deliver + of.deliver_no_ack,
    ),
    ("messages_delivered_consume_manual_ack_total", "To consumers that ack", lambda of: of.deliver),
    ("messages_delivered_consume_auto_ack_total", "To consumers that need not", lambda of: of.deliver_no_ack),
    ("messages_delivered_get_manual_ack_total", "By basic.get with ack", lambda of: of.get),
    ("messages_delivered_get_auto_ack_total", "By basic.get without", lambda of: of.get_no_ack),
    ("messages_get_empty_total", "basic.get that found no message", lambda of: of.get_empty),
    ("messages_redelivered_total", "Messages handed out once more", lambda of: of.redeliver),
    ("messages_acknowledged_total", "Messages acknowledged", lambda of: of.ack),
)


def of_channels(counted: Counters, channels: Sequence[OpenChannel]) -> list[Sample]:
    """`counted` is of all channels there ever were, those that are open among them."""
    where = labels(protocol=PROTOCOL)
    publishers = sum(found.channel.counters.publish > 0 for found in channels)
    consumers = sum(len(found.channel.consumers) for found in channels)
    unconfirmed = sum(found.channel.confirms.unconfirmed for found in channels if found.channel.confirms is not None)
    found: list[tuple[Metric, float]] = [
        (gauge("publishers", "Channels that have published"), publishers),
        (gauge("consumers", "Consumers"), consumers),
        (counter("messages_received_total", "Messages published"), counted.publish),
        (counter("messages_received_confirm_total", "Messages published to be confirmed"), counted.confirm),
        (counter("messages_confirmed_total", "Messages confirmed or refused"), counted.confirm - unconfirmed),
        (
            counter("messages_unroutable_returned_total", "Mandatory messages that no queue took"),
            counted.return_unroutable,
        ),
        (counter("messages_unroutable_dropped_total", "Other messages that no queue took"), counted.drop_unroutable),
    ]
    return [(metric, [(where, value)]) for metric, value in found]


class Counted(NamedTuple):
    """What queues of one type counted, those that are gone among them."""

    publish: float
    get: float
    get_no_ack: float
    deliver: float
    deliver_no_ack: float
    redeliver: float
    ack: float
    get_empty: float


def of_queues(counted: dict[str, Counted]) -> list[Sample]:
    """By type of queue."""
    routed = sum(each.publish for each in counted.values())
    found: list[Sample] = [
        (
            counter("messages_routed_total", "Messages that came into queues, dead letters among them"),
            [(labels(protocol=PROTOCOL), routed)],
        )
    ]
    for name, about, read in DELIVERED:
        rows = [(labels(protocol=PROTOCOL, queue_type=_type(kind)), read(each)) for kind, each in counted.items()]
        found.append((counter(name, about), rows))
    return found


def of_deaths(totals: Totals) -> list[Sample]:
    """Messages that queues gave up, and whether there was an exchange to give them to."""
    found: list[Sample] = []
    for reason in Reason:
        rows: list[tuple[Labels, float]] = [
            (
                labels(queue_type=_type(kind), dead_letter_strategy="at_most_once" if has_exchange else "disabled"),
                totals.deaths[kind, has_exchange, reason],
            )
            for kind in TYPES
            if kind == "quorum" or reason is not Reason.DELIVERY_LIMIT
            for has_exchange in (True, False)
        ]
        found.append((counter(f"messages_dead_lettered_{reason}_total", f"Messages given up: {reason}"), rows))
    return found


def sizes(counted: Sizes, prefix: str) -> str:
    """A histogram: each bucket counts what is in those before it as well."""
    metric = Metric("message_size_bytes", "histogram", "Bytes of the bodies of published messages")
    name, of, below = prefix + metric.name, labels(protocol=PROTOCOL), 0
    rows: list[tuple[Labels, float]] = []
    for bound, count in zip([*map(str, SIZES), "+Inf"], counted.counts, strict=True):
        below += count
        rows.append((f"{of},{labels(le=bound)}", below))
    return "".join(
        (
            metric.head(prefix),
            samples(f"{name}_bucket", rows),
            samples(f"{name}_count", [(of, below)]),
            samples(f"{name}_sum", [(of, counted.total_bytes)]),
        )
    )


def _type(kind: str) -> str:
    return f"rabbit_{kind}_queue"
