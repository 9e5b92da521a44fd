"""What every client of a broker offers. Operations, views and the collector know only this.

Two doors, as every broker has them: `BrokerClient` is the management HTTP API (state, counters, definitions),
`MessageSession` is AMQP (messages with their exact header bytes). Sync: run them in threads or workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from brokerctl.clients.management import Changing, Reading
from brokerctl.clients.models import Arguments, Passed, Tap
from brokerctl.errors import AmqpSyntaxError
from brokerctl.wire import properties


@dataclass(slots=True, frozen=True)
class Address:
    """Where a broker is and who we are there. Separate, validated fields: never a URL from outside."""

    host: str
    amqp_port: int
    api_port: int
    username: str
    password: str = field(repr=False)
    amqp_tls: bool = False
    api_tls: bool = False
    verify_tls: bool = True
    ca: str = ""
    """PEM of who signed the broker's certificate; empty: whom this machine trusts."""
    certificate: str = ""
    """PEM of our own, for brokers that ask for one; empty: none."""
    key: str = field(default="", repr=False)
    timeout_seconds: float = 10.0


@dataclass(slots=True, frozen=True)
class Message:
    """One message as it lies in a queue.

    `header` is the raw AMQP content header after class, weight and body size (property flags + list), exactly as the
    broker sent it: republishing sends these bytes again. `properties` and `headers` are decoded from it for people.
    """

    exchange: str
    routing_key: str
    redelivered: bool
    header: bytes
    body: bytes
    properties: Arguments
    """AMQP property names to values; without `headers`."""
    headers: Arguments
    delivery_tag: int = 0
    """Valid only on the session that took the message."""
    undecodable: str = ""
    """Why `properties` and `headers` are empty although the header is not; empty when it was read."""
    is_route_exact: bool = True
    """False when exchange or routing key are not UTF-8: what stands here is for people, not to be sent again."""


class Taken(NamedTuple):
    """A message as it came from the wire, for those who only pass it on; `decoded()` is for those who look into it."""

    delivery_tag: int
    exchange: bytes
    routing_key: bytes
    redelivered: bool
    header: bytes
    body: bytes

    def decoded(self) -> Message:
        """A header that cannot be decoded is said so, not hidden."""
        try:
            values = properties.decode(properties.PREFIX.pack(60, 0, len(self.body)) + self.header)
            undecodable = ""
        except AmqpSyntaxError as error:
            values, undecodable = {}, str(error)
        headers = values.pop("headers", {})
        exchange, routing_key = _text(self.exchange), _text(self.routing_key)
        return Message(
            exchange=exchange,
            routing_key=routing_key,
            redelivered=self.redelivered,
            header=self.header,
            body=self.body,
            properties=values,
            headers=headers,
            delivery_tag=self.delivery_tag,
            undecodable=undecodable,
            is_route_exact=(exchange.encode(), routing_key.encode()) == (self.exchange, self.routing_key),
        )


def _text(name: bytes) -> str:
    """A name for people, also when it is not UTF-8."""
    return name.decode("utf-8", "backslashreplace")


@dataclass(slots=True, frozen=True)
class PublishResult:
    """What became of one publish: confirmed, and routed or returned."""

    confirmed: bool
    routed: bool
    reason: str = ""
    """Why not, in the broker's words ('NO_ROUTE', 'basic.nack')."""


Decide = Callable[[Taken], Taken | None]
"""What is published for a message that was taken (its tag is not looked at); None: it stays where it was."""

Settle = Callable[[Taken, PublishResult], None]
"""Told of the message as it was taken, and what became of its publish."""


class Carrier(Protocol):
    """Two connections, a source's and a destination's, with many messages between them."""

    def count(self, queue: str) -> int:
        """How many messages are ready at the source."""
        ...

    def carry(
        self,
        queue: str,
        total: int,
        decide: Decide,
        settle: Settle,
        *,
        keep: bool = False,
        consume: bool = True,
        is_stopped: Callable[[], bool] = lambda: False,
        allowance: Callable[[], int] | None = None,
    ) -> None:
        """Take up to `total` messages, publish each as decided, and ack it when that is confirmed and routed.

        Ends early when the queue is empty or `is_stopped`; what is in flight is finished then. What was not acked goes
        back to its place when the carrier is left, and so does everything with `keep`. Without `consume` messages are
        only ever got: a consumer would end an auto-delete queue, and gets no further than what is kept allows it.
        `allowance` says, without `consume`, how many may be taken now.
        """
        ...


class MessageSession(Protocol):
    """One AMQP connection with one channel in confirm mode. Not thread-safe. Closing returns what was not acked."""

    def count(self, queue: str) -> int:
        """How many messages are ready, now: the management API's number may be seconds old."""
        ...

    def purge(self, queue: str) -> int:
        """Delete the ready messages; return how many they were."""
        ...

    def delete(self, queue: str, *, if_empty: bool, if_unused: bool) -> int:
        """Delete the queue; return how many ready messages went with it. Raises RequestRefused when it may not."""
        ...

    def get(self, queue: str) -> Message | None:
        """Take the head message, unacked; None when the queue is empty."""
        ...

    def take(self, queue: str, count: int) -> list[Taken]:
        """Take up to `count` messages from the head, unacked; fewer when the queue has no more. Asked for at once."""
        ...

    def publish(self, exchange: str, routing_key: str, header: bytes, body: bytes) -> PublishResult:
        """Publish with `mandatory` and wait for the confirm. `header` is as in `Message.header`."""
        ...

    def publish_many(self, items: Iterable[tuple[str, str, bytes, bytes]]) -> Sequence[PublishResult]:
        """Publish (exchange, routing_key, header, body) pipelined; results in the same order, after all confirms."""
        ...

    def ack(self, delivery_tag: int) -> None: ...

    def requeue(self, delivery_tags: Sequence[int]) -> None:
        """Give messages back with nack + requeue, in delivery order."""
        ...

    def give_back(self, queue: str, count: int) -> None:
        """Requeue everything that was taken and not acked, in its places: `count` messages, all of `queue`.

        Waits until they are there, so that who looks next finds all of them; not for long, as somebody may take them.
        """
        ...

    def close(self) -> None: ...


@dataclass(slots=True, frozen=True)
class Peeked:
    """A message that was looked at where it lies."""

    id: str
    """Names it for as long as it waits in its queue."""
    hash: str
    """Of its content, as brokerctl.operations.fingerprint makes it; empty when it was not asked for."""
    message: Message | None
    """None when only ids were asked for."""


@dataclass(slots=True, frozen=True)
class Peek:
    """A page of a queue. `next` goes on behind it; None at the end."""

    messages: tuple[Peeked, ...]
    next: str | None
    ready: int


@dataclass(slots=True, frozen=True)
class Relocated:
    """What became of the messages of one request to move or copy."""

    counts: dict[str, int]
    """By outcome: moved, copied, missing, unroutable, refused."""
    results: tuple[tuple[str, str, str, str], ...]
    """(id, hash, outcome, reason) of those asked for by id, else of those that stayed where they are."""
    next: str | None
    """Where to go on; None when all is done."""
    until: int
    """The last place that is meant; to be given back with `next`."""


class Inside(Protocol):
    """What some brokers do with waiting messages without handing them out (docs/extensions.md)."""

    def peek(self, vhost: str, queue: str, count: int, after: str | None = None, *, only_ids: bool = False) -> Peek:
        """Look at some of the messages behind `after`, head first. Changes nothing."""
        ...

    def relocate(
        self,
        vhost: str,
        queue: str,
        destination: tuple[str, str | None, str | None],
        *,
        keep: bool,
        ids: Sequence[str] | None = None,
        limit: int | None = None,
        after: str | None = None,
        until: int | None = None,
    ) -> Relocated:
        """Move or copy to (vhost, exchange, routing key; None: the message's own): these, or all up to `until`."""
        ...


class BrokerClient(Reading, Changing, Protocol):
    """The management API of one broker. Every call has a timeout and raises ClientErrors that people can read."""

    address: Address

    def carrier(self, vhost: str, destination: BrokerClient, destination_vhost: str) -> AbstractContextManager[Carrier]:
        """Open AMQP to both. Raises as `messages` does."""
        ...

    def tap(self, asked: Tap) -> Iterator[Passed]:
        """Messages as they pass, without an end. Raises RequestRefused where the broker does not offer it."""
        ...

    def inside(self) -> Inside | None:
        """None for a broker that can do none of it."""
        ...

    def messages(self, vhost: str) -> AbstractContextManager[MessageSession]:
        """Open AMQP to `vhost`. Raises BrokerUnreachable, LoginRefused, PermissionDenied, ObjectNotFound (no vhost)."""
        ...

    def close(self) -> None: ...
