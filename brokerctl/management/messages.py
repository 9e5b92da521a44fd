"""Messages over HTTP: take some from a queue, publish one.

Both act on a channel of their own, as RabbitMQ does: what `get` took is unacked, hidden from consumers, until the reply
is made, and goes back if anything fails. Where bytes or order matter, clients speak AMQP.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from starlette.responses import Response

from brokerctl.core import getting, publishing
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.confirms import Confirms
from brokerctl.core.effects import Effects
from brokerctl.core.message import Message
from brokerctl.core.reasons import Reason
from brokerctl.errors import AmqpError
from brokerctl.management import nodes, properties, render, shown, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import Refusal, bad_request, not_found, of_channel
from brokerctl.management.resources import resource, until_durable
from brokerctl.management.shown import Form
from brokerctl.management.values import Json

ACK_MODES = ("ack_requeue_true", "ack_requeue_false", "reject_requeue_true", "reject_requeue_false")

BATCH = 50
"""Messages taken and encoded in one piece."""

MAX_REPLY_BYTES = 134_217_728
"""Payloads in one reply: RabbitMQ has no limit and holds them all in memory; here the reply ends early."""


@contextmanager
def own_channel(call: Call, vhost: str) -> Iterator[Channel]:
    """A channel for this request. When it ends, whatever it still holds goes back to its queue."""
    broker = call.broker
    channel = broker.open_channel(Peer("HTTP API", call.user.name, vhost), 1)
    try:
        yield channel
    finally:
        call.door.run(partial(broker.close_channel, channel))


async def get(call: Call) -> Response:
    body = await call.body()
    values.require_keys(body, "ackmode", "count", "encoding")
    count, mode, form = values.count(body, "count"), body["ackmode"], Form.of(body)
    if mode not in ACK_MODES:
        raise bad_request(f"Unsupported ackmode. Please use one of {', '.join(ACK_MODES)}.")
    name = call.name("name")
    if name not in call.vhost.queues:
        raise not_found("queue_not_found")
    try:
        with own_channel(call, call.vhost.name) as channel:
            taken = await _take(call, channel, name, count, mode == "ack_requeue_false", form)
            if mode == "reject_requeue_false":
                call.door.run(partial(_reject, call, channel))
    except AmqpError as error:
        raise of_channel(error) from error
    return await render.rows(call, taken, render.as_it_is)


async def _take(call: Call, channel: Channel, name: str, count: int, no_ack: bool, form: Form) -> list[Json]:
    queue = call.authorized.readable_queue(name)
    taken: list[Json] = []
    left_bytes = MAX_REPLY_BYTES
    while len(taken) < count and left_bytes > 0:
        # Also from a paused queue: people look into those, and a request is no consumer.
        got = call.door.run(lambda effects: getting.get(queue, channel, effects, needs_ack=not no_ack, is_forced=True))
        if got is None:
            break
        if call.broker.context.tap is not None:
            call.broker.context.tap.got(queue, got.entry, channel)
        row = shown.row(call, queue, got.entry, form) | {"message_count": got.left}
        left_bytes -= len(row["payload"])
        taken.append(row)
        if len(taken) % BATCH == 0:
            await asyncio.sleep(0)
    return taken


def _reject(call: Call, channel: Channel, effects: Effects) -> None:
    """Give up everything the channel holds: dead-lettered where the queue says so, else gone."""
    if channel.unacked:
        refused = channel.reject(0, multiple=True)
        publishing.discard(call.vhost, refused, Reason.REJECTED, effects)


def refuse_while_blocked(call: Call) -> None:
    """Raises Refusal while an alarm is raised. An AMQP publisher would wait; a request has to be answered."""
    raised = nodes.alarms(call.door.node())
    if raised:
        raise Refusal(503, "service_unavailable", f"publishing is blocked: low on {' & '.join(raised)}")


async def publish(call: Call) -> Response:
    refuse_while_blocked(call)
    body = await call.body()
    values.require_keys(body, "routing_key", "properties", "payload", "payload_encoding")
    payload = await _decoded(body)
    found = properties.read(body["properties"])
    message = properties.message(
        call.door.properties,
        call.user,
        call.exchange_name("name"),
        values.short_text(body, "routing_key"),
        found,
        payload,
    )
    if message.exchange not in call.vhost.exchanges:
        raise not_found("exchange_not_found")
    try:
        with own_channel(call, call.vhost.name) as channel:
            routed = call.door.run(partial(_publish, call, channel, message))
            await _confirmed(call)
    except AmqpError as error:
        raise of_channel(error) from error
    return await render.value(call, {"routed": routed})


def _publish(call: Call, channel: Channel, message: Message, effects: Effects) -> bool:
    """Whether it reached a queue. Raises Refusal when a queue that has no room refused it.

    Published as mandatory with a confirm. Both answers are taken here, for the server has nobody to send them to: the
    reply stands for basic.return, and waiting until all is on disk for basic.ack.
    """
    channel.confirms = confirms = Confirms()
    count = call.authorized.publish(channel, message, True, effects)
    channel.confirms = None
    effects[:] = publishing.without_answers(channel, effects)
    if not all(told.is_positive for told in confirms.take()):
        raise bad_request("rejected Unable to publish message. Check queue limits.")
    return count > 0


async def _confirmed(call: Call) -> None:
    try:
        await until_durable(call)
    except Refusal as refusal:
        if refusal.error == "timeout":
            raise bad_request(f"confirm_timeout: {refusal.reason}; the message may or may not be there") from None
        raise


async def _decoded(body: Json) -> bytes:
    payload, encoding = body["payload"], body["payload_encoding"]
    if not isinstance(payload, str):
        raise bad_request("payload_not_string")
    if encoding == "string":
        return payload.encode()
    if encoding != "base64":
        raise bad_request(["unsupported_encoding", encoding])
    try:
        return await asyncio.to_thread(base64.b64decode, payload, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(["not_base64", payload[:64]]) from None


RESOURCES = [
    resource("/queues/{vhost}/{name}/get", post=(Level.VHOST, get)),
    resource("/exchanges/{vhost}/{name}/publish", post=(Level.VHOST, publish)),
]
