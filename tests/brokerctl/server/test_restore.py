"""What a broker makes of its store at the start, also when parts of it make no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brokerctl.server.config import BrokerConfig
from brokerctl.server.node import Node
from brokerctl.store.base import Batch
from brokerctl.store.durable import DurableStore
from brokerctl.store.recovery import open_log
from tests.support.disks import MemoryDisk

QUEUE: dict[str, Any] = {"store_id": 1, "auto_delete": False, "arguments": {}, "user": "guest"}


def restored(*definitions: tuple[str, tuple[str, ...], dict[str, Any]], messages_of: int) -> Node:
    """A broker over a store with these definitions and two messages, at positions 10 and 11, of one queue."""
    disk = MemoryDisk()
    log, _ = open_log(disk)
    batch = Batch()
    for kind, key, value in definitions:
        batch.define(kind, key, value)
    for position in (10, 11):
        batch.add((position, messages_of, "", "q", b"", b"body", None, 0, False))
    log.perform(log.encode(batch))
    node = Node(BrokerConfig(home=Path()), DurableStore(disk))
    node.restore()
    return node


def test_messages_come_back_to_their_queue_and_new_ones_line_up_behind() -> None:
    node = restored(("vhost", ("/",), {}), ("queue", ("/", "q"), QUEUE), messages_of=1)

    queue = node.broker.vhosts["/"].queues["q"]
    assert [entry.message.body for entry in queue.entries()] == [b"body", b"body"]
    assert queue.ready_bytes == 8
    assert node.broker.context.sequence.next() > 11


def test_the_id_of_a_queue_is_never_given_again() -> None:
    """Messages that were on no disk came before the queue was declared: the log alone knows of lower numbers only."""
    lost = QUEUE | {"store_id": 700}
    node = restored(
        ("vhost", ("/",), {}),
        ("queue", ("/", "q"), QUEUE | {"store_id": 500}),
        ("queue", ("nowhere", "lost"), lost),
        ("queue", ("/", "bad"), {"store_id": "many"}),
        messages_of=500,
    )

    assert node.broker.context.sequence.next() == 701


def test_a_new_message_is_no_older_than_itself() -> None:
    node = restored(("timeline", (), {"notes": [[900, 0.0]]}), messages_of=1)

    context = node.broker.context
    assert context.timeline.age(context.sequence.next(), context.clock.now) == 0.0


def test_what_was_unacked_and_is_too_much_now_is_pushed_out() -> None:
    limited = QUEUE | {"arguments": {"x-max-length": 1}}
    node = restored(("vhost", ("/",), {}), ("queue", ("/", "q"), limited), messages_of=1)

    assert [entry.position for entry in node.broker.vhosts["/"].queues["q"].entries()] == [11]
    assert node.store.batch.settled == [10]


def test_messages_of_a_queue_that_was_deleted_go() -> None:
    node = restored(("vhost", ("/",), {}), messages_of=99)

    assert node.store.batch.settled == [10, 11]


def test_a_definition_that_makes_no_sense_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    node = restored(
        ("vhost", ("/",), {}),
        ("queue", ("/", "bad"), {"store_id": 1}),
        ("queue", ("/", "good"), QUEUE | {"store_id": 2}),
        ("queue", ("nowhere", "lost"), QUEUE | {"store_id": 3}),
        ("permission", ("nobody", "/"), {}),
        messages_of=1,
    )

    assert list(node.broker.vhosts["/"].queues) == ["good"]
    assert len(node.broker.left_out) == 3
    assert "queue ('/', 'bad')" in caplog.text
    # Its messages may be those of the queue that was left out.
    assert node.store.batch.settled == []
    assert "2 messages are kept" in caplog.text
