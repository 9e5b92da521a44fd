"""What a move, copy or republish will do, found out without doing it: where the messages go, how many stay, and why.

Everything here is read from the management APIs and from messages that were read before; nothing is taken or sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Binding, Exchange, Queue
from brokerctl.errors import ObjectNotFound
from dashboard.operations.dry_run import routes
from dashboard.reading.entries import Entry

SHOWN_LANES = 6
SHOWN_NAMES = 8


class FieldProblem(Exception):
    """What was typed does not fit the broker. `field` is the field of the form that the sentence belongs to."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(slots=True, frozen=True)
class Lane:
    """Messages that go the same way."""

    count: int
    to: str
    """A queue, or where it is not known which: empty."""
    detail: str
    stays: bool = False


@dataclass(slots=True, frozen=True)
class Fact:
    status: str
    """'ok' or 'warn'."""
    sentence: str


@dataclass(slots=True, frozen=True)
class Review:
    count: int
    """How many messages this is about."""
    lanes: tuple[Lane, ...]
    facts: tuple[Fact, ...]
    via: str
    """The exchange between source and queues; empty when the destination is a queue."""
    keys: str
    """'own key' or the one key."""

    @property
    def stay(self) -> int:
        return sum(lane.count for lane in self.lanes if lane.stays)

    @property
    def go(self) -> int:
        return self.count - self.stay


@dataclass(slots=True, frozen=True)
class Target:
    """The other end: a client of its broker, and the name people gave that broker."""

    client: BrokerClient
    broker_name: str
    vhost: str
    username: str


def find_queue(target: Target, name: str) -> Queue:
    """The destination queue. Raises FieldProblem when it, or its vhost, is not there."""
    try:
        return target.client.queue(target.vhost, name)
    except ObjectNotFound:
        check_vhost(target)
        raise FieldProblem(
            "queue",
            f"There is no queue {name} in vhost {target.vhost} on {target.broker_name}. "
            "Declare it first, or name another.",
        ) from None


def find_exchange(target: Target, name: str) -> tuple[Exchange, list[Binding]]:
    """The exchange and what is bound to it. Raises FieldProblem when it, or its vhost, is not there."""
    try:
        exchange = target.client.exchange(target.vhost, name)
    except ObjectNotFound:
        check_vhost(target)
        raise FieldProblem(
            "exchange", f"There is no exchange {name} in vhost {target.vhost} on {target.broker_name}. Name another."
        ) from None
    if exchange.internal:
        raise FieldProblem("exchange", f"{name} is internal: only other exchanges may publish to it. Name another.")
    return exchange, target.client.exchange_bindings(target.vhost, name)[0] if name else []


def check_vhost(target: Target) -> None:
    names = sorted(vhost.name for vhost in target.client.vhosts())
    if target.vhost not in names:
        known = ", ".join(names[:SHOWN_NAMES]) or "none that its user may see"
        raise FieldProblem("vhost", f"There is no vhost {target.vhost} on {target.broker_name}. It has {known}.")


def left_behind(source: Queue, review: Review, *, keeps_originals: bool) -> int:
    """Ready messages that are still in the source afterwards: those without a route, and those not chosen."""
    return source.messages_ready if keeps_originals else max(source.messages_ready - review.go, 0)


def to_queue(source: Queue, queue: Queue, count: int, entries: Sequence[Entry], target: Target) -> Review:
    lane = Lane(count, queue.name, waiting(queue))
    facts = [Fact("ok", f"{messages(count)} to {queue.name}, at the tail{in_order(count)}.")]
    facts += _limits(queue, count)
    return Review(count, (lane,), (*facts, *warnings(source, entries, target)), "", queue.name)


def to_exchange(
    source: Queue,
    exchange: Exchange,
    bindings: Sequence[Binding],
    key: str | None,
    count: int,
    entries: Sequence[Entry],
    target: Target,
) -> Review:
    """`key` is None when each message keeps its own; `entries` are those of the messages that were read."""
    keys = [key] * count if key is not None else [entry.message.routing_key for entry in entries]
    lanes = lanes_of(source.name, exchange, bindings, keys, count)
    facts = [*routing_facts(lanes, exchange.name, source), *warnings(source, entries, target)]
    return Review(count, lanes, tuple(facts), exchange.name or "(default)", "own key" if key is None else key)


def lanes_of(
    source: str, exchange: Exchange, bindings: Sequence[Binding], keys: Sequence[str], count: int
) -> tuple[Lane, ...]:
    """Messages grouped by where their keys lead; the ones without a route and the unknown ones last."""
    going: Counter[str] = Counter()
    stuck: Counter[str] = Counter()
    unknown = max(count - len(keys), 0)
    for key, times in Counter(keys).items():
        queues = routes(exchange, bindings, key)
        if queues is None:
            unknown += times
        elif queues:
            going[", ".join(sorted(queues))] += times
        else:
            stuck[key] += times
    lanes = [Lane(times, queues, "") for queues, times in going.most_common(SHOWN_LANES)]
    rest = sum(going.values()) - sum(lane.count for lane in lanes)
    if rest:
        lanes.append(Lane(rest, f"{len(going) - SHOWN_LANES} other places", ""))
    if unknown:
        lanes.append(Lane(unknown, "", "the bindings tell only when it happens"))
    if stuck:
        keys_shown = ", ".join(key or "(empty key)" for key, _ in stuck.most_common(3))
        lanes.append(Lane(sum(stuck.values()), f"stay in {source}", keys_shown, stays=True))
    return tuple(lanes)


def routing_facts(lanes: Sequence[Lane], exchange: str, source: Queue) -> list[Fact]:
    """One sentence for each way that messages go."""
    name = exchange or "the default exchange"
    facts = []
    for lane in lanes:
        if lane.stays:
            verb = "has" if lane.count == 1 else "have"
            facts.append(
                Fact("warn", f"{lane.count:,} {verb} no route: {lane.detail} matches no binding of {name}. "
                     f"What is not routed stays in {source.name}.")
            )  # fmt: skip
        elif lane.to:
            facts.append(Fact("ok", f"{messages(lane.count)} to {lane.to}{in_order(lane.count)}."))
        else:
            facts.append(
                Fact("warn", f"Of {lane.count:,} it is not known where {name} sends them. "
                     f"What is not routed stays in {source.name}.")
            )  # fmt: skip
    return facts


def warnings(source: Queue, entries: Sequence[Entry], target: Target) -> list[Fact]:
    """What people did not ask for and would be surprised by."""
    facts = []
    if source.consumers:
        who = "A consumer takes" if source.consumers == 1 else f"{source.consumers} consumers take"
        facts.append(Fact("warn", f"{who} from {source.name} too: some messages may be gone before they are moved."))
    users = {str(entry.message.properties.get("user_id") or "") for entry in entries} - {"", target.username}
    if users:
        foreign = sum(1 for entry in entries if entry.message.properties.get("user_id") in users)
        facts.append(
            Fact("warn", f"{foreign:,} carry the user_id {', '.join(sorted(users)[:3])}; a broker takes only its "
                 f"login's own ({target.username}), so they stay in {source.name}.")
        )  # fmt: skip
    copied = sum(1 for entry in entries if {"CC", "BCC"} & entry.message.headers.keys())
    if copied:
        facts.append(Fact("warn", f"{copied:,} carry CC or BCC headers, which send copies to more queues."))
    if any(entry.message.properties.get("expiration") for entry in entries):
        facts.append(Fact("warn", "Some have an expiration; their time to live starts again."))
    return facts


def _limits(queue: Queue, count: int) -> list[Fact]:
    """Length limits and time to live of the destination that the messages will meet."""
    facts = []
    limit = queue.effective_policy.get("max-length", queue.arguments.get("x-max-length"))
    if isinstance(limit, int) and queue.messages_ready + count > limit:
        facts.append(
            Fact("warn", f"{queue.name} takes at most {limit:,} messages and holds {queue.messages_ready:,}: "
                 "it will drop or refuse some.")
        )  # fmt: skip
    ttl = queue.effective_policy.get("message-ttl", queue.arguments.get("x-message-ttl"))
    if isinstance(ttl, int):
        facts.append(Fact("warn", f"{queue.name} expires messages after {ttl / 1000:g} s; the time starts anew."))
    return facts


def waiting(queue: Queue) -> str:
    consumers = "1 consumer" if queue.consumers == 1 else f"{queue.consumers} consumers"
    return f"{queue.messages_ready:,} ready, {consumers}"


def in_order(count: int) -> str:
    return "" if count == 1 else ", in their order"


def messages(count: int) -> str:
    return "1 message goes" if count == 1 else f"{count:,} messages go"
