"""Which messages a request means: conditions on a message, all of which must hold.

A condition names a field and says what it must be: `equals` a JSON value, `contains` a text, `matches` a regular
expression, or whether it `exists`. Patterns come from people and bodies from anybody, so both are bounded: what is too
large, or does not finish in time, is counted as not searched and does not match.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from brokerctl import patterns
from brokerctl.core.message import Message
from brokerctl.errors import AmqpSyntaxError
from brokerctl.management.door import PropertyCodec
from brokerctl.management.errors import bad_request
from brokerctl.management.values import Json, to_json
from brokerctl.members import ABSENT, MAX_PATH, inside, parsed

MAX_CONDITIONS = 20

MAX_PARSED_BYTES = 1_048_576
"""Of a body that is read as JSON or searched by a pattern: five milliseconds."""

NOT_SEARCHED: Any = object()

TESTS = ("equals", "contains", "matches", "exists")
PLAIN = ("body", "exchange", "routing_key")
FAMILIES = ("body.", "headers.", "properties.")

Read = Callable[[Message], Any]
"""The value of a field, ABSENT or NOT_SEARCHED."""

Test = Callable[[Any], bool | None]
"""Of a value that is there; None when it could not be told."""


class Filter:
    """Made of the `filter` of a request. Keeps count of what it could not search."""

    def __init__(self, given: Any, codec: PropertyCodec) -> None:
        """Raises Refusal."""
        if not isinstance(given, list) or len(given) > MAX_CONDITIONS:
            raise bad_request(f"filter takes a list of at most {MAX_CONDITIONS} conditions")
        self.not_searched = 0
        self._codec = codec
        self._body = b""
        self._parsed: Any = ABSENT
        """The body that was read last, as JSON: several conditions may ask for members of one message."""
        self._conditions = [self._condition(each) for each in given]

    def matches(self, message: Message) -> bool:
        for read, test in self._conditions:
            found = test(read(message))
            if found is None:
                self.not_searched += 1
            if not found:
                return False
        return True

    def _condition(self, given: Any) -> tuple[Read, Test]:
        if not isinstance(given, dict) or not isinstance(given.get("field"), str):
            raise bad_request('a condition takes a field, as in {"field": "routing_key", "equals": "orders"}')
        chosen = [test for test in TESTS if test in given]
        if len(chosen) != 1:
            raise bad_request(f"a condition takes one of {', '.join(TESTS)}")
        # A search for bytes takes no time worth counting, however large the body.
        is_bounded = chosen[0] == "matches"
        return self._reader(given["field"], is_bounded), _test(chosen[0], given[chosen[0]])

    def _reader(self, field: str, is_bounded: bool) -> Read:
        if field == "body":
            return _small_body if is_bounded else _whole_body
        if field == "exchange":
            return lambda message: message.exchange
        if field == "routing_key":
            return lambda message: message.routing_key
        if len(field) > MAX_PATH:
            raise bad_request(f"a field takes at most {MAX_PATH} characters, not {len(field)}")
        family = next((family for family in FAMILIES if field.startswith(family)), "")
        name = field[len(family) :]
        if not family or not name:
            known = ", ".join([*PLAIN, *(f"{family}<name>" for family in FAMILIES)])
            raise bad_request(f"there is no field {field[:100]}; use one of {known}")
        if family == "body.":
            return lambda message: self._member(message.body, name)
        if family == "headers.":
            return lambda message: inside(self._properties(message).get("headers", {}), name)
        return lambda message: self._properties(message).get(name, ABSENT)

    def _member(self, body: bytes, path: str) -> Any:
        if len(body) > MAX_PARSED_BYTES:
            return NOT_SEARCHED
        if self._body is not body:
            self._body, self._parsed = body, parsed(body)
        return inside(self._parsed, path)

    def _properties(self, message: Message) -> Json:
        try:
            found: Json = to_json(self._codec.decode(message.header))
        except AmqpSyntaxError:
            # A publisher's broken header has nothing that could be compared.
            return {}
        return found


def _whole_body(message: Message) -> Any:
    return message.body


def _small_body(message: Message) -> Any:
    return message.body if len(message.body) <= MAX_PARSED_BYTES else NOT_SEARCHED


def _test(name: str, wanted: Any) -> Test:
    if name == "exists":
        if not isinstance(wanted, bool):
            raise bad_request("exists takes true or false")
        return lambda value: None if value is NOT_SEARCHED else (value is not ABSENT) is wanted
    if name == "equals":
        return _is_there(lambda value: _equals(value, wanted))
    if not isinstance(wanted, str):
        raise bad_request(f"{name} takes a text")
    if name == "contains":
        sought = wanted.encode(errors="surrogatepass")
        return _is_there(lambda value: sought in _bytes(value))
    if not patterns.is_valid(wanted):
        raise bad_request(f"{wanted[:200]} is no regular expression that can be searched for")
    return _is_there(lambda value: patterns.finds(wanted, _text(value)))


def _is_there(test: Test) -> Test:
    return lambda value: None if value is NOT_SEARCHED else value is not ABSENT and test(value)


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(value, bytes):
        return isinstance(wanted, str) and value == wanted.encode(errors="surrogatepass")
    # In Python True is 1; in JSON it is not.
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode(errors="surrogatepass")
