"""Whether one binding takes a message: the rules of the exchange types, for telling beforehand where a message goes.

Pure, and written from the documentation a second time on purpose: the broker's own router is not asked, so that what is
told holds for any broker. A test compares it with what the embedded broker and a RabbitMQ do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from brokerctl.clients.models import Arguments, Binding

Rule = Callable[[Binding, Sequence[str], Arguments], bool]
"""(binding, routing keys, headers) -> whether the binding takes the message."""


VOID = "undefined"
"""How RabbitMQ's management API writes a value of nothing."""


def direct(binding: Binding, keys: Sequence[str], headers: Arguments) -> bool:
    """The routing key is the binding's (§3.1.3.1)."""
    return binding.routing_key in keys


def fanout(binding: Binding, keys: Sequence[str], headers: Arguments) -> bool:
    """Everything (§3.1.3.2)."""
    return True


def topic(binding: Binding, keys: Sequence[str], headers: Arguments) -> bool:
    """Words between dots; `*` is one word, `#` any number of them (§3.1.3.3)."""
    return any(fits(binding.routing_key, key) for key in keys)


def headers(binding: Binding, keys: Sequence[str], headers: Arguments) -> bool:
    """`x-match`: all or any of the arguments are among the headers; `x-` ones count with -with-x only (RabbitMQ)."""
    match = str(binding.arguments.get("x-match", "all"))
    wanted = {
        name: value
        for name, value in binding.arguments.items()
        if name != "x-match" and (match.endswith("-with-x") or not name.startswith("x-"))
    }
    found = (name in headers and _agrees(value, headers[name]) for name, value in wanted.items())
    return any(found) if match.startswith("any") else all(found)


RULES: Mapping[str, Rule] = {"direct": direct, "fanout": fanout, "topic": topic, "headers": headers}
"""By exchange type. What a plugin adds is not among them."""


def fits(pattern: str, key: str) -> bool:
    """Whether a topic binding's pattern takes a routing key. Costs at most the product of their words."""
    words = pattern.split(".") if pattern else []
    at = _beyond_any({0}, words)
    for word in key.split(".") if key else ():
        stepped = {place + 1 for place in at if place < len(words) and words[place] in (word, "*")}
        stayed = {place for place in at if place < len(words) and words[place] == "#"}
        at = _beyond_any(stepped | stayed, words)
        if not at:
            return False
    return len(words) in at


def _beyond_any(at: set[int], words: Sequence[str]) -> set[int]:
    """With the places behind each `#` that is reached: it takes no word as well."""
    reached = set(at)
    for place in sorted(at):
        while place < len(words) and words[place] == "#":
            place += 1
            reached.add(place)
    return reached


def _agrees(wanted: object, found: object) -> bool:
    """A value of nothing asks for presence only. 1 and 1.0 are the same, 1 and true are not."""
    if wanted is None or wanted == VOID:
        return True
    return wanted == found and isinstance(wanted, bool) is isinstance(found, bool)
