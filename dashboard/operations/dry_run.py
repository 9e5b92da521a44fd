"""Where a message would go, computed from an exchange's bindings without publishing anything.

Only what bindings say: alternate exchanges, internal plugins and bindings to other exchanges are answered with None,
"not known", never with a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brokerctl.clients.models import Binding, Exchange

Queues = frozenset[str]


def routes(exchange: Exchange, bindings: Sequence[Binding], routing_key: str) -> Queues | None:
    """The queues that get a message with this key; empty when none does, None when that cannot be told."""
    if not exchange.name:
        return frozenset({routing_key})
    if exchange.type not in MATCHERS:
        return None
    matches = MATCHERS[exchange.type]
    hit = [binding for binding in bindings if matches(binding.routing_key, routing_key)]
    if any(binding.destination_type != "queue" for binding in hit):
        return None
    if not hit and "alternate-exchange" in exchange.arguments:
        return None
    return frozenset(binding.destination for binding in hit)


def topic_matches(pattern: str, key: str) -> bool:
    """AMQP 0-9-1 §3.1.3.3: words between dots, * for one word, # for any number."""
    words = _words(key)
    # Positions in `words` that the pattern so far can have reached: linear in both, whatever the number of #.
    reached = {0}
    for part in _words(pattern):
        if part == "#":
            reached = set(range(min(reached), len(words) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(words) and part in ("*", words[at])}
    return len(words) in reached


def _words(text: str) -> list[str]:
    return text.split(".") if text else []


MATCHERS = {
    "direct": lambda bound, key: bool(bound == key),
    "fanout": lambda bound, key: True,
    "topic": topic_matches,
}


def unroutable(exchange: Exchange, bindings: Sequence[Binding], keys: Iterable[str]) -> tuple[int, int]:
    """Of messages with these keys, how many have no route, and of how many it is not known."""
    missing = unknown = 0
    answers: dict[str, Queues | None] = {}
    for key in keys:
        if key not in answers:
            answers[key] = routes(exchange, bindings, key)
        answer = answers[key]
        unknown += answer is None
        missing += answer is not None and not answer
    return missing, unknown
