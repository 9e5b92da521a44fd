"""Messages by AMQP, with pika: one connection, one channel in confirm mode, driven by the caller's thread.

pika's blocking connection waits for each confirm; here many publishes are on their way at once, which is what makes
moving thousands of messages quick. A returned message is matched to its publish by its content, because basic.return
carries no number.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import pika
import pika.channel
import pika.connection
import pika.exceptions
from pika.adapters.select_connection import IOLoop

from brokerctl.clients import raw_properties
from brokerctl.clients.base import Address, Message, PublishResult
from brokerctl.clients.failures import closed_reason, open_failure
from brokerctl.clients.raw_properties import RawProperties
from brokerctl.errors import AmqpSyntaxError, BrokerUnreachable, ClientError
from brokerctl.wire import properties

Item = tuple[str, str, bytes, bytes]
"""exchange, routing key, header, body."""

CONNECTION_NAME = "Postroom"
USER_ID_FLAG = 1 << 4
"""In the lower byte of the property flags."""


class PikaSession:
    """brokerctl.clients.base.MessageSession. Every wait ends after the address's timeout with BrokerUnreachable."""

    def __init__(self, address: Address, vhost: str) -> None:
        self.address = address
        self.vhost = vhost
        self._loop = IOLoop()
        self._connection: pika.SelectConnection | None = None
        self._timeout = address.timeout_seconds
        self._failure: ClientError | None = None
        self._is_open = self._is_closed = False
        self._channel: pika.channel.Channel | None = None
        self._pending: dict[int, Item] = {}
        self._results: dict[int, PublishResult] = {}
        self._published = 0
        self._got: list[Message | None] = []

    @classmethod
    def open(cls, address: Address, vhost: str) -> PikaSession:
        """Connect. Raises BrokerUnreachable, LoginRefused, ObjectNotFound (no such vhost), PermissionDenied."""
        raw_properties.install()
        session = cls(address, vhost)
        session._loop.activate_poller()
        try:
            session._connection = pika.SelectConnection(
                _parameters(address, vhost),
                on_open_callback=session._connection_opened,
                on_open_error_callback=session._open_failed,
                on_close_callback=session._connection_closed,
                custom_ioloop=session._loop,
            )
            session._wait(lambda: session._is_open)
        except BaseException:
            session.close()
            raise
        return session

    def count(self, queue: str) -> int:
        return self._ask(lambda answer: self._open_channel.queue_declare(queue, passive=True, callback=answer))

    def purge(self, queue: str) -> int:
        return self._ask(lambda answer: self._open_channel.queue_purge(queue, callback=answer))

    def get(self, queue: str) -> Message | None:
        self._check()
        self._got.clear()
        self._open_channel.basic_get(queue, self._got_message)
        self._wait(lambda: bool(self._got))
        return self._got[0]

    def publish(self, exchange: str, routing_key: str, header: bytes, body: bytes) -> PublishResult:
        return self.publish_many([(exchange, routing_key, header, body)])[0]

    def publish_many(self, items: Iterable[Item]) -> Sequence[PublishResult]:
        self._check()
        sequences: list[int | PublishResult] = []
        for item in items:
            refusal = self._refusal(item)
            sequences.append(refusal if refusal is not None else self._publish(item))
        self._wait(lambda: not self._pending)
        return [each if isinstance(each, PublishResult) else self._results.pop(each) for each in sequences]

    def ack(self, delivery_tag: int) -> None:
        self._check()
        self._open_channel.basic_ack(delivery_tag)

    def requeue(self, delivery_tags: Sequence[int]) -> None:
        self._check()
        for tag in delivery_tags:
            self._open_channel.basic_nack(tag, requeue=True)

    def close(self) -> None:
        """Close in order, so that acks on their way arrive; a connection that is broken is just let go."""
        if not self._is_closed and self._connection is not None:
            if self._connection.is_open:
                self._connection.close()
            deadline = time.monotonic() + self._timeout
            while not self._is_closed and time.monotonic() < deadline:
                self._turn()
        self._is_closed = True
        self._loop.deactivate_poller()
        self._loop.close()

    def _ask(self, ask: Callable[[Callable[[Any], None]], Any]) -> int:
        """Ask for something that is answered with a message count."""
        self._check()
        answers: list[int] = []
        ask(lambda frame: answers.append(frame.method.message_count))
        self._wait(lambda: bool(answers))
        return answers[0]

    # Publishing

    def _publish(self, item: Item) -> int:
        exchange, routing_key, header, body = item
        self._published += 1
        self._pending[self._published] = item
        self._open_channel.basic_publish(exchange, routing_key, body, RawProperties.of(header), mandatory=True)
        return self._published

    def _refusal(self, item: Item) -> PublishResult | None:
        """A message that names another user as its sender would close the channel for all that follow."""
        user_id = _user_id(item[2])
        if user_id is None or user_id == self.address.username:
            return None
        reason = f"its user_id is {user_id}, and a broker takes only the login's own ({self.address.username})"
        return PublishResult(confirmed=False, routed=False, reason=reason)

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        is_positive = isinstance(method, pika.spec.Basic.Ack)
        last = method.delivery_tag
        answered = [n for n in self._pending if n <= last] if method.multiple else [last]
        for sequence in answered:
            self._pending.pop(sequence, None)
            if sequence not in self._results:
                reason = "" if is_positive else "the broker refused it (basic.nack): a full queue, or an internal error"
                self._results[sequence] = PublishResult(is_positive, is_positive, reason)

    def _returned(self, _channel: object, method: Any, props: Any, body: bytes) -> None:
        route = (method.exchange, method.routing_key)
        alike = [n for n, item in self._pending.items() if item[:2] == route and item[3] == body]
        exact = [n for n in alike if self._pending[n][2] == props.raw and n not in self._results]
        # A broker may send it back with another header: without BCC, or with what an interceptor wrote into it. To take
        # it for nobody's would be to lose it, so then all that it can be count as returned.
        meant = exact[:1] or alike or list(self._pending)
        for sequence in meant:
            self._results.setdefault(
                sequence, PublishResult(True, False, f"{method.reply_text}: no queue is bound for it")
            )

    # Callbacks of pika

    @property
    def _open_channel(self) -> pika.channel.Channel:
        assert self._channel is not None
        return self._channel

    def _connection_opened(self, connection: pika.connection.Connection) -> None:
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: pika.channel.Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._returned)
        channel.add_callback(self._got_nothing, [pika.spec.Basic.GetEmpty], one_shot=False)
        channel.confirm_delivery(self._confirmed, callback=self._confirming)

    def _confirming(self, _frame: object) -> None:
        self._is_open = True

    def _got_message(self, _channel: object, method: Any, props: Any, body: bytes) -> None:
        self._got.append(message_of(method, props.raw or b"\0\0", body))

    def _got_nothing(self, _frame: object) -> None:
        self._got.append(None)

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

    # Waiting

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _wait(self, is_done: Callable[[], bool]) -> None:
        """Let pika work until it is done. Each confirm moves the deadline: a long batch is not a silent broker."""
        progress, deadline = self._progress(), time.monotonic() + self._timeout
        while not is_done():
            self._check()
            if self._progress() != progress:
                progress, deadline = self._progress(), time.monotonic() + self._timeout
            elif time.monotonic() > deadline:
                where = f"{self.address.host}:{self.address.amqp_port}"
                raise BrokerUnreachable(f"{where} did not answer within {self._timeout:g} s")
            self._turn()
        self._check()

    def _progress(self) -> tuple[int, int]:
        return len(self._pending), len(self._results)

    def _turn(self) -> None:
        # A timer bounds poll(), which else sleeps up to five seconds.
        timer = self._loop.call_later(0.5, lambda: None)
        self._loop.poll()
        self._loop.process_timeouts()
        self._loop.remove_timeout(timer)


def message_of(method: Any, header: bytes, body: bytes) -> Message:
    """A Message from what pika got. A header that cannot be decoded is said so, not hidden."""
    try:
        values = properties.decode(properties.PREFIX.pack(60, 0, len(body)) + header)
        undecodable = ""
    except AmqpSyntaxError as error:
        values, undecodable = {}, str(error)
    headers = values.pop("headers", {})
    exchange, routing_key = _text(method.exchange), _text(method.routing_key)
    is_route_exact = (exchange, routing_key) == (method.exchange, method.routing_key)
    return Message(
        exchange=exchange,
        routing_key=routing_key,
        redelivered=method.redelivered,
        header=header,
        body=body,
        properties=values,
        headers=headers,
        delivery_tag=method.delivery_tag,
        undecodable=undecodable,
        is_route_exact=is_route_exact,
    )


def _text(name: str | bytes) -> str:
    """A name for people: pika gives bytes when it is not UTF-8."""
    return name if isinstance(name, str) else name.decode("utf-8", "backslashreplace")


def _user_id(header: bytes) -> str | None:
    if len(header) < 2 or not header[1] & USER_ID_FLAG:
        return None
    try:
        return properties.facts(properties.PREFIX.pack(60, 0, 0) + header).user_id
    except AmqpSyntaxError:
        # Nobody can read it, so nobody can compare it: the broker decides.
        return None


def _parameters(address: Address, vhost: str) -> pika.ConnectionParameters:
    tls = None
    if address.amqp_tls:
        context = ssl.create_default_context()
        if not address.verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        tls = pika.SSLOptions(context, address.host)
    return pika.ConnectionParameters(
        host=address.host,
        port=address.amqp_port,
        virtual_host=vhost,
        credentials=pika.PlainCredentials(address.username, address.password),
        ssl_options=cast(Any, tls),
        socket_timeout=address.timeout_seconds,
        stack_timeout=address.timeout_seconds,
        blocked_connection_timeout=address.timeout_seconds,
        connection_attempts=1,
        heartbeat=60,
        client_properties={"connection_name": CONNECTION_NAME, "product": "Postroom"},
    )
