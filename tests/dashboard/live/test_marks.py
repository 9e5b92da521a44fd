"""What happened between two looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from brokerctl.clients.models import Node
from dashboard.live.marks import MAX_AT_ONCE, happened
from dashboard.snapshot import BrokerState, Snapshot
from tests.dashboard.snapshots import row, snapshot

NODE = Node("a", True, 500.0, 1, 9, False, 9, 1, False)


def taken(*nodes: Node, consumers: int = 1, queues: int = 1) -> Snapshot:
    rows = [row(f"q{number}", consumers=consumers) for number in range(queues)]
    return snapshot(*rows, nodes=nodes, taken_at=datetime.now(UTC))


def test_alarms_and_a_restart_are_of_the_broker_and_named_where_there_are_more_nodes() -> None:
    alarmed = replace(NODE, memory_alarm=True, disk_alarm=True)
    restarted = replace(NODE, uptime_seconds=3.0)
    other = replace(NODE, name="b")

    assert happened(taken(NODE), taken(alarmed)) == [(None, "memory alarm"), (None, "disk alarm")]
    assert happened(taken(alarmed), taken(replace(alarmed, uptime_seconds=501.0))) == []
    assert happened(taken(NODE, other), taken(restarted, other)) == [(None, "node restarted a")]


def test_consumers_that_went_are_of_their_queue() -> None:
    assert happened(taken(consumers=2), taken(consumers=0)) == [(("/", "q0"), "consumers lost")]
    assert happened(taken(consumers=2), taken(consumers=1)) == []
    assert happened(taken(consumers=0), taken(consumers=0)) == []


def test_nothing_happened_before_the_first_look_or_while_the_broker_is_away() -> None:
    away = replace(taken(consumers=0), state=BrokerState.UNREACHABLE)

    assert happened(Snapshot(BrokerState.CONNECTING), taken(consumers=0)) == []
    assert happened(taken(consumers=2), away) == []


def test_a_client_of_very_many_queues_leaves_no_more_marks_than_can_be_kept() -> None:
    many = happened(taken(consumers=1, queues=MAX_AT_ONCE + 5), taken(consumers=0, queues=MAX_AT_ONCE + 5))

    assert len(many) == MAX_AT_ONCE
