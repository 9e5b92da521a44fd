"""Dead letters back to where they came from, as their `x-death` header tells.

To the queue they died in, by the default exchange: no other queue gets a copy, and the routing key becomes the queue's
name. Or through the exchange they were published to first, with their own key: then every queue that is bound gets
them again, those that had handled them as well.

The promises are those of a move: acked in the dead-letter queue only after the confirm, what cannot go stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Message, PublishResult, Taken
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations.fingerprint import Fingerprints
from brokerctl.operations.move import COPY_HEADERS, origin
from brokerctl.operations.pace import Pace
from brokerctl.operations.progress import Control, Outcome, Tally
from brokerctl.operations.wear import Wear, careful

DEATH_HEADERS = (
    "x-death",
    "x-first-death-exchange",
    "x-first-death-queue",
    "x-first-death-reason",
    "x-last-death-exchange",
    "x-last-death-queue",
    "x-last-death-reason",
)


class Way(StrEnum):
    QUEUE = "queue"
    """To the queue the message died in last."""
    EXCHANGE = "exchange"
    """To the exchange it was published to first."""


@dataclass(slots=True, frozen=True)
class Replayed:
    """What became of one message."""

    fingerprint: str
    outcome: Outcome
    exchange: str
    routing_key: str
    reason: str = ""
    """Why it stayed."""


@dataclass(slots=True, frozen=True)
class Replay:
    client: BrokerClient
    vhost: str
    queue: str
    """Where the dead letters are."""
    way: Way = Way.QUEUE
    died_in: str | None = None
    """Only those that died last in this queue; the others stay in their places."""
    count: int | None = None
    per_second: float | None = None
    forget: bool = False
    """Without their history: as if they had never died."""
    told: Callable[[Replayed], None] = field(default=lambda replayed: None)
    """Called for every message that was meant."""


def replay(plan: Replay, control: Control | None = None) -> Tally:
    """Carry out the plan. Raises OperationCancelled, ClientError when the broker fails."""
    control = control or Control()
    # Of one queue's dead letters only: then all others come back.
    wear = None if plan.died_in is None else careful(plan.client, plan.vhost, plan.queue)
    with plan.client.carrier(plan.vhost, plan.client, plan.vhost) as carrier:
        ready = carrier.count(plan.queue)
        run = _Run(plan, control, ready if plan.count is None else min(plan.count, ready), wear)
        run.control.report(run.tally)
        carrier.carry(
            plan.queue,
            run.total,
            run.decide,
            run.settle,
            consume=plan.per_second is None and plan.died_in is None,
            is_stopped=run.is_stopped,
            allowance=run.allowance,
        )
    control.report(run.tally)
    if wear is not None and run.is_worn:
        wear.remember()
        if run.seen < run.total:
            raise wear.refusal
    if run.is_cancelled:
        raise OperationCancelled(f"cancelled after {run.tally.done} messages; the others are in {plan.queue}")
    return run.tally


class _Run:
    def __init__(self, plan: Replay, control: Control, total: int, wear: Wear | None) -> None:
        self.plan = plan
        self.wear = wear
        self.is_worn = False
        self.seen = 0
        self.control = control
        self.total = total
        self.tally = Tally(total=total if plan.died_in is None else None)
        self.pace = None if plan.per_second is None else Pace(plan.per_second)
        self.names = Fingerprints()
        self.sent: dict[int, tuple[str, str, str]] = {}
        """Fingerprint, exchange and routing key of what is in flight, by delivery tag."""
        self.is_cancelled = False

    def is_stopped(self) -> bool:
        self.control.report(self.tally)
        self.is_cancelled = self.is_cancelled or self.control.is_cancelled()
        return self.is_cancelled or self.is_worn

    @property
    def allowance(self) -> Callable[[], int] | None:
        """How many may be taken now, where not as many as there are."""
        one_by_one = self.wear is not None and self.wear.limit is not None
        if self.pace is None:
            return (lambda: 1) if one_by_one else None
        pace = self.pace.allowance
        return (lambda: min(1, pace())) if one_by_one else pace

    def decide(self, taken: Taken) -> Taken | None:
        self.seen += 1
        if self.pace is not None:
            self.pace.spend()
        message = taken.decoded()
        fingerprint = self.names.of(message)
        if self.plan.died_in is not None and died_in(message) != self.plan.died_in:
            self.is_worn |= self.wear is not None and self.wear.is_near_the_end(message)
            return None
        try:
            exchange, routing_key = self._route(message)
            header = self._header(message)
        except RequestRefused as error:
            self._stays(Replayed(fingerprint, Outcome.REFUSED, "", "", str(error)))
            return None
        self.sent[taken.delivery_tag] = fingerprint, exchange, routing_key
        return Taken(0, exchange.encode(), routing_key.encode(), False, header, taken.body)

    def settle(self, taken: Taken, result: PublishResult) -> None:
        fingerprint, exchange, routing_key = self.sent.pop(taken.delivery_tag)
        if result.confirmed and result.routed:
            self.tally.add(Outcome.MOVED)
            self.plan.told(Replayed(fingerprint, Outcome.MOVED, exchange, routing_key))
            return
        outcome = Outcome.UNROUTABLE if result.confirmed else Outcome.REFUSED
        self._stays(Replayed(fingerprint, outcome, exchange, routing_key, result.reason))

    def _route(self, message: Message) -> tuple[str, str]:
        if self.plan.way is Way.EXCHANGE:
            return origin(message)
        queue = died_in(message)
        if queue is None:
            raise RequestRefused("this message was never dead-lettered, so it has no other origin")
        copies = [name for name in COPY_HEADERS if name in message.headers]
        if copies:
            raise RequestRefused(f"its {' and '.join(copies)} header would send copies to other queues as well")
        return "", queue

    def _header(self, message: Message) -> bytes:
        header = content.without_delivery_count(message.header)
        return content.amend(header, {}, drop=DEATH_HEADERS) if self.plan.forget else header

    def _stays(self, replayed: Replayed) -> None:
        self.tally.add_problem(replayed.outcome, replayed.fingerprint, replayed.reason)
        self.plan.told(replayed)


def died_in(message: Message) -> str | None:
    """The queue in which the message died last; None when it never did."""
    deaths = message.headers.get("x-death")
    if not isinstance(deaths, list) or not deaths or not isinstance(deaths[0], dict):
        return None
    queue = deaths[0].get("queue")
    return queue if isinstance(queue, str) else None
