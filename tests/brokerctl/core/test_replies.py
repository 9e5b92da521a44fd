"""Direct reply-to: who may be answered, how an answer travels, and when an address ends."""

from __future__ import annotations

import pytest

from brokerctl.core import publishing, replies
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.effects import Deliver, Effects, Return
from brokerctl.core.message import Message
from brokerctl.core.reasons import Reason
from brokerctl.errors import PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties


class Stage:
    """A broker, a channel that asks and one that answers."""

    def __init__(self) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        self.asking: Channel = self.broker.open_channel(Peer("asking", "guest", "/"), 1)
        self.answering: Channel = self.broker.open_channel(Peer("answering", "guest", "/"), 1)

    def listen(self) -> str:
        """Returns the address."""
        replies.consume(self.vhost, self.asking, "tag", "token", needs_ack=False)
        return replies.address(self.asking)

    def answer(self, address: str, body: bytes = b"yes", *, is_mandatory: bool = False) -> Effects:
        effects: Effects = []
        message = Message("", address, properties.encode({}, len(body)), body)
        publishing.publish(self.vhost, self.answering, message, is_mandatory, effects)
        return effects


def test_answer_goes_straight_to_the_channel_that_asked() -> None:
    stage = Stage()
    address = stage.listen()

    [effect] = stage.answer(address)

    assert address == "amq.rabbitmq.reply-to.token"
    assert isinstance(effect, Deliver)
    assert (effect.consumer.channel, effect.consumer.tag) == (stage.asking, "tag")
    assert [entry.message.body for entry in effect.entries] == [b"yes"]
    assert (stage.vhost.queues, stage.asking.consumers, stage.asking.unacked) == ({}, {}, {})


def test_answer_counts_neither_as_dropped_nor_for_mandatory_as_routed() -> None:
    stage = Stage()
    address = stage.listen()

    stage.answer(address)
    effects = stage.answer(address, is_mandatory=True)

    assert [type(effect) for effect in effects] == [Deliver, Return]
    assert (stage.answering.counters.drop_unroutable, stage.answering.counters.return_unroutable) == (0, 1)


def test_answer_through_another_exchange_finds_nobody() -> None:
    stage = Stage()
    address = stage.listen()
    effects: Effects = []

    publishing.publish(stage.vhost, None, Message("amq.direct", address, properties.encode({}, 0), b""), False, effects)

    assert effects == []


def test_answers_are_not_held_back_by_prefetch_but_by_a_reader_that_does_not_read() -> None:
    stage = Stage()
    address = stage.listen()
    stage.asking.global_prefetch = 1
    queue = stage.vhost.declare_queue("q", [])
    stage.vhost.consume(queue, stage.asking, "work", [], needs_ack=True, is_exclusive=False, arguments={})
    publishing.publish(stage.vhost, None, Message("", "q", properties.encode({}, 0), b""), False, [])
    assert not stage.asking.has_credit

    assert len(stage.answer(address)) == 1
    stage.asking.peer.window = 0
    assert stage.answer(address, b"late") == []
    effects: Effects = []
    stage.asking.peer.refill(effects)

    assert [entry.message.body for effect in effects if isinstance(effect, Deliver) for entry in effect.entries] == [
        b"late"
    ]


def test_dead_letter_can_be_the_answer() -> None:
    stage = Stage()
    address = stage.listen()
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": address}
    queue = stage.vhost.declare_queue("q", [], arguments=arguments)
    publishing.publish(stage.vhost, None, Message("", "q", properties.encode({}, 0), b""), False, [])
    entry = queue.take()
    assert entry is not None
    effects: Effects = []

    stage.vhost.dead_letters.give_up(queue, entry, Reason.EXPIRED, effects)

    assert [type(effect) for effect in effects] == [Deliver]


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_address_ends_with_its_consumer(how: str) -> None:
    stage = Stage()
    address = stage.listen()

    if how == "cancel":
        stage.vhost.cancel(stage.asking, "tag", [])
    else:
        stage.broker.close_channel(stage.asking, [])

    assert stage.answer(address) == []
    assert not replies.is_known(stage.vhost, address)
    assert stage.answering.counters.drop_unroutable == 1


def test_consumer_of_answers_is_one_and_acknowledges_nothing() -> None:
    stage = Stage()

    with pytest.raises(PreconditionFailed, match="reply consumer cannot acknowledge"):
        replies.consume(stage.vhost, stage.asking, "tag", "token", needs_ack=True)
    stage.listen()
    with pytest.raises(PreconditionFailed, match="reply consumer already set"):
        replies.consume(stage.vhost, stage.asking, "other", "another", needs_ack=False)


def test_request_before_its_consumer_is_refused() -> None:
    with pytest.raises(PreconditionFailed, match="fast reply consumer does not exist"):
        replies.address(Stage().asking)
