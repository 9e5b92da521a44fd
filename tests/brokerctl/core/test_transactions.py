"""What a transaction keeps back, and what its commit, its rollback and its channel's end make of it."""

from __future__ import annotations

import pytest

from brokerctl.core import getting, publishing, transactions
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.confirms import Confirms
from brokerctl.core.consumers import Consumer
from brokerctl.core.effects import Deliver, Effects, Forget, Return, Store
from brokerctl.core.message import Message
from brokerctl.core.queue import Queue
from brokerctl.errors import NotFound, PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties


class Stage:
    """A broker with a durable queue `q` and a transactional channel."""

    def __init__(self) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        self.queue: Queue = self.vhost.declare_queue("q", [], is_durable=True)
        self.channel: Channel = self.broker.open_channel(Peer("c", "guest", "/"), 1)
        transactions.select(self.channel)

    def publish(
        self, body: str, key: str = "q", *, is_mandatory: bool = False, channel: Channel | None = None
    ) -> Effects:
        effects: Effects = []
        header = properties.encode({"delivery_mode": 2}, len(body))
        message = Message("", key, header, body.encode(), True)
        publishing.publish(self.vhost, channel, message, is_mandatory, effects)
        return effects

    def consume(self, *bodies: str, prefetch: int = 0) -> Consumer:
        """Tags from 1 on go out on the channel."""
        for body in bodies:
            self.publish(body)
        self.channel.prefetch = prefetch
        return self.vhost.consume(self.queue, self.channel, "tag", [], needs_ack=True, is_exclusive=False, arguments={})

    def commit(self) -> Effects:
        effects: Effects = []
        transactions.commit(self.vhost, self.channel, effects)
        return effects

    @property
    def ready(self) -> list[str]:
        return [entry.message.body.decode() for entry in self.queue.entries()]


def test_published_messages_wait_for_the_commit_and_keep_their_order() -> None:
    stage = Stage()

    before = stage.publish("one", channel=stage.channel) + stage.publish("two", channel=stage.channel)
    assert (before, stage.ready, stage.channel.counters.publish) == ([], [], 0)
    effects = stage.commit()

    assert [type(effect) for effect in effects] == [Store, Store]
    assert (stage.ready, stage.channel.counters.publish) == (["one", "two"], 2)


def test_second_commit_does_nothing_again() -> None:
    stage = Stage()
    stage.publish("one", channel=stage.channel)
    stage.commit()

    assert stage.commit() == []
    assert stage.ready == ["one"]


def test_rollback_forgets_what_was_published() -> None:
    stage = Stage()
    stage.publish("one", channel=stage.channel)

    transactions.rollback(stage.channel)

    assert (stage.commit(), stage.ready) == ([], [])


def test_acked_messages_are_forgotten_by_the_commit_and_give_credit_only_then() -> None:
    stage = Stage()
    stage.consume("one", "two", prefetch=1)
    [position] = [delivery.entry.position for delivery in stage.channel.unacked.values()]
    effects: Effects = []

    stage.channel.acknowledge(1, False, effects)
    assert (effects, stage.ready, stage.queue.unacked) == ([], ["two"], 1)
    effects = stage.commit()

    assert effects[0] == Forget([position])
    assert [type(effect) for effect in effects[1:]] == [Deliver]
    assert (stage.ready, stage.queue.unacked, list(stage.channel.unacked)) == ([], 1, [2])


def test_credit_of_the_whole_channel_comes_with_the_commit_and_not_with_the_ack() -> None:
    stage = Stage()
    stage.channel.global_prefetch = 1
    stage.consume("one", "two")

    stage.channel.acknowledge(1, False, [])
    stage.publish("three")
    assert stage.ready == ["two", "three"]
    stage.commit()

    assert stage.ready == ["three"]


def test_rollback_makes_acked_and_refused_messages_unacked_again_in_order() -> None:
    stage = Stage()
    stage.consume("one", "two", "three", "four")
    channel = stage.channel
    channel.acknowledge(2, False, [])
    channel.give_back(1, False, [])
    publishing.reject(stage.vhost, channel, 4, False, [])

    transactions.rollback(channel)

    assert (list(channel.unacked), stage.queue.unacked) == ([1, 2, 3, 4], 4)
    channel.acknowledge(0, True, [])
    stage.commit()
    assert stage.queue.unacked == 0


def test_tag_is_settled_once_in_a_transaction() -> None:
    stage = Stage()
    stage.consume("one")
    stage.channel.acknowledge(1, False, [])

    with pytest.raises(PreconditionFailed, match="unknown delivery tag 1"):
        stage.channel.acknowledge(1, False, [])


def test_settlements_of_all_kinds_are_done_by_the_commit() -> None:
    stage = Stage()
    stage.consume("acked", "rejected", "requeued")
    stage.vhost.cancel(stage.channel, "tag", [])
    stage.channel.acknowledge(1, False, [])
    publishing.reject(stage.vhost, stage.channel, 2, False, [])
    stage.channel.give_back(3, False, [])

    stage.commit()

    assert (stage.ready, stage.queue.unacked, stage.channel.unacked) == (["requeued"], 0, {})


def test_got_messages_take_part_and_count_for_no_prefetch() -> None:
    stage = Stage()
    stage.publish("got")
    stage.channel.global_prefetch = 1
    getting.get(stage.queue, stage.channel, [], needs_ack=True)
    stage.consume("one")
    assert list(stage.channel.unacked) == [1, 2]

    stage.channel.acknowledge(1, False, [])
    assert stage.channel.consumed == 1
    stage.commit()

    assert (stage.channel.consumed, stage.queue.unacked) == (1, 1)


def test_end_of_the_channel_gives_everything_back_and_publishes_nothing() -> None:
    stage = Stage()
    stage.consume("one", "two")
    stage.channel.acknowledge(1, False, [])
    stage.publish("never", channel=stage.channel)

    stage.broker.close_channel(stage.channel, [])

    assert (stage.ready, stage.queue.unacked) == (["one", "two"], 0)


def test_unroutable_mandatory_message_comes_back_with_the_commit() -> None:
    stage = Stage()

    assert stage.publish("lost", "nobody", is_mandatory=True, channel=stage.channel) == []
    [returned] = stage.commit()

    assert isinstance(returned, Return)
    assert (returned.code, returned.message.body) == (312, b"lost")


def test_message_goes_where_it_was_routed_when_it_was_published() -> None:
    stage = Stage()
    stage.publish("early", "later", is_mandatory=True, channel=stage.channel)
    stage.publish("late", is_mandatory=True, channel=stage.channel)
    later = stage.vhost.declare_queue("later", [])
    stage.vhost.delete_queue(stage.queue, [])

    effects = stage.commit()

    # "early" had no queue when it was published, and the queue of "late" has gone.
    assert [effect.message.body for effect in effects if isinstance(effect, Return)] == [b"early", b"late"]
    assert later.ready == 0


def test_unknown_exchange_is_told_at_once() -> None:
    stage = Stage()

    with pytest.raises(NotFound):
        publishing.publish(stage.vhost, stage.channel, Message("none", "q", b"", b""), False, [])


def test_refused_message_is_told_after_the_rest_is_done() -> None:
    stage = Stage()
    stage.vhost.declare_queue("full", [], arguments={"x-max-length": 0, "x-overflow": "reject-publish"})
    stage.publish("no", "full", channel=stage.channel)
    stage.publish("yes", channel=stage.channel)

    with pytest.raises(PreconditionFailed, match="partial tx completion"):
        stage.commit()

    assert stage.ready == ["yes"]


def test_confirms_and_transactions_exclude_each_other() -> None:
    stage = Stage()
    stage.channel.transaction = None
    stage.channel.confirms = Confirms()

    with pytest.raises(PreconditionFailed, match="cannot switch from confirm to tx mode"):
        transactions.select(stage.channel)


def test_channel_without_a_transaction_has_nothing_to_commit_or_roll_back() -> None:
    stage = Stage()
    stage.channel.transaction = None

    with pytest.raises(PreconditionFailed, match="channel is not transactional"):
        stage.commit()
    with pytest.raises(PreconditionFailed, match="channel is not transactional"):
        transactions.rollback(stage.channel)


def test_selecting_again_keeps_what_waits() -> None:
    stage = Stage()
    stage.publish("one", channel=stage.channel)

    transactions.select(stage.channel)
    stage.commit()

    assert stage.ready == ["one"]
