"""From the properties of a publish to what the core needs to know of it. Asked once for publishes that repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerctl.core import replies
from brokerctl.core.arguments import MAX_TIME_MS
from brokerctl.core.channel import Channel
from brokerctl.core.message import Envelope
from brokerctl.core.permissions import User
from brokerctl.errors import AmqpError, NotImplementedHere, PreconditionFailed
from brokerctl.protocol.events import Publication, PublishedEach
from brokerctl.wire import properties
from brokerctl.wire.properties import Shape

if TYPE_CHECKING:
    from brokerctl.server.outlet import Outlet

IMPERSONATOR = "impersonator"
"""Who has this tag publishes in anybody's name (RabbitMQ, docs/validated-user-id)."""


def envelope_of(publication: Publication, user: User, channel: Channel) -> Envelope:
    """Check the properties of a publish; what holds for its repeats stays in the memo. Raises AmqpError."""
    if publication.immediate:
        raise NotImplementedHere("immediate=true")
    header = publication.header
    facts = properties.facts(header)
    if facts.user_id is not None and facts.user_id != user.name and IMPERSONATOR not in user.tags:
        raise PreconditionFailed(f"user_id property set to '{facts.user_id}' but authenticated user was '{user.name}'")
    if facts.delivery_mode not in (properties.TRANSIENT, properties.PERSISTENT):
        raise PreconditionFailed(f"invalid message: delivery mode {facts.delivery_mode} is not 1 or 2")
    asks_for_reply = facts.reply_to == replies.REPLY_TO
    if asks_for_reply:
        header = properties.with_reply_to(header, replies.address(channel))
    envelope = Envelope(
        publication.exchange,
        publication.routing_key,
        header,
        facts.persistent,
        facts.priority,
        _milliseconds(facts.expiration),
    )
    if not asks_for_reply and facts.user_id in (None, user.name):
        # The channel may lose that address, and the user that tag: it must be told when it asks again.
        publication.memo = envelope
    return envelope


def envelopes_of(event: PublishedEach, outlet: Outlet) -> tuple[list[Envelope], AmqpError | None]:
    """`envelope_of` for neighbours: those before the first that is refused, and why that one is."""
    found: list[Envelope] = []
    exchange, routing_key = event.exchange, event.routing_key
    user, channel, shape = outlet.vhost.user, outlet.channel, outlet.shape
    for header in event.headers:
        if shape is not None and shape.fits(header):
            facts = shape.facts
            found.append(Envelope(exchange, routing_key, header, facts.persistent, facts.priority))
            continue
        try:
            publication = Publication(exchange, routing_key, event.mandatory, event.immediate, header)
            found.append(envelope_of(publication, user, channel))
        except AmqpError as error:
            return found, error
        if header is event.headers[0] or header is event.headers[-1]:
            # Not for each that does not fit: where they all differ, shapes would cost more than they save.
            shape = outlet.shape = _shape(header)
    return found, None


def _shape(header: bytes) -> Shape | None:
    facts = properties.facts(header)
    return Shape(header, facts) if facts[2:] == (None, None, None) else None


def _milliseconds(expiration: str | None) -> int | None:
    if expiration is None:
        return None
    if not expiration.isascii() or not expiration.isdecimal() or int(expiration) > MAX_TIME_MS:
        raise PreconditionFailed(f"invalid expiration '{expiration}': expected milliseconds in decimal")
    return int(expiration)
