"""Messages of a vhost as they pass, as server-sent events (WHATWG HTML §9.2): what is published, what is delivered.

RabbitMQ's firehose publishes a copy of every message to an exchange, which slows down all of them. Here messages go by
without waiting for anybody; a listener that is too slow is told how many it missed.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from starlette.responses import Response, StreamingResponse

from brokerctl.core import tap
from brokerctl.core.tap import Event, Kind, Listener
from brokerctl.errors import AmqpSyntaxError
from brokerctl.management import auth, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import Refusal, bad_request, not_authorised
from brokerctl.management.resources import resource
from brokerctl.management.shown import Form
from brokerctl.management.values import Json, to_json
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS

EVENT_STREAM = "text/event-stream"

MOST_LISTENERS = 16
"""Each costs time for every message that it wants to see."""

MOST_BODY_BYTES = 65_536

SILENCE_SECONDS = 15
"""Then a comment goes out, which shows a dead peer; and rights that were taken away count by then."""

AT_ONCE = 50
"""Events made and encoded in one piece: about a millisecond."""


async def listen(call: Call) -> Response:
    call.check_vhost()
    context = call.broker.context
    if context.tap is not None and len(context.tap.listeners) >= MOST_LISTENERS:
        raise Refusal(503, "service_unavailable", f"{MOST_LISTENERS} listen already; one has to leave first")
    arrived = asyncio.Event()
    listener = _listener(call, arrived)
    # Proxies must not collect it either.
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    if call.request.method == "HEAD":
        return Response(headers=headers, media_type=EVENT_STREAM)
    return StreamingResponse(_stream(call, listener, arrived), media_type=EVENT_STREAM, headers=headers)


def _listener(call: Call, arrived: asyncio.Event) -> Listener:
    asked = call.request.query_params
    permission = call.user.permissions.get(call.vhost.name)
    if permission is None:
        raise not_authorised("User not authorised to access virtual host")
    kinds = [kind for kind in asked.get("events", "").split(",") if kind]
    if not set(kinds) <= set(Kind):
        raise bad_request(f"events takes {' and '.join(Kind)}, with a comma between them")
    body_bytes = values.count(dict(asked), "payload") if "payload" in asked else 0
    if body_bytes > MOST_BODY_BYTES:
        raise bad_request(f"payload takes at most {MOST_BODY_BYTES} bytes")
    exchange = asked.get("exchange")
    return Listener(
        call.vhost.name,
        permission,
        arrived.set,
        frozenset(map(Kind, kinds)) or frozenset(Kind),
        "" if exchange == DEFAULT_EXCHANGE_IN_PATHS else exchange,
        asked.get("queue"),
        asked.get("routing_key"),
        body_bytes,
    )


async def _stream(call: Call, listener: Listener, arrived: asyncio.Event) -> AsyncIterator[bytes]:
    context = call.broker.context
    tap.listen(context, listener)
    try:
        yield b": listening\n\n"
        while True:
            await _news(arrived)
            if not _is_welcome(call, listener):
                break
            events, dropped = listener.take()
            if not events:
                yield b": nothing yet\n\n"
            for begin in range(0, len(events), AT_ONCE):
                yield b"".join(_said(event.kind, _row(call, event)) for event in events[begin : begin + AT_ONCE])
            if dropped:
                yield _said("dropped", {"dropped": dropped})
        yield _said("end", {"reason": "your rights were changed; ask again"})
    finally:
        tap.stop_listening(context, listener)


async def _news(arrived: asyncio.Event) -> None:
    """Return when there is something, or after a silence."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SILENCE_SECONDS):
            await arrived.wait()
    arrived.clear()


def _is_welcome(call: Call, listener: Listener) -> bool:
    """Whether the user is still who it was, and may still see what it sees."""
    user = call.broker.users.get(call.user.name)
    return (
        user is call.user
        and auth.is_monitor(user)
        and listener.vhost in call.broker.vhosts
        and user.permissions.get(listener.vhost) is listener.permission
    )


def _said(event: str, data: Json) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event.encode(), render.dumps(data))


def _row(call: Call, event: Event) -> Json:
    envelope, channel = event.envelope, event.channel
    row: Json = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "exchange": envelope.exchange,
        "routing_key": envelope.routing_key,
        "queues": event.queues,
        "user": channel.peer.user if channel else "",
        "connection_name": channel.peer.name if channel else "",
        "channel": channel.number if channel else 0,
        "payload_bytes": event.size_bytes,
        "header": base64.b64encode(envelope.header[12:]).decode(),
    }
    try:
        row["properties"] = to_json(call.door.properties.decode(envelope.header))
    except AmqpSyntaxError as error:
        row |= {"properties": {}, "properties_error": error.text}
    if event.kind is Kind.DELIVERED:
        row |= {"consumer_tag": event.consumer_tag, "redelivered": event.is_redelivered}
    if event.body:
        row["payload"], row["payload_encoding"] = Form(as_base64=False, truncate=None).payload(event.body)
    return row


RESOURCES = [resource("/vhosts/{vhost}/firehose", produces=EVENT_STREAM, get=(Level.MONITOR, listen))]
