"""What watching one broker over time tells: rates, sparklines, charts, since when something is wrong.

Fed once a step with what the broker said; keeps numbers only. Knows no clock and no sockets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from brokerctl.clients.models import Exchange, MessageCounters, Overview, Queue
from brokerctl.metrics.rates import Meter, StepMeter
from brokerctl.metrics.series import Series
from dashboard.snapshot import DEPTH_STEP_SECONDS, QueueRow, Rates
from dashboard.verdicts import REDELIVERING_SHARE, redelivered_share

RENEWAL_SECONDS = 5.0
"""RabbitMQ and LavinMQ renew their statistics every five seconds."""

CHARTED_QUEUES = 500
"""On a broker with more queues only those that somebody looks at get a series: three rings each cost memory."""

SPARK_POINTS = 60

Key = tuple[str, str]


class Meters:
    """The rates of one set of counters."""

    __slots__ = ("_meters",)

    def __init__(self, is_fresh: bool) -> None:
        self._meters = [Meter() if is_fresh else StepMeter(RENEWAL_SECONDS) for _ in range(4)]

    def read(self, counters: MessageCounters, at: float, max_gap: float) -> Rates:
        values = (counters.publish, counters.deliver_get, counters.ack, counters.redeliver)
        rates = [meter.read(value, at, max_gap) for meter, value in zip(self._meters, values, strict=True)]
        return Rates(*rates)


@dataclass(slots=True)
class QueueHistory:
    meters: Meters
    spark: deque[float | None] = field(default_factory=lambda: deque(maxlen=SPARK_POINTS))
    spark_at: float = 0.0
    series: Series | None = None
    no_consumers_since: datetime | None = None
    no_ack_since: datetime | None = None
    redelivering_since: datetime | None = None
    idle_since: datetime | None = None
    ack_count: int = -1


class BrokerHistory:
    """`is_fresh` says that counters are read at the moment of the request (the embedded broker)."""

    def __init__(self, is_fresh: bool, step_seconds: float) -> None:
        self._is_fresh = is_fresh
        self._max_gap = max(3 * step_seconds, 5.0)
        self._meters = Meters(is_fresh)
        self._queues: dict[Key, QueueHistory] = {}
        self._exchanges: dict[Key, tuple[Meter | StepMeter, Meter | StepMeter]] = {}
        self.series = Series(5)
        """ready, unacked, publish, deliver, ack of the whole broker."""
        self._marks: dict[Key | None, int] = {}
        self._marks_in_all = 0
        self.rest_seconds = 0.0
        """Between two looks at all queues, where that is longer than a step."""
        self.watched: set[Key] = set()
        """Queues somebody looks at: they get a series however many queues there are."""

    def begin(self, known: dict[Key | None, list[list[float | None]]]) -> None:
        """Points of before this process, by queue; None: of the whole broker."""
        for key, points in known.items():
            series = self.series
            if key is not None:
                series = Series(5)
                self._queues[key] = QueueHistory(Meters(self._is_fresh), series=series)
            for at, *values in points:
                if at is not None and any(value is not None for value in values):
                    series.add(at, values)

    def marked(self, key: Key | None) -> None:
        """Something to be seen in the charts of this queue, or of all (None), happened and is in the database."""
        self._marks[key] = self._marks.get(key, 0) + 1
        self._marks_in_all += 1

    def marks_seen(self, key: Key | None) -> int:
        """Grows when charts of this queue, or of the broker (None), have a new mark."""
        if key is None:
            return self._marks_in_all
        return self._marks.get(key, 0) + self._marks.get(None, 0)

    def broker(self, overview: Overview, at: float, wall: float) -> Rates:
        """The rates of the whole broker; adds a point to its series."""
        rates = self._meters.read(overview.counters, at, self._max_gap)
        values = (overview.messages_ready, overview.messages_unacknowledged, rates.publish, rates.deliver, rates.ack)
        self.series.add(wall, values)
        return rates

    def queues(
        self, queues: list[Queue], at: float, wall: float, now: datetime, *, is_whole: bool = True
    ) -> dict[Key, QueueRow]:
        """Rows for these queues. When they are all of the broker's, those that are not among them are forgotten."""
        rows = {}
        is_small = max(len(queues), len(self._queues)) <= CHARTED_QUEUES
        for queue in queues:
            key = queue.vhost, queue.name
            known = self._queues.get(key)
            if known is None:
                known = self._queues[key] = QueueHistory(Meters(self._is_fresh))
            rows[key] = self._row(queue, known, at, wall, now, is_small or key in self.watched)
        if is_whole:
            for key in self._queues.keys() - rows.keys():
                del self._queues[key]
            # Queues that live for one answer come and go by the thousand.
            for gone in [key for key in list(self._marks) if key is not None and key not in rows]:
                del self._marks[gone]
        return rows

    def exchanges(self, exchanges: list[Exchange], at: float) -> dict[Key, tuple[float | None, float | None]]:
        """(in, out) per second of every exchange."""
        rates = {}
        for exchange in exchanges:
            key = exchange.vhost, exchange.name
            meters = self._exchanges.get(key)
            if meters is None:
                meters = self._exchanges[key] = (self._meter(), self._meter())
            rates[key] = (
                meters[0].read(exchange.publish_in, at, self._max_gap),
                meters[1].read(exchange.publish_out, at, self._max_gap),
            )
        for key in self._exchanges.keys() - rates.keys():
            del self._exchanges[key]
        return rates

    def queue_series(self, key: Key) -> Series | None:
        known = self._queues.get(key)
        return known.series if known else None

    def _meter(self) -> Meter | StepMeter:
        return Meter() if self._is_fresh else StepMeter(RENEWAL_SECONDS)

    def _row(
        self, queue: Queue, known: QueueHistory, at: float, wall: float, now: datetime, is_charted: bool
    ) -> QueueRow:
        rates = known.meters.read(queue.counters, at, max(self._max_gap, 3 * self.rest_seconds))
        if at - known.spark_at >= DEPTH_STEP_SECONDS:
            known.spark.append(float(queue.messages))
            known.spark_at = at
        if is_charted:
            if known.series is None:
                known.series = Series(5)
            values = (queue.messages_ready, queue.messages_unacknowledged, rates.publish, rates.deliver, rates.ack)
            known.series.add(wall, values)
        _notice(queue, known, rates, now)
        return QueueRow(
            queue=queue,
            rates=rates,
            depth=(*known.spark, float(queue.messages)),
            no_consumers_since=known.no_consumers_since,
            no_ack_since=known.no_ack_since,
            redelivering_since=known.redelivering_since,
            idle_since=known.idle_since,
        )


def _notice(queue: Queue, known: QueueHistory, rates: Rates, now: datetime) -> None:
    """Since when something is as it is: kept while it holds, forgotten when it ends."""
    lonely = queue.messages_ready > 0 and queue.consumers == 0
    known.no_consumers_since = (known.no_consumers_since or now) if lonely else None
    acked = queue.counters.ack != known.ack_count
    known.ack_count = queue.counters.ack
    stuck = queue.messages_unacknowledged > 0 and queue.consumers > 0 and not acked
    known.no_ack_since = (known.no_ack_since or now) if stuck else None
    is_again = redelivered_share(rates) > REDELIVERING_SHARE
    known.redelivering_since = (known.redelivering_since or now) if is_again else None
    is_still = not any((rates.publish, rates.deliver, rates.ack))
    known.idle_since = (known.idle_since or now) if is_still else None
