"""One open channel on the server's side: the core's channel, its session, and what AMQP lets be implied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.channel import Channel
from brokerctl.errors import NotFound
from brokerctl.wire import fields, spec
from brokerctl.wire.methods import basic
from brokerctl.wire.properties import Shape

if TYPE_CHECKING:
    from brokerctl.server.session import Session


class Outlet:
    __slots__ = ("body_max", "channel", "heads", "last_queue", "number", "session", "shape", "vhost")

    def __init__(self, session: Session, number: int, channel: Channel, vhost: AuthorizedVhost) -> None:
        self.session = session
        self.number = number
        self.channel = channel
        self.vhost = vhost
        self.last_queue = ""
        """The queue an empty name means (§1.7.2.3)."""
        self.body_max = session.frame_max - spec.FRAME_OVERHEAD
        """Bytes of a body that fit one frame."""
        self.shape: Shape | None = None
        """Of a header that was published on it before."""
        self.heads: dict[str, bytes] = {}
        """The bytes every delivery to a consumer begins with."""

    def queue_name(self, name: str) -> str:
        """The name given, or the queue last declared on this channel."""
        if name:
            return name
        if not self.last_queue:
            raise NotFound("no previously declared queue")
        return self.last_queue

    def consumes(self, tag: str) -> None:
        self.heads[tag] = spec.DELIVER_ID + fields.encode_short_text(tag)

    def cancelled(self, tag: str) -> None:
        """The broker ended a consumer: tell the client, if it said it understands (consumer_cancel_notify)."""
        if self.session.hears_cancels:
            self.session.reply(self.number, basic.Cancel(tag, nowait=True))
