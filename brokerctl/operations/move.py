"""Moving messages without losing one.

Taken from the source unacked, published to the destination with `mandatory` and confirms, and only then acked at the
source (clients.carrier). What is returned or refused goes back to the source, in order. A crash can double what was in
flight, never lose it.

The number of messages is fixed at the start, so that a destination which leads back to the source does not loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Carrier, Message, PublishResult, Taken
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations import inside
from brokerctl.operations.fingerprint import Fingerprints
from brokerctl.operations.progress import Control, Outcome, Tally
from brokerctl.operations.wear import Wear, careful, refuse_paused

COPY_HEADERS = ("CC", "BCC")


@dataclass(slots=True, frozen=True)
class Destination:
    """Where messages go. With the default exchange the routing key is the name of a queue."""

    client: BrokerClient
    vhost: str
    exchange: str | None
    """None: each message goes to the exchange it was published to."""
    routing_key: str | None
    """None: each keeps its own."""


@dataclass(slots=True, frozen=True)
class Edit:
    """Another header or body for one message; None leaves it."""

    header: bytes | None = None
    body: bytes | None = None


@dataclass(slots=True, frozen=True)
class Plan:
    source: BrokerClient
    vhost: str
    queue: str
    destination: Destination
    fingerprints: Sequence[str] | None = None
    """Which messages; None: all that are there at the start."""
    keep: bool = False
    """Copy: the originals go back to their places."""
    edits: dict[str, Edit] = field(default_factory=dict)
    """By fingerprint."""


def move(plan: Plan, control: Control | None = None) -> Tally:
    """Carry out the plan. Raises OperationCancelled, ClientError when a broker fails.

    Whatever happens, messages that were taken and not confirmed elsewhere are back in their places. A broker that can
    do it by itself does (inside.py), and then a crash doubles none either. Raises RequestRefused, before a message uses
    up its last delivery, when it is among those that are to come back (wear.py).
    """
    within = inside.of(plan)
    if within is not None:
        return inside.move(plan, within, control or Control())
    destination = plan.destination
    with plan.source.carrier(plan.vhost, destination.client, destination.vhost) as carrier:
        return _Run(plan, control or Control()).all(carrier)


class _Run:
    def __init__(self, plan: Plan, control: Control) -> None:
        self.plan = plan
        self.control = control
        self.tally = Tally()
        self.taken = Fingerprints()
        self.stayed = Fingerprints()
        self.wanted = None if plan.fingerprints is None else set(plan.fingerprints)
        self.chosen: dict[int, str] = {}
        """Fingerprints by delivery tag, of wanted messages that are in flight."""
        self.reported = 0
        self.is_cancelled = False
        self.wear: Wear | None = None
        """Of a queue that gets messages back."""
        self.is_worn = False
        destination = plan.destination
        self.exchange = None if destination.exchange is None else destination.exchange.encode()
        self.routing_key = None if destination.routing_key is None else destination.routing_key.encode()

    def all(self, carrier: Carrier) -> Tally:
        ready = carrier.count(self.plan.queue)
        may_consume = self._may_consume()
        one_by_one = self.wear is not None and self.wear.limit is not None
        self.tally.total = ready if self.wanted is None else len(self.wanted)
        self.control.report(self.tally)
        carrier.carry(
            self.plan.queue,
            ready,
            self._decide,
            self._settle,
            keep=self.plan.keep,
            consume=may_consume,
            is_stopped=self._is_stopped,
            allowance=(lambda: 1) if one_by_one else None,
        )
        if self.is_cancelled:
            self._leave()
        if self.wear is not None and self.is_worn:
            self.wear.remember()
            if self._count_the_rest():
                raise self.wear.refusal
        for fingerprint in sorted(self.wanted or ()):
            self.tally.add_problem(Outcome.MISSING, fingerprint, "gone before we took it")
        self.control.report(self.tally)
        return self.tally

    def _may_consume(self) -> bool:
        """Not where most are kept, and not from a queue that its last consumer ends. Raises RequestRefused."""
        source, vhost, queue = self.plan.source, self.plan.vhost, self.plan.queue
        if self.plan.keep or self.wanted is not None:
            self.wear = careful(source, vhost, queue)
            return False
        described = source.queue(vhost, queue)
        refuse_paused(described, source.overview())
        return not described.auto_delete

    def _is_stopped(self) -> bool:
        if self.wanted is not None and not self.wanted:
            return True
        if self.tally.done != self.reported:
            self.reported = self.tally.done
            self.control.report(self.tally)
        self.is_cancelled = self.is_cancelled or self.control.is_cancelled()
        return self.is_cancelled or self.is_worn

    def _decide(self, message: Taken) -> Taken | None:
        sent = self._sent(message)
        if self.wear is not None and (sent is None or self.plan.keep):
            self.is_worn |= self.wear.is_near_the_end(message)
        return sent

    def _sent(self, message: Taken) -> Taken | None:
        """What is published for it; None: it stays."""
        fingerprint = ""
        if self.wanted is not None or self.plan.edits:
            fingerprint = self.taken.of(message.decoded())
        if self.wanted is not None:
            if fingerprint not in self.wanted:
                return None
            self.wanted.discard(fingerprint)
        edit = self.plan.edits.get(fingerprint)
        if edit is None and self._copies(message, fingerprint):
            return None
        self.chosen[message.delivery_tag] = fingerprint
        header, body = content.without_delivery_count(message.header), message.body
        if edit is not None:
            header = header if edit.header is None else edit.header
            body = body if edit.body is None else edit.body
        exchange = message.exchange if self.exchange is None else self.exchange
        routing_key = message.routing_key if self.routing_key is None else self.routing_key
        return Taken(0, exchange, routing_key, False, header, body)

    def _settle(self, message: Taken, result: PublishResult) -> None:
        fingerprint = self.chosen.pop(message.delivery_tag)
        if result.confirmed and result.routed:
            self.tally.add(Outcome.COPIED if self.plan.keep else Outcome.MOVED)
        else:
            self._stays(
                message, fingerprint, Outcome.UNROUTABLE if result.confirmed else Outcome.REFUSED, result.reason
            )

    def _copies(self, message: Taken, fingerprint: str) -> bool:
        """Whether it must stay: a CC or BCC header would send copies to more queues than anybody asked for."""
        # Few headers have these letters at all, and to decode the others would take longer than to move them.
        if self.exchange != b"" or b"CC" not in message.header:
            return False
        headers = message.decoded().headers
        copies = [name for name in COPY_HEADERS if name in headers]
        if copies:
            reason = f"its {' and '.join(copies)} header would send copies to other queues as well"
            self._stays(message, fingerprint, Outcome.REFUSED, reason)
        return bool(copies)

    def _stays(self, message: Taken, fingerprint: str, outcome: Outcome, reason: str) -> None:
        # Without a choice only what stays is named, as the next look at the queue would name it.
        self.tally.add_problem(outcome, fingerprint or self.stayed.of(message.decoded()), reason)

    def _count_the_rest(self) -> int:
        rest = (self.tally.total or 0) - self.tally.done
        if rest > 0:
            self.tally.add(Outcome.LEFT, rest)
        self.control.report(self.tally)
        return rest

    def _leave(self) -> None:
        rest = self._count_the_rest()
        raise OperationCancelled(f"cancelled; {rest} messages were left in {self.plan.queue}")


def origin(message: Message) -> tuple[str, str]:
    """Where a dead-lettered message was published first: its oldest death. Raises RequestRefused when it never died."""
    deaths = message.headers.get("x-death")
    if not isinstance(deaths, list) or not deaths or not isinstance(deaths[-1], dict):
        raise RequestRefused("this message was never dead-lettered, so it has no other origin")
    first = deaths[-1]
    keys = first.get("routing-keys")
    key = keys[0] if isinstance(keys, list) and keys else message.routing_key
    return str(first.get("exchange", "")), str(key)
