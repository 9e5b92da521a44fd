from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pika
import pika.exceptions

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Client

PROPERTIES = pika.BasicProperties(content_type="text/plain", headers=HEADERS, delivery_mode=2)


class Pika(Client):
    def connect(self) -> str:
        context = self.door.context()
        options = None if context is None else pika.SSLOptions(context, HOST)
        timeout = PATIENCE_SECONDS
        parameters = pika.ConnectionParameters(
            HOST,
            self.door.port,
            ssl_options=options,
            socket_timeout=timeout,
            stack_timeout=timeout,
            blocked_connection_timeout=timeout,
        )
        connection: Any = pika.BlockingConnection(parameters)
        self.connection = connection
        self.channel = connection.channel()
        self.channel.confirm_delivery()
        return str(self.connection._impl.server_properties["product"])

    def declare(self) -> list[int]:
        self.channel.exchange_declare(self.name, "direct")
        declared = self.channel.queue_declare(self.name, durable=True).method
        self.channel.queue_bind(self.name, self.name, "key")
        return [declared.message_count, declared.consumer_count]

    def publish(self) -> bool:
        for body in (b"one", b"two"):
            self.channel.basic_publish(self.name, "key", body, PROPERTIES, mandatory=True)
        return True

    def consume(self) -> list[list[Any]]:
        found = []
        for method, properties, body in self.channel.consume(self.name, inactivity_timeout=PATIENCE_SECONDS):
            found.append([body.decode(), properties.content_type, properties.headers, method.redelivered])
            self.channel.basic_ack(method.delivery_tag)
            if len(found) == 2:
                break
        return found

    def cancel(self) -> int:
        self.channel.cancel()
        self.channel.basic_publish(self.name, "key", b"three", PROPERTIES)
        return self._count()

    def recover(self) -> list[bool]:
        first, _, _ = self.channel.basic_get(self.name)
        self.channel.basic_recover(requeue=True)
        second, _, _ = self.channel.basic_get(self.name)
        self.channel.basic_ack(second.delivery_tag)
        return [first.redelivered, second.redelivered]

    def transact(self) -> list[int]:
        channel = self.connection.channel()
        channel.tx_select()
        counts = []
        for end in (channel.tx_rollback, channel.tx_commit):
            channel.basic_publish(self.name, "key", b"four", PROPERTIES)
            end()
            counts.append(self._count())
        return counts

    def missing(self) -> int:
        return self._refused(lambda channel: channel.queue_declare("interop.none", passive=True))

    def different(self) -> int:
        return self._refused(lambda channel: channel.queue_declare(self.name, durable=False))

    def reserved(self) -> int:
        return self._refused(lambda channel: channel.exchange_declare("amq.mine"))

    def unroutable(self) -> list[Any]:
        try:
            self.channel.basic_publish(self.name, "nobody's", b"five", PROPERTIES, mandatory=True)
        except pika.exceptions.UnroutableError as error:
            method: Any = error.messages[0].method
            return [method.reply_code, method.reply_text]
        return []

    def close(self) -> int:
        count = self.channel.queue_delete(self.name).method.message_count
        self.channel.exchange_delete(self.name)
        self.connection.close()
        return int(count)

    def _count(self) -> int:
        return int(self.channel.queue_declare(self.name, passive=True).method.message_count)

    def _refused(self, ask: Callable[[Any], object]) -> int:
        try:
            ask(self.connection.channel())
        except pika.exceptions.ChannelClosedByBroker as error:
            return error.reply_code
        return 0
