"""Direct reply-to: an answer goes straight to the channel that asked, without a queue (RabbitMQ, docs/direct-reply-to).

Who asks consumes from `amq.rabbitmq.reply-to` first, without acks, and names it as reply-to; the broker writes the
channel's own address there. Whoever knows an address may answer to it, so it cannot be guessed. Behind each address
is a queue that the vhost does not list: what a slow reader has not taken waits there and ends with the channel.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from brokerctl.core.consumers import Consumer
from brokerctl.core.queue import Queue
from brokerctl.errors import PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.channel import Channel
    from brokerctl.core.effects import Effects
    from brokerctl.core.vhost import Vhost

REPLY_TO = "amq.rabbitmq.reply-to"


class ReplyConsumer(Consumer):
    """No prefetch holds answers back: a channel that is full of work must still hear what it waits for."""

    __slots__ = ()

    @property
    def slots(self) -> int:
        return sys.maxsize


def consume(vhost: Vhost, channel: Channel, tag: str, token: str, *, needs_ack: bool) -> None:
    """Give the channel an address for answers. `token` is what makes it unguessable."""
    if needs_ack:
        raise PreconditionFailed("reply consumer cannot acknowledge")
    if channel.replies is not None:
        raise PreconditionFailed("reply consumer already set")
    queue = Queue(vhost.name, f"{REPLY_TO}.{token}")
    channel.replies = ReplyConsumer(tag, queue, channel, False, False, {})
    queue.add_consumer(channel.replies, [])
    vhost.router.replies[queue.name] = queue


def cancel(vhost: Vhost, channel: Channel, effects: Effects) -> None:
    """The address is gone, and answers that come later are nobody's. Without one nothing happens."""
    consumer, channel.replies = channel.replies, None
    if consumer is not None:
        consumer.queue.remove_consumer(consumer, effects)
        vhost.router.replies.pop(consumer.queue.name, None)


def address(channel: Channel) -> str:
    """What a request of this channel names as its reply-to. Raises PreconditionFailed before `consume`."""
    if channel.replies is None:
        raise PreconditionFailed("fast reply consumer does not exist")
    return channel.replies.queue.name


def is_known(vhost: Vhost, name: str) -> bool:
    """Whether somebody may be answered there, which is what declaring such a name asks."""
    return name == REPLY_TO or name in vhost.router.replies
