"""A message as one line of JSON, and back byte for byte.

`header` holds the raw property flags and list in base64 (AMQP 0-9-1 §4.2.6.1), because JSON cannot say every type of
AMQP; `properties` and `headers` stand beside it for people and other programs. A line without `header`, written by
hand, is made of those two. A body that is UTF-8 is `body`, another `body_base64`; the same holds for names.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from brokerctl.clients import content
from brokerctl.clients.base import Message
from brokerctl.clients.models import Arguments
from brokerctl.errors import RequestRefused

Json = dict[str, Any]
BASE64 = "_base64"


def line_of(message: Message) -> str:
    """Without the line's end."""
    return json.dumps(item_of(message), ensure_ascii=False)


def item_of(message: Message) -> Json:
    """What a line holds. The delivery count of a quorum queue is left out: it is not of the message."""
    header = content.without_delivery_count(message.header)
    headers = {name: value for name, value in message.headers.items() if name != content.DELIVERY_COUNT}
    item: Json = {
        "exchange": message.exchange,
        "routing_key": message.routing_key,
        "redelivered": message.redelivered,
        "properties": readable(message.properties),
        "headers": readable(headers),
        "header": base64.b64encode(header).decode(),
    }
    try:
        item["body"] = message.body.decode()
    except UnicodeDecodeError:
        item["body" + BASE64] = base64.b64encode(message.body).decode()
    return item


def message_of(line: str) -> Message:
    """Raises RequestRefused, saying what is wrong with the line."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(f"not JSON ({error})") from error
    if not isinstance(item, dict):
        raise RequestRefused("not a JSON object")
    body = _bytes(item, "body")
    if body is None:
        raise RequestRefused("has neither body nor body_base64")
    header = _base64(item, "header") if "header" in item else _encoded(item)
    exchange, routing_key = _text(item, "exchange"), _text(item, "routing_key")
    return Message(exchange, routing_key, False, header, body, {}, {})


def readable(value: Any) -> Any:
    """A value of AMQP as JSON can say it: bytes that are no text as base64 in an object, times in seconds."""
    if isinstance(value, dict):
        return {str(key): readable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [readable(each) for each in value]
    if isinstance(value, bytes | bytearray):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


def _encoded(item: Json) -> bytes:
    properties, headers = _table(item, "properties"), _table(item, "headers")
    return content.encode({name: value for name, value in properties.items() if name != "headers"}, headers)


def _table(item: Json, key: str) -> Arguments:
    value = item.get(key, {})
    if not isinstance(value, dict):
        raise RequestRefused(f"{key} is not an object")
    return value


def _text(item: Json, key: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise RequestRefused(f"{key} is not a text")
    return value


def _bytes(item: Json, key: str) -> bytes | None:
    if key + BASE64 in item:
        return _base64(item, key + BASE64)
    if key not in item:
        return None
    try:
        return _text(item, key).encode()
    except UnicodeEncodeError as error:
        raise RequestRefused(f"{key} holds half a character, which is no text: use {key}_base64") from error


def _base64(item: Json, key: str) -> bytes:
    try:
        return base64.b64decode(_text(item, key), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(f"{key} is not base64") from error
