"""kombu, and py-amqp below it for what kombu has no words for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import amqp.exceptions
import kombu

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Client

TEXT: dict[str, Any] = {"content_type": "text/plain", "content_encoding": "utf-8", "headers": HEADERS}


class Kombu(Client):
    def connect(self) -> str:
        secure = {"ca_certs": str(self.door.ca), "server_hostname": HOST} if self.door.ca else False
        connection: Any = kombu.Connection(
            f"amqp://guest:guest@{HOST}:{self.door.port}//",
            ssl=secure,
            connect_timeout=PATIENCE_SECONDS,
            transport_options={"confirm_publish": True},
        )
        self.connection = connection
        self.channel: Any = connection.channel()
        return str(connection.connection.server_properties["product"])

    def declare(self) -> list[int]:
        exchange = kombu.Exchange(self.name, "direct", durable=False, auto_delete=False)
        self.queue = kombu.Queue(self.name, exchange, "key", durable=True, channel=self.channel)
        self.queue.declare()
        declared: Any = self.queue.queue_declare(passive=True)
        return [declared.message_count, declared.consumer_count]

    def publish(self) -> bool:
        self.producer = kombu.Producer(self.channel, self.queue.exchange)
        for body in ("one", "two"):
            self._publish(self.producer, body)
        return True

    def consume(self) -> list[list[Any]]:
        found: list[list[Any]] = []

        def take(body: Any, message: kombu.Message) -> None:
            found.append([body, message.content_type, message.headers, message.delivery_info["redelivered"]])
            message.ack()

        self.consumer = kombu.Consumer(self.channel, [self.queue], callbacks=[take])
        self.consumer.consume()
        while len(found) < 2:
            self.connection.drain_events(timeout=PATIENCE_SECONDS)
        return found

    def cancel(self) -> int:
        self.consumer.cancel()
        self._publish(self.producer, "three")
        return self._count()

    def recover(self) -> list[bool]:
        first = self.channel.basic_get(self.name)
        self.channel.basic_recover(requeue=True)
        second = self.channel.basic_get(self.name)
        self.channel.basic_ack(second.delivery_tag)
        return [message.delivery_info["redelivered"] for message in (first, second)]

    def transact(self) -> list[int]:
        # py-amqp confirms on every channel of a connection that confirms at all.
        with self.connection.clone(transport_options={}) as connection:
            channel: Any = connection.channel()
            channel.tx_select()
            producer, counts = kombu.Producer(channel, self.queue.exchange(channel)), []
            for end in (channel.tx_rollback, channel.tx_commit):
                self._publish(producer, "four")
                end()
                counts.append(self._count())
        return counts

    def missing(self) -> int:
        return self._refused(lambda channel: channel.queue_declare("interop.none", passive=True))

    def different(self) -> int:
        return self._refused(lambda channel: channel.queue_declare(self.name, durable=False, auto_delete=False))

    def reserved(self) -> int:
        return self._refused(lambda channel: channel.exchange_declare("amq.mine", "direct"))

    def unroutable(self) -> list[Any]:
        returned: list[Any] = []

        def come_back(error: Any, exchange: object, key: str, message: object) -> None:
            returned.extend([error.reply_code, error.reply_text])

        producer = kombu.Producer(self.channel, self.queue.exchange, on_return=come_back)
        producer.publish("five", routing_key="nobody's", mandatory=True, **TEXT)
        return returned

    def close(self) -> int:
        count = self.channel.queue_delete(self.name)
        self.channel.exchange_delete(self.name)
        self.connection.close()
        return int(count)

    def _publish(self, producer: kombu.Producer, body: str) -> None:
        producer.publish(body, routing_key="key", delivery_mode=2, **TEXT)

    def _count(self) -> int:
        return int(self.channel.queue_declare(self.name, passive=True).message_count)

    def _refused(self, ask: Callable[[Any], object]) -> int:
        channel = self.connection.channel()
        try:
            ask(channel)
        except amqp.exceptions.AMQPError as error:
            return int(error.code)
        return 0
