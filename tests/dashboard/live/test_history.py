from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from brokerctl.clients.models import Exchange, MessageCounters, Overview
from dashboard.live.history import CHARTED_QUEUES, SPARK_POINTS, BrokerHistory
from dashboard.snapshot import QueueRow
from tests.dashboard.snapshots import queue

START = datetime(2026, 3, 1, tzinfo=UTC)


class Broker:
    """A broker whose counters a test sets, looked at once a second."""

    def __init__(self) -> None:
        self.history = BrokerHistory(is_fresh=True, step_seconds=1)
        self.second = 1000

    def look(self, seconds: int = 1, **values: Any) -> QueueRow:
        self.second += seconds
        now = START + timedelta(seconds=self.second)
        return self.history.queues([queue(**values)], self.second, self.second, now)["/", "orders"]

    def since(self, moment: datetime | None) -> float | None:
        return None if moment is None else self.second - (moment - START).total_seconds()


def test_a_rate_is_known_from_the_second_look_on_and_not_after_a_restart() -> None:
    broker = Broker()

    rates = [broker.look(counters=MessageCounters(publish=count)).rates.publish for count in (10, 15, 3, 4)]

    assert rates == [None, 5.0, None, 1.0]


def test_a_gap_in_looking_makes_no_rate() -> None:
    broker = Broker()
    broker.look(counters=MessageCounters(publish=10))

    assert broker.look(60, counters=MessageCounters(publish=500)).rates.publish is None


def test_the_time_without_consumers_runs_while_messages_wait() -> None:
    broker = Broker()

    broker.look(messages_ready=1)
    waiting = broker.look(90, messages_ready=5)
    assert broker.since(waiting.no_consumers_since) == 90

    assert broker.look(messages_ready=5, consumers=1).no_consumers_since is None
    again = broker.look(messages_ready=5)
    assert broker.since(again.no_consumers_since) == 0
    assert broker.look(messages_ready=0).no_consumers_since is None


def test_the_time_without_an_ack_ends_with_an_ack() -> None:
    broker = Broker()
    busy = {"messages_unacknowledged": 3, "consumers": 1}

    broker.look(**busy)
    broker.look(**busy)
    stuck = broker.look(60, **busy)
    assert broker.since(stuck.no_ack_since) == 60

    assert broker.look(**busy, counters=MessageCounters(ack=1)).no_ack_since is None


def test_the_time_of_stillness_ends_with_traffic() -> None:
    broker = Broker()
    broker.look()
    idle = broker.look(4)
    assert broker.since(idle.idle_since) == 4

    assert broker.look(counters=MessageCounters(publish=1)).idle_since is None


def test_the_sparkline_is_short_and_ends_with_now() -> None:
    broker = Broker()
    for depth in range(400):
        row = broker.look(messages_ready=depth)

    assert len(row.depth) == SPARK_POINTS + 1
    assert row.depth[-1] == 399
    assert list(row.depth) == sorted(depth for depth in row.depth if depth is not None)


def test_queues_that_are_gone_are_forgotten() -> None:
    broker = Broker()
    broker.look(counters=MessageCounters(publish=5))
    broker.history.queues([], 2000, 2000, START)

    assert broker.history.queue_series(("/", "orders")) is None
    assert broker.look(counters=MessageCounters(publish=9)).rates.publish is None


def test_of_very_many_queues_only_those_that_are_looked_at_are_charted() -> None:
    history = BrokerHistory(is_fresh=True, step_seconds=1)
    many = [queue(f"q{number}") for number in range(CHARTED_QUEUES + 1)]
    history.watched = {("/", "q7")}

    history.queues(many, 1, 1, START)

    assert history.queue_series(("/", "q7")) is not None
    assert history.queue_series(("/", "q8")) is None


def test_the_broker_has_a_series_of_its_own() -> None:
    history = BrokerHistory(is_fresh=True, step_seconds=1)

    for second, published in ((100, 10), (101, 14)):
        overview = Overview("x", "1", "c", "n", messages_ready=2, counters=MessageCounters(publish=published))
        rates = history.broker(overview, second, second)

    assert rates.publish == 4.0
    assert history.series.points("1m")[-1] == (101, (2, 0, 4.0, 0.0, 0.0))


def test_exchanges_have_rates_in_and_out_and_are_forgotten() -> None:
    history = BrokerHistory(is_fresh=True, step_seconds=1)

    def look(at: float, came: int, went: int) -> tuple[float | None, float | None]:
        return history.exchanges([Exchange("/", "x", "topic", True, False, False, {}, None, came, went)], at)["/", "x"]

    assert look(1, 10, 10) == (None, None)
    assert look(2, 13, 10) == (3.0, 0.0)
    history.exchanges([], 3)
    assert look(4, 20, 20) == (None, None)


def test_marks_of_a_queue_are_forgotten_with_it_and_still_count_for_the_broker() -> None:
    history = BrokerHistory(is_fresh=True, step_seconds=1)
    history.queues([queue("here"), queue("gone")], 1, 1, START)
    for key in (("/", "here"), ("/", "gone"), None):
        history.marked(key)

    history.queues([queue("here")], 2, 2, START)

    assert history.marks_seen(("/", "here")) == 2
    assert history.marks_seen(("/", "gone")) == 1
    assert history.marks_seen(None) == 3
