"""Messages by AMQP: one connection, one channel in confirm mode, driven by the caller's thread.

pika logs in, keeps the connection alive and closes it. The frames of messages never reach it (clients.stream): they are
cut out of what comes and written as bytes, many on their way at once, which is what makes moving thousands of messages
quick. A returned message is matched to its publish by its content, because basic.return carries no number.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pika.channel
import pika.connection
import pika.exceptions
from pika.adapters.select_connection import IOLoop

from brokerctl.clients import contents
from brokerctl.clients.base import Address, Message, PublishResult, Taken
from brokerctl.clients.contents import Cutter, Returned
from brokerctl.clients.failures import closed_reason, open_failure
from brokerctl.clients.stream import Stream
from brokerctl.errors import AmqpSyntaxError, BrokerUnreachable, ClientError, RequestRefused
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr
from brokerctl.wire import properties

USER_ID_FLAG = 1 << 4
"""In the lower byte of the property flags."""

COUNTS = 50
"""Round trips to wait for what was given back; a few are enough."""

DISK_SECONDS = 5.0
"""To wait for it where the broker writes it to a disk first."""

CONSUMER = "postroom"
"""The tag of a session's only consumer."""

SENT = PublishResult(confirmed=True, routed=True)
NACKED = PublishResult(False, False, "the broker refused it (basic.nack): a full queue, or an internal error")


class PikaSession:
    """brokerctl.clients.base.MessageSession. Every wait ends after the address's timeout with BrokerUnreachable.

    Two sessions may share a `loop`: then `turn` lets both work.
    """

    def __init__(self, address: Address, vhost: str, loop: IOLoop | None = None) -> None:
        self.address = address
        self.vhost = vhost
        self.received: deque[Taken] = deque()
        """Taken and not yet looked at, in order."""
        self.answered: dict[int, PublishResult] = {}
        """By the number that `send` gave."""
        self.is_consuming = False
        self.is_empty = False
        """Whether one of the last gets found nothing."""
        self._loop = loop or IOLoop()
        self._owns_loop = loop is None
        self._stream: Stream | None = None
        self.timeout = address.timeout_seconds
        self._consumers: dict[str, int] = {}
        """Of each queue, when it was first counted."""
        self._failure: ClientError | None = None
        self._is_open = self._is_closed = False
        self._channel: pika.channel.Channel | None = None
        self._pending: dict[int, Taken] = {}
        self._returns: dict[int, PublishResult] = {}
        """What came back; the confirm that ends its publish is still to come."""
        self._published = self._refused = 0
        self._outgoing: list[bytes] = []
        self._asked = 0
        self._heard = 0
        self._frame_max = 0

    @classmethod
    def open(cls, address: Address, vhost: str, loop: IOLoop | None = None) -> PikaSession:
        """Connect. Raises BrokerUnreachable, LoginRefused, ObjectNotFound (no such vhost), PermissionDenied."""
        session = cls(address, vhost, loop)
        if loop is None:
            session._loop.activate_poller()
        try:
            session._stream = Stream(
                address,
                vhost,
                session._loop,
                Cutter(session),
                on_open_callback=session._connection_opened,
                on_open_error_callback=session._open_failed,
                on_close_callback=session._connection_closed,
            )
            session._wait(lambda: session._is_open)
        except BaseException:
            session.close()
            raise
        return session

    def count(self, queue: str) -> int:
        ready, consumers = self._lengths(queue)
        self._consumers.setdefault(queue, consumers)
        return ready

    def purge(self, queue: str) -> int:
        return self._ask(lambda answer: self._open_channel.queue_purge(queue, callback=answer))

    def delete(self, queue: str, *, if_empty: bool, if_unused: bool) -> int:
        return self._ask(
            lambda answer: self._open_channel.queue_delete(
                queue, if_unused=if_unused, if_empty=if_empty, callback=answer
            )
        )

    def get(self, queue: str) -> Message | None:
        found = self.take(queue, 1)
        return found[0].decoded() if found else None

    def take(self, queue: str, count: int) -> list[Taken]:
        self.ask(queue, count)
        self._wait(lambda: not self._asked)
        found = list(self.received)
        self.received.clear()
        return found

    def publish(self, exchange: str, routing_key: str, header: bytes, body: bytes) -> PublishResult:
        return self.publish_many([(exchange, routing_key, header, body)])[0]

    def publish_many(self, items: Iterable[tuple[str, str, bytes, bytes]]) -> Sequence[PublishResult]:
        sequences = [
            self.send(Taken(0, exchange.encode(), routing_key.encode(), False, header, body))
            for exchange, routing_key, header, body in items
        ]
        self.flush()
        self._wait(lambda: not self._pending)
        return [self.answered.pop(each) for each in sequences]

    def ack(self, delivery_tag: int, *, multiple: bool = False) -> None:
        self.check()
        self._write(contents.ack(delivery_tag, multiple=multiple))

    def requeue(self, delivery_tags: Sequence[int]) -> None:
        self.check()
        self._write(b"".join(map(contents.requeue, delivery_tags)))

    def give_back(self, queue: str, count: int) -> None:
        self.check()
        if not count:
            return
        others, holders = self._lengths(queue)
        # What comes back to a quorum queue of RabbitMQ is written first. Until that is done it counts us as a consumer.
        is_written = holders > self._consumers.get(queue, holders)
        self._write(contents.requeue(0, multiple=True))
        deadline = time.monotonic() + (DISK_SECONDS if is_written else 0.0)
        # RabbitMQ answers a count before it has done what came before it.
        for counts in itertools.count(1):
            ready, consumers = self._lengths(queue)
            if ready >= others + count or (is_written and consumers < holders):
                return
            if counts >= COUNTS and time.monotonic() >= deadline:
                return

    def close(self) -> None:
        """Close in order, so that acks on their way arrive; a connection that is broken is just let go."""
        if not self._is_closed and self._stream is not None:
            if self._stream.is_open:
                self._stream.close()
            deadline = time.monotonic() + self.timeout
            while not self._is_closed and time.monotonic() < deadline:
                self.turn()
        self._is_closed = True
        if self._owns_loop:
            self._loop.deactivate_poller()
            self._loop.close()

    # Many at once

    def ask(self, queue: str, count: int) -> None:
        """Send `count` times basic.get; what comes is put into `received`, and `is_asking` until all is answered."""
        self.check()
        if not fits_shortstr(queue):
            raise RequestRefused(f"a queue's name has at most 255 bytes: {queue[:60]}…")
        self.is_empty = False
        self._asked += count
        self._write(contents.get(queue) * count)

    @property
    def is_asking(self) -> bool:
        return self._asked > 0

    def send(self, message: Taken) -> int:
        """Put a publish of these bytes into the line for `flush`; the number by which it is `answered`."""
        refusal = self._refusal(message)
        if refusal is not None:
            # Not one of the broker's numbers: those count what it gets.
            self._refused += 1
            self.answered[-self._refused] = refusal
            return -self._refused
        self._published += 1
        self._pending[self._published] = message
        _, exchange, routing_key, _, header, body = message
        self._outgoing.append(contents.publish(exchange, routing_key, header, body, self._frame_max))
        return self._published

    def flush(self) -> None:
        """Write what was sent so far."""
        if self._outgoing:
            self.check()
            self._write(b"".join(self._outgoing))
            self._outgoing.clear()

    def consume(self, queue: str, prefetch: int) -> None:
        """Let the broker push, at most `prefetch` unacked; what comes is put into `received`. Ends with `cancel`."""
        self._wait_for(lambda answer: self._open_channel.basic_qos(prefetch_count=prefetch, callback=answer))
        self.is_consuming = True
        self._wait_for(lambda answer: self._consume(queue, answer))

    def _consume(self, queue: str, answer: Callable[[Any], None]) -> None:
        # pika wants a callback of its own, though it never sees a delivery.
        self._open_channel.basic_consume(queue, lambda *_: None, consumer_tag=CONSUMER, callback=answer)

    def cancel(self) -> None:
        """End `consume`: when it returns, nothing more comes."""
        if self.is_consuming:
            self._wait_for(lambda answer: self._open_channel.basic_cancel(CONSUMER, answer))
            self.is_consuming = False

    def check(self) -> None:
        """Raises the ClientError that ended the connection or its channel."""
        if self._failure is not None:
            raise self._failure

    def turn(self, seconds: float = 0.5) -> None:
        """Let the loop work until something happened, at most so long."""
        # A timer bounds poll(), which else sleeps up to five seconds.
        timer = self._loop.call_later(seconds, lambda: None)
        self._loop.poll()
        self._loop.process_timeouts()
        self._loop.remove_timeout(timer)

    @property
    def heard(self) -> int:
        """How much has come; that it grows says that the broker is alive."""
        return self._heard

    # contents.Receiver

    def taken(self, message: Taken) -> None:
        self._heard += 1
        self._asked -= self._asked > 0
        self.received.append(message)

    def got_nothing(self) -> None:
        self._heard += 1
        self._asked -= 1
        self.is_empty = True

    def confirmed(self, last: int, is_multiple: bool, is_positive: bool) -> None:
        self._heard += 1
        result = SENT if is_positive else NACKED
        if not is_multiple:
            self._answer(last, result)
            return
        for number in list(self._pending):
            if number > last:
                break
            self._answer(number, result)

    def returned(self, message: Returned) -> None:
        self._heard += 1
        result = PublishResult(True, False, f"{message.text}: no queue is bound for it")
        alike = []
        for number, sent in self._pending.items():
            if sent.body != message.body or sent[1:3] != message[1:3] or number in self._returns:
                continue
            if sent.header == message.header:
                self._returns[number] = result
                return
            alike.append(number)
        # A broker may send it back with another header: without BCC, or with what an interceptor wrote into it. To take
        # it for nobody's would be to lose it, so then all that it can be count as returned.
        for number in alike or list(self._pending):
            self._returns.setdefault(number, result)

    # Publishing

    def _answer(self, number: int, result: PublishResult) -> None:
        if self._pending.pop(number, None) is not None:
            returned = self._returns.pop(number, result)
            # What a full queue refuses LavinMQ also returns, as if it had no route.
            self.answered[number] = returned if result.confirmed else result

    def _refusal(self, message: Taken) -> PublishResult | None:
        """What would close the channel for all that follow."""
        if len(message.exchange) > MAX_NAME_BYTES or len(message.routing_key) > MAX_NAME_BYTES:
            return PublishResult(False, False, "its exchange or routing key is longer than 255 bytes")
        if len(message.header) < 2 or not message.header[1] & USER_ID_FLAG:
            return None
        user_id = _user_id(message.header)
        if user_id is None or user_id == self.address.username:
            return None
        reason = f"its user_id is {user_id}, and a broker takes only the login's own ({self.address.username})"
        return PublishResult(confirmed=False, routed=False, reason=reason)

    # Asking and waiting

    def _ask(self, ask: Callable[[Callable[[Any], None]], Any]) -> int:
        """Ask for something that is answered with a message count."""
        return int(self._wait_for(ask).method.message_count)

    def _lengths(self, queue: str) -> tuple[int, int]:
        """How many messages are ready, and how many consumers there are."""
        found = self._wait_for(
            lambda answer: self._open_channel.queue_declare(queue, passive=True, callback=answer)
        ).method
        return found.message_count, found.consumer_count

    def _wait_for(self, ask: Callable[[Callable[[Any], None]], Any]) -> Any:
        self.check()
        answers: list[Any] = []
        ask(answers.append)
        self._wait(lambda: bool(answers))
        return answers[0]

    def _wait(self, is_done: Callable[[], bool]) -> None:
        """Let the loop work until it is done. All that comes moves the deadline: a long batch is no silent broker."""
        heard, deadline = self._heard, time.monotonic() + self.timeout
        while not is_done():
            self.check()
            if self._heard != heard:
                heard, deadline = self._heard, time.monotonic() + self.timeout
            elif time.monotonic() > deadline:
                raise self.silent()
            self.turn()
        self.check()

    def silent(self) -> BrokerUnreachable:
        where = f"{self.address.host}:{self.address.amqp_port}"
        return BrokerUnreachable(f"{where} did not answer within {self.timeout:g} s")

    def _write(self, data: bytes) -> None:
        if self._stream is not None:
            self._stream.write(data)

    # Callbacks of pika

    @property
    def _open_channel(self) -> pika.channel.Channel:
        assert self._channel is not None
        return self._channel

    def _connection_opened(self, connection: pika.connection.Connection) -> None:
        assert self._stream is not None
        self._stream.start_cutting()
        self._frame_max = self._stream.frame_max
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: pika.channel.Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_cancel_callback(self._consumer_cancelled)
        # pika wants a callback of its own, though it never sees a confirm.
        channel.confirm_delivery(lambda _: None, callback=self._confirming)

    def _confirming(self, _frame: object) -> None:
        self._is_open = True

    def _consumer_cancelled(self, _frame: object) -> None:
        """By the broker: the queue is gone. Who asks for more hears it."""
        self.is_consuming = False

    def _open_failed(self, _connection: object, error: BaseException | str) -> None:
        cause = error if isinstance(error, BaseException) else BrokerUnreachable(error)
        self._failure = open_failure(self.address, self.vhost, cause)
        self._is_closed = True

    def _channel_closed(self, _channel: object, error: BaseException) -> None:
        if not isinstance(error, pika.exceptions.ChannelClosedByClient):
            self._failure = self._failure or closed_reason(self.address, error)

    def _connection_closed(self, _connection: object, error: BaseException) -> None:
        if not isinstance(error, pika.exceptions.ConnectionClosedByClient):
            self._failure = self._failure or closed_reason(self.address, error)
        self._is_closed = True


def _user_id(header: bytes) -> str | None:
    try:
        return properties.facts(properties.PREFIX.pack(60, 0, 0) + header).user_id
    except AmqpSyntaxError:
        # Nobody can read it, so nobody can compare it: the broker decides.
        return None
