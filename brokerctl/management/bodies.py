"""Request bodies: read with a limit, parsed strictly, always an object."""

from __future__ import annotations

import asyncio
import json
import math
from typing import NoReturn

from starlette.requests import ClientDisconnect, Request

from brokerctl.management.errors import Refusal, bad_request
from brokerctl.management.values import Json

MAX_BYTES = 20_000_000
"""RabbitMQ's management.http.max_body_size."""

READ_SECONDS = 60
"""For the whole body: a client that sends slower than this holds a request open for nothing."""

IN_THREAD_BYTES = 100_000
"""A body of this size takes about a millisecond to parse; larger ones don't hold up the broker's loop."""

CLOSE = {"connection": "close"}
"""The rest of the body is not read, so this connection cannot carry another request."""


async def read_object(request: Request, max_bytes: int = MAX_BYTES, too_large: str = "") -> Json:
    """The JSON object of the body. Nothing, `null` and Erlang's `undefined` count as an empty one."""
    raw = await read_bytes(request, max_bytes, too_large)
    if raw.strip() in (b"", b"null", b"undefined"):
        return {}
    return await asyncio.to_thread(parse, raw) if len(raw) > IN_THREAD_BYTES else parse(raw)


async def read_bytes(request: Request, max_bytes: int = MAX_BYTES, too_large: str = "") -> bytes:
    """The whole body. Raises Refusal when it is larger, in these words, or does not arrive."""
    reason = too_large or "Exceeded HTTP request body size limit"
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(reason)
    parts, size = [], 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > max_bytes:
                    raise _too_large(reason)
                parts.append(part)
    except ClientDisconnect:
        raise bad_request("the connection closed before the whole body was received") from None
    except TimeoutError:
        raise Refusal(408, "timeout", f"the body did not arrive within {READ_SECONDS} s", CLOSE) from None
    return b"".join(parts)


def parse(raw: bytes) -> Json:
    """The JSON object in these bytes. Raises Refusal."""
    try:
        value = json.loads(raw.decode(), parse_float=_finite, parse_constant=_no_number)
        if b"\\u" in raw:
            # JSON can escape half a surrogate pair, which no UTF-8 can carry further.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise bad_request("not_json") from None
    if isinstance(value, str):
        raise bad_request(
            "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?"
        )
    if not isinstance(value, dict):
        raise bad_request("not_json")
    return value


def _finite(text: str) -> float:
    """JSON can write numbers that no double holds; as infinity they could not be written down again."""
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _too_large(reason: str) -> Refusal:
    return Refusal(400, "bad_request", reason, CLOSE)
