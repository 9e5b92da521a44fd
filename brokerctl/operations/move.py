"""Moving messages without losing one.

Take from the source unacked, publish to the destination with `mandatory` and confirms, and only then ack at the source.
What is returned or refused goes back to the source, in order. A crash can double what was in flight, never lose it.

The number of messages is fixed at the start, so that a destination which leads back to the source does not loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Message, MessageSession, PublishResult
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations.fingerprint import Fingerprints
from brokerctl.operations.progress import Control, Outcome, Tally

BATCH = 200
"""Messages in flight: bounds what a crash can double, and fills the wire."""

BATCH_BYTES = 8 * 1024 * 1024
"""Or as many as fit into this."""

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

    def route(self, message: Message) -> tuple[str, str]:
        exchange = message.exchange if self.exchange is None else self.exchange
        return exchange, message.routing_key if self.routing_key is None else self.routing_key


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
    """Carry out the plan. Raises OperationCancelled between batches, ClientError when a broker fails.

    Whatever happens, messages that were taken and not confirmed elsewhere are back in their places.
    """
    with ExitStack() as sessions:
        source = sessions.enter_context(plan.source.messages(plan.vhost))
        target = sessions.enter_context(plan.destination.client.messages(plan.destination.vhost))
        run = _Run(plan, source, target, control or Control())
        try:
            return run.all()
        finally:
            run.give_back()


class _Run:
    def __init__(self, plan: Plan, source: MessageSession, target: MessageSession, control: Control) -> None:
        self.plan = plan
        self.source = source
        self.target = target
        self.control = control
        self.tally = Tally()
        self.fingerprints = Fingerprints()
        self.wanted = None if plan.fingerprints is None else set(plan.fingerprints)
        self.held: dict[int, None] = {}
        """Delivery tags of what was taken and stays at the source, in order."""
        self.left_to_take = 0

    def all(self) -> Tally:
        self.left_to_take = self.source.count(self.plan.queue)
        self.tally.total = self.left_to_take if self.wanted is None else len(self.wanted)
        self.control.report(self.tally)
        while self.left_to_take and (self.wanted is None or self.wanted):
            if self.control.is_cancelled():
                self._cancel()
            batch = self._take()
            self._send(batch)
            self.control.report(self.tally)
        for fingerprint in sorted(self.wanted or ()):
            self.tally.add_problem(Outcome.MISSING, fingerprint, "gone before we took it")
        self.control.report(self.tally)
        return self.tally

    def give_back(self) -> None:
        """Return what is held, in delivery order. A broken connection has returned it already."""
        held, self.held = sorted(self.held), {}
        if held:
            self.source.requeue(held)

    def _take(self) -> list[tuple[str, Message]]:
        batch: list[tuple[str, Message]] = []
        size = 0
        while self.left_to_take and len(batch) < BATCH and size < BATCH_BYTES:
            message = self.source.get(self.plan.queue)
            if message is None:
                self.left_to_take = 0
                break
            self.left_to_take -= 1
            self.held[message.delivery_tag] = None
            fingerprint = self.fingerprints.of(message)
            if self.wanted is None:
                batch.append((fingerprint, message))
            elif fingerprint in self.wanted:
                self.wanted.discard(fingerprint)
                batch.append((fingerprint, message))
                if not self.wanted:
                    break
        return batch

    def _send(self, batch: list[tuple[str, Message]]) -> None:
        sendable = [each for each in batch if not self._refuse(*each)]
        results = self.target.publish_many([self._item(*each) for each in sendable])
        for (fingerprint, message), result in zip(sendable, results, strict=True):
            self._settle(fingerprint, message, result)

    def _item(self, fingerprint: str, message: Message) -> tuple[str, str, bytes, bytes]:
        exchange, routing_key = self.plan.destination.route(message)
        edit = self.plan.edits.get(fingerprint, Edit())
        header = content.without_delivery_count(message.header) if edit.header is None else edit.header
        return exchange, routing_key, header, message.body if edit.body is None else edit.body

    def _settle(self, fingerprint: str, message: Message, result: PublishResult) -> None:
        if not result.confirmed:
            self.tally.add_problem(Outcome.REFUSED, fingerprint, result.reason)
        elif not result.routed:
            self.tally.add_problem(Outcome.UNROUTABLE, fingerprint, result.reason)
        elif self.plan.keep:
            self.tally.add(Outcome.COPIED)
        else:
            self.source.ack(message.delivery_tag)
            del self.held[message.delivery_tag]
            self.tally.add(Outcome.MOVED)

    def _refuse(self, fingerprint: str, message: Message) -> bool:
        """Whether it must stay, because it would go elsewhere than to the destination."""
        reason = self._inexact_route(message) or self._copies(fingerprint, message)
        if reason:
            self.tally.add_problem(Outcome.REFUSED, fingerprint, reason)
        return bool(reason)

    def _inexact_route(self, message: Message) -> str:
        keeps_route = self.plan.destination.exchange is None or self.plan.destination.routing_key is None
        if message.is_route_exact or not keeps_route:
            return ""
        return "its exchange or routing key is not UTF-8 and cannot be sent again as it is: choose both"

    def _copies(self, fingerprint: str, message: Message) -> str:
        """A CC or BCC header would send copies to more queues than anybody asked for."""
        if self.plan.destination.exchange != "" or fingerprint in self.plan.edits:
            return ""
        copies = [name for name in COPY_HEADERS if name in message.headers]
        return f"its {' and '.join(copies)} header would send copies to other queues as well" if copies else ""

    def _cancel(self) -> None:
        rest = (self.tally.total or 0) - self.tally.done
        if rest > 0:
            self.tally.add(Outcome.LEFT, rest)
        self.control.report(self.tally)
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
