from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard import outlook, rules, verdicts
from dashboard.snapshot import BrokerState, QueueRow, Rates
from dashboard.verdicts import Status, Verdict
from tests.dashboard.snapshots import row, snapshot

NOW = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
DELAY = {"x-message-ttl": 600_000, "x-dead-letter-exchange": ""}
RISING = tuple(float(depth) for depth in range(100, 230, 10))
SLOWLY = (0.0,) * 12 + (9.0,)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def verdict(state: BrokerState = BrokerState.LIVE, **values: Any) -> Verdict:
    judged: QueueRow = row(**values)
    return verdicts.of_queue(judged, snapshot(judged, state=state), NOW)


@pytest.mark.parametrize(
    ("values", "status", "text"),
    [
        ({}, Status.IDLE, "Idle"),
        ({"idle_since": ago(0.4)}, Status.IDLE, "Idle"),
        ({"idle_since": ago(90)}, Status.IDLE, "Idle, 1 h"),
        ({"messages_ready": 3}, Status.IDLE, "Waiting, no consumers"),
        ({"rates": Rates(publish=1.0)}, Status.OK, "Flowing"),
        ({"rates": Rates(ack=0.1)}, Status.OK, "Flowing"),
        ({"messages_ready": 3, "rates": Rates(publish=1.0)}, Status.IDLE, "Waiting, no consumers"),
        ({"messages_ready": 3, "rates": Rates(publish=1.0), "consumers": 1}, Status.OK, "Flowing"),
        ({"messages_ready": 3, "rates": Rates(publish=1.0, deliver=1.0)}, Status.OK, "Flowing"),
        ({"no_consumers_since": ago(1), "messages_ready": 9}, Status.IDLE, "Waiting, no consumers"),
        ({"no_consumers_since": ago(14), "messages_ready": 9}, Status.CRIT, "No consumers, 14 min"),
        ({"no_ack_since": ago(1), "messages_unacknowledged": 2, "consumers": 1}, Status.IDLE, "Idle"),
        ({"no_ack_since": ago(3), "messages_unacknowledged": 2, "consumers": 1}, Status.CRIT, "No ack for 3 min"),
        ({"arguments": {"x-max-length": 5}, "messages_ready": 5}, Status.CRIT, "Full"),
        ({"arguments": {"x-max-length": 5}, "messages_ready": 4, "consumers": 1}, Status.IDLE, "Idle"),
        ({"effective_policy": {"max-length": 5}, "messages_ready": 6}, Status.CRIT, "Full"),
        ({"arguments": {"x-max-length": 0}, "messages_ready": 0}, Status.IDLE, "Idle"),
        ({"arguments": {"x-max-length": True}, "messages_ready": 3, "consumers": 1}, Status.IDLE, "Idle"),
        ({"name": "orders.dlq", "depth": RISING}, Status.WARN, "Growing +120/min"),
        ({"name": "orders.dlq", "depth": RISING[:12]}, Status.IDLE, "Idle"),
        ({"name": "orders.dlq", "depth": SLOWLY}, Status.IDLE, "Idle"),
        ({"name": "orders.dlq", "rates": Rates(publish=2.0)}, Status.OK, "Flowing"),
        (
            {"name": "orders.dlq", "no_consumers_since": ago(60), "messages_ready": 9},
            Status.IDLE,
            "Waiting, no consumers",
        ),
        ({"arguments": DELAY, "messages_ready": 9, "no_consumers_since": ago(60)}, Status.IDLE, "Delay queue, 10 min"),
        (
            {"messages_ready": 150, "consumers": 1, "depth": RISING, "rates": Rates(publish=10.0, deliver=9.0)},
            Status.WARN,
            "Falling behind",
        ),
        (
            {"messages_ready": 99, "consumers": 1, "depth": RISING, "rates": Rates(publish=10.0, deliver=9.0)},
            Status.OK,
            "Flowing",
        ),
        (
            {"messages_ready": 150, "consumers": 1, "depth": RISING, "rates": Rates(publish=10.0, deliver=9.6)},
            Status.OK,
            "Flowing",
        ),
        (
            {"messages_ready": 150, "consumers": 1, "depth": RISING[:5], "rates": Rates(publish=10.0, deliver=9.0)},
            Status.OK,
            "Flowing",
        ),
        (
            {"messages_ready": 150, "consumers": 1, "depth": RISING[::-1], "rates": Rates(publish=10.0, deliver=9.0)},
            Status.OK,
            "Flowing",
        ),
        (
            {"messages_ready": 600, "consumers": 1, "rates": Rates(publish=5.0, deliver=15.0)},
            Status.OK,
            "Draining, 1 min left",
        ),
    ],
)
def test_the_verdict_is_the_worst_that_holds(values: dict[str, Any], status: Status, text: str) -> None:
    found = verdict(**values)

    assert (found.status, found.text) == (status, text)


@pytest.mark.parametrize("state", [BrokerState.UNREACHABLE, BrokerState.CONNECTING])
def test_of_a_broker_that_does_not_answer_nothing_is_known(state: BrokerState) -> None:
    found = verdict(state, arguments={"x-max-length": 1}, messages_ready=1)

    assert (found.status, found.text) == (Status.OFF, "Unknown")
    assert not found.needs_attention


@pytest.mark.parametrize(
    ("state", "rows", "health"),
    [
        (BrokerState.CONNECTING, [], ("idle", "idle", "connecting")),
        (BrokerState.UNREACHABLE, [{"name": "dlq", "depth": RISING}], ("off", "crit", "unreachable")),
        (BrokerState.LIVE, [{}], ("ok", "ok", "healthy")),
        (BrokerState.LIVE, [{}, {"name": "dlq", "depth": RISING}], ("warn", "warn", "needs a look")),
        (
            BrokerState.LIVE,
            [{"name": "dlq", "depth": RISING}, {"name": "x", "messages_ready": 1, "arguments": {"x-max-length": 1}}],
            ("crit", "crit", "needs attention"),
        ),
    ],
)
def test_a_broker_is_as_well_as_its_worst_queue(
    state: BrokerState, rows: list[dict[str, Any]], health: tuple[str, str, str]
) -> None:
    found = verdicts.of_broker(snapshot(*(row(**values) for values in rows), state=state), NOW)

    assert (found.glyph, found.colour, found.text) == health


def test_a_paused_queue_is_meant_to_stand_still() -> None:
    paused = row(state="paused", no_consumers_since=ago(14), messages_ready=9)

    found = verdicts.of_queue(paused, snapshot(paused), NOW)

    assert (found.status, found.text) == (Status.IDLE, "Paused")
    assert found.evidence == "9 ready; consumers get nothing until it is resumed"


def test_a_full_queue_says_what_becomes_of_new_messages() -> None:
    full: dict[str, Any] = {"messages_ready": 1, "arguments": {"x-max-length": 1}}
    refusing: dict[str, Any] = {"messages_ready": 1, "arguments": {"x-max-length": 1, "x-overflow": "reject-publish"}}

    assert verdict(**full).evidence == "1 of 1 ready; the oldest messages are dropped"
    assert verdict(**refusing).evidence == "1 of 1 ready; new messages are refused"


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ({}, "9 ready, none arriving"),
        ({"rates": Rates(publish=14.86)}, "9 ready, 14.9/s arriving"),
        (
            {"rates": Rates(publish=0.5), "arguments": {"x-max-length": 100}},
            "9 ready, 0.5/s arriving; full in 3 min",
        ),
    ],
)
def test_a_queue_that_nobody_empties_says_what_becomes_of_it(values: dict[str, Any], evidence: str) -> None:
    assert verdict(no_consumers_since=ago(14), messages_ready=9, **values).evidence == evidence


@pytest.mark.parametrize("limit", [2**62, 2**63, 10**400])
def test_a_limit_beyond_every_calendar_is_one_more_number(limit: int) -> None:
    arguments = {"x-max-length": limit, "x-max-length-bytes": limit, "x-message-ttl": limit}
    waiting: dict[str, Any] = {"messages_ready": 9, "rates": Rates(publish=0.5), "arguments": arguments}

    assert verdict(no_consumers_since=ago(14), **waiting).evidence.startswith("9 ready, 0.5/s arriving")
    dead = {**arguments, "x-dead-letter-exchange": "dlx"}
    assert verdict(**{**waiting, "arguments": dead}).text.startswith("Delay queue, ")
    assert outlook.of_queue(row(**{**waiting, "rates": Rates(0.5, 0.0, 0.0)})).time
    assert all(rule.does for rule in rules.of_queue(row(**waiting).queue))


@pytest.mark.parametrize("name", ["dlq", "orders.dlq", "orders-DLX", "dead_letters.x", "dead-letter", "my.parking.lot"])
def test_dead_letter_queues_are_told_by_their_names(name: str) -> None:
    assert verdicts.is_dead_letter_queue(row(name))


@pytest.mark.parametrize("name", ["orders", "deadline", "undead", "poisonous", "parkings"])
def test_other_queues_are_not(name: str) -> None:
    assert not verdicts.is_dead_letter_queue(row(name))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "<1 s"),
        (0.9, "<1 s"),
        (1, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (90_000, "1 d"),
        (1e8, "1,157 d"),
    ],
)
def test_a_length_of_time_is_in_its_largest_unit(seconds: float, text: str) -> None:
    assert verdicts.lasting(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1000, "1,000 B"), (1024, "1.0 KiB"), (39_954_841, "38.1 MiB"), (2**50, "1,024.0 TiB")],
)
def test_a_size_is_in_its_largest_unit(count: int, text: str) -> None:
    assert verdicts.size(count) == text


def test_only_what_is_wrong_needs_attention() -> None:
    assert [status for status in Status if Verdict(status, "").needs_attention] == [Status.CRIT, Status.WARN]
    assert Status.CRIT.glyph == "crit"
