"""A paused queue gives nothing to consumers, and goes on where it was."""

from __future__ import annotations

from brokerctl.core import getting, pausing
from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects, Save
from brokerctl.server.codec import WireCodec
from tests.brokerctl.core.test_broker import Stage, are_deliveries


def test_consumers_get_nothing_until_it_goes_on_and_then_all_that_waits() -> None:
    stage = Stage()
    stage.consume(stage.one, "before", prefetch=2)
    pausing.pause(stage.queue, [])

    stage.publish(3)
    stage.consume(stage.other, "meanwhile", prefetch=2)

    assert (stage.queue.ready, stage.queue.unacked, stage.queue.can_deliver) == (3, 0, False)
    effects: Effects = []
    pausing.resume(stage.queue, effects)
    assert are_deliveries(effects)
    assert (stage.queue.ready, len(stage.one.unacked), len(stage.other.unacked)) == (0, 2, 1)


def test_an_ack_or_a_requeue_wakes_nobody() -> None:
    stage = Stage()
    stage.consume(stage.one, "busy", prefetch=2)
    stage.publish(4)
    pausing.pause(stage.queue, [])
    effects: Effects = []

    stage.one.acknowledge(1, False, effects)
    stage.one.give_back(2, False, effects)

    assert not are_deliveries(effects)
    assert (stage.queue.ready, stage.queue.unacked) == (3, 0)


def test_single_active_consumer_is_the_same_afterwards() -> None:
    stage = Stage(single_active_consumer=True)
    stage.consume(stage.one, "active")
    stage.consume(stage.other, "next")
    pausing.pause(stage.queue, [])
    stage.publish(1)

    pausing.resume(stage.queue, [])

    assert (len(stage.one.unacked), len(stage.other.unacked)) == (1, 0)


def test_a_get_finds_it_empty_unless_forced() -> None:
    stage = Stage()
    stage.publish(1)
    pausing.pause(stage.queue, [])

    assert getting.get(stage.queue, stage.one, [], needs_ack=True) is None
    assert getting.get(stage.queue, stage.one, [], needs_ack=True, is_forced=True) is not None


def test_a_durable_queue_is_still_paused_after_a_restart() -> None:
    broker = Broker(WireCodec())
    effects: Effects = []
    broker.add_vhost("/", effects)
    for name in ("paused", "resumed"):
        queue = broker.vhosts["/"].declare_queue(name, effects, is_durable=True)
        pausing.pause(queue, effects)
        pausing.pause(queue, effects)
    pausing.resume(queue, effects)
    saved = {(effect.kind, effect.key): effect.value for effect in effects if isinstance(effect, Save)}

    again = Broker(WireCodec())
    again.restore((kind, key, value) for (kind, key), value in saved.items() if value is not None)

    queues = again.vhosts["/"].queues
    assert {name: queue.is_paused for name, queue in queues.items()} == {"paused": True, "resumed": False}
