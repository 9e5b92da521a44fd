"""Who listens is told of what passes; what is too much is dropped and counted."""

from __future__ import annotations

from brokerctl.core import tap
from brokerctl.core.effects import Effects
from brokerctl.core.message import Envelope
from brokerctl.core.permissions import Permission
from brokerctl.core.queue import Queue
from brokerctl.core.tap import MOST_WAITING, MOST_WAITING_BYTES, Kind, Listener
from tests.brokerctl.core.test_broker import Stage


def listener(stage: Stage, woken: list[int], **more: object) -> Listener:
    found = Listener("/", Permission(read=".*"), lambda: woken.append(1), **more)  # type: ignore[arg-type]
    tap.listen(stage.broker.context, found)
    return found


def test_a_slow_listener_keeps_what_came_first_and_knows_how_many_it_missed() -> None:
    stage, woken = Stage(), list[int]()
    slow = listener(stage, woken)

    stage.publish(MOST_WAITING + 7)

    events, dropped = slow.take()
    assert (len(events), dropped, len(woken)) == (MOST_WAITING, 7, 1)
    stage.publish(1)
    assert ([len(slow.take()[0]), len(woken)]) == [1, 2]


def test_waiting_bodies_are_bounded_in_bytes() -> None:
    stage = Stage()
    greedy = listener(stage, [], body_bytes=2**20)
    assert stage.broker.context.tap is not None
    envelope = Envelope("", "q", b"")

    stage.broker.context.tap.published("/", envelope, [b"x" * 2**20] * 9, (), None)

    events, dropped = greedy.take()
    assert (len(events), dropped) == (MOST_WAITING_BYTES // 2**20, 9 - MOST_WAITING_BYTES // 2**20)


def test_names_of_queues_count_among_the_bytes() -> None:
    stage = Stage()
    greedy = listener(stage, [])
    assert stage.broker.context.tap is not None
    wide = [Queue("/", f"{number:0255}") for number in range(4096)]

    stage.broker.context.tap.published("/", Envelope("amq.fanout", "", b""), [b""] * 9, wide, None)

    at_most = MOST_WAITING_BYTES // (4096 * 255)
    assert [len(greedy.take()[0])] == [at_most]


def test_what_a_user_may_not_read_is_not_told() -> None:
    stage = Stage()
    blind = listener(stage, [])
    blind.permission = Permission(read="^other$")

    stage.publish(1)

    assert blind.take() == ([], 0)


def test_deliveries_are_told_with_their_consumer_and_nothing_is_kept_when_the_last_listener_leaves() -> None:
    stage = Stage()
    ear = listener(stage, [], kinds=frozenset({Kind.DELIVERED}))
    stage.publish(1)
    effects: Effects = []
    stage.one.prefetch = 1
    stage.vhost.consume(stage.queue, stage.one, "tag", effects, needs_ack=True, is_exclusive=False, arguments={})
    assert stage.broker.context.tap is not None

    stage.broker.context.tap.delivered(effects)

    (event,), _ = ear.take()
    assert (event.kind, event.queues, event.channel, event.consumer_tag) == (Kind.DELIVERED, ("q",), stage.one, "tag")
    tap.stop_listening(stage.broker.context, ear)
    tap.stop_listening(stage.broker.context, ear)
    assert stage.broker.context.tap is None
