"""Where a message would go: through bindings between exchanges and alternate exchanges to queues, or why nowhere.

Pure: from what a broker tells about one vhost, without publishing anything. Follows RabbitMQ (rabbit_exchange:route):
each exchange is asked once, an alternate exchange only by an exchange that no binding led out of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from brokerctl.clients.models import Arguments, Binding, Exchange, Policy
from brokerctl.operations.matches import RULES, Rule

ALTERNATE = "alternate-exchange"
DELAYED, DELAYED_TYPE = "x-delayed-message", "x-delayed-type"
"""A plugin's type that holds messages back, then treats them as the type in its argument would."""


@dataclass(slots=True, frozen=True)
class Wiring:
    """How one vhost is wired."""

    exchanges: Mapping[str, Exchange]
    queues: frozenset[str]
    bindings: Mapping[str, Sequence[Binding]]
    """By source; without the implicit ones of the default exchange."""
    alternates: Mapping[str, str]
    """Exchange to alternate exchange, by argument or policy."""

    @classmethod
    def of(
        cls,
        exchanges: Iterable[Exchange],
        queues: Iterable[str],
        bindings: Iterable[Binding],
        policies: Iterable[Policy] = (),
    ) -> Wiring:
        """From what a client tells of one vhost."""
        by_name = {exchange.name: exchange for exchange in exchanges}
        by_source: dict[str, list[Binding]] = {}
        for binding in bindings:
            if binding.source:
                by_source.setdefault(binding.source, []).append(binding)
        return cls(by_name, frozenset(queues), by_source, alternates(by_name.values(), policies))


@dataclass(slots=True, frozen=True)
class Hop:
    """One exchange on the way."""

    exchange: str
    matched: tuple[Binding, ...]
    """The bindings that took the message; for the default exchange, as if it had one for every queue."""
    alternate: str | None = None
    """The exchange that got it because no binding did."""
    looked_at: int = 0
    """How many bindings there were to choose from."""
    is_certain: bool = True
    """False for an exchange whose type decides by what nobody can tell: then all its bindings are `matched`."""


@dataclass(slots=True, frozen=True)
class Routes:
    hops: tuple[Hop, ...]
    """In the order in which they were asked; empty when the publish itself would be refused."""
    queues: tuple[str, ...]
    """Each once, in the order in which they were found. Not certain when `is_certain` is False: then at most these."""
    reason: str = ""
    """Why there is no queue, in words."""
    is_certain: bool = True


@dataclass(slots=True)
class _Walk:
    todo: list[str]
    seen: set[str]
    hops: list[Hop] = field(default_factory=list)
    queues: dict[str, None] = field(default_factory=dict)


def route(wiring: Wiring, exchange: str, routing_key: str, headers: Arguments) -> Routes:
    """Follow one message. Headers may hold CC and BCC, lists of further routing keys."""
    start = wiring.exchanges.get(exchange)
    if start is None and exchange:
        return Routes((), (), f"There is no exchange {exchange}: the broker would close the channel (404).")
    if start is not None and start.internal:
        return Routes((), (), f"{exchange} is internal: only other exchanges publish to it, clients are refused (403).")
    keys = [routing_key, *_further(headers, "CC"), *_further(headers, "BCC")]
    walk = _Walk([exchange], {exchange})
    while walk.todo:
        walk.hops.append(_ask(wiring, walk, walk.todo.pop(0), keys, headers))
    is_certain = all(hop.is_certain for hop in walk.hops)
    return Routes(
        tuple(walk.hops), tuple(walk.queues), "" if walk.queues else _why(wiring, walk.hops, keys), is_certain
    )


def alternates(exchanges: Iterable[Exchange], policies: Iterable[Policy] = ()) -> dict[str, str]:
    """Exchange to alternate exchange; an argument wins over a policy. All of one vhost."""
    by_name = {policy.name: policy for policy in policies}
    found = {}
    for exchange in exchanges:
        policy = by_name.get(exchange.policy or "")
        name = exchange.arguments.get(ALTERNATE, policy.definition.get(ALTERNATE) if policy else None)
        if isinstance(name, str):
            found[exchange.name] = name
    return found


def rule_of(exchange: Exchange) -> Rule | None:
    """How its type chooses; None when that is not known here."""
    kind = exchange.arguments.get(DELAYED_TYPE) if exchange.type == DELAYED else exchange.type
    return RULES.get(str(kind))


def _ask(wiring: Wiring, walk: _Walk, name: str, keys: Sequence[str], headers: Arguments) -> Hop:
    is_start = not walk.hops
    if not name:
        # As an alternate exchange it leads nowhere: its bindings are implicit, and only a publish to it sees them.
        queues = [key for key in dict.fromkeys(keys) if key in wiring.queues] if is_start else []
        walk.queues.update(dict.fromkeys(queues))
        return Hop(name, tuple(_implicit(wiring, queue) for queue in queues), looked_at=len(wiring.queues))
    bindings = wiring.bindings.get(name, ())
    rule = rule_of(wiring.exchanges[name])
    matched = tuple(bindings if rule is None else (each for each in bindings if rule(each, keys, headers)))
    for binding in matched:
        _follow(wiring, walk, binding.destination, is_queue=binding.destination_type == "queue")
    alternate = None if matched else wiring.alternates.get(name)
    if alternate is not None:
        _follow(wiring, walk, alternate, is_queue=False)
    return Hop(name, matched, alternate, len(bindings), is_certain=rule is not None or not bindings)


def _follow(wiring: Wiring, walk: _Walk, destination: str, *, is_queue: bool) -> None:
    if is_queue and destination in wiring.queues:
        walk.queues[destination] = None
    elif not is_queue and destination in wiring.exchanges and destination not in walk.seen:
        walk.seen.add(destination)
        walk.todo.append(destination)


def _implicit(wiring: Wiring, queue: str) -> Binding:
    vhost = next((each.vhost for each in wiring.exchanges.values()), "")
    return Binding(vhost, "", queue, "queue", queue, {}, queue)


def _further(headers: Arguments, name: str) -> list[str]:
    given = headers.get(name)
    return [key for key in given if isinstance(key, str)] if isinstance(given, list) else []


def _why(wiring: Wiring, hops: Sequence[Hop], keys: Sequence[str]) -> str:
    """Of the last exchange that was asked, and of those before it that gave it on."""
    last = hops[-1]
    if last.matched:
        return f"The bindings of {last.exchange} lead back to exchanges that were asked already."
    named = ", ".join(key or "an empty key" for key in keys)
    if not last.exchange:
        if len(hops) > 1:
            return "The default exchange cannot be an alternate: it has no bindings of its own."
        return f"The default exchange delivers to the queue that is named like the key, and there is no queue {named}."
    tail = ", and it has no alternate exchange."
    if last.alternate is not None:
        missing = last.alternate not in wiring.exchanges
        tail = f", and its alternate exchange {last.alternate} {'does not exist' if missing else 'was asked already'}."
    if not last.looked_at:
        return f"{last.exchange} has no bindings{tail}"
    by = "these headers" if wiring.exchanges[last.exchange].type == "headers" else named
    count = (
        "its one binding does not match" if last.looked_at == 1 else f"none of its {last.looked_at} bindings matches"
    )
    return f"At {last.exchange} {count} {by}{tail}"
