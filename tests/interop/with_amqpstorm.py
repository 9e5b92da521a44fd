from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amqpstorm.connection import Connection
from amqpstorm.exception import AMQPChannelError, AMQPMessageError

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Client

PROPERTIES = {"content_type": "text/plain", "headers": HEADERS, "delivery_mode": 2}


class AmqpStorm(Client):
    def connect(self) -> str:
        secure: dict[str, Any] = {"ssl": True, "ssl_options": {"context": self.door.context(), "server_hostname": HOST}}
        options: dict[str, Any] = {"port": self.door.port, "timeout": PATIENCE_SECONDS}
        self.connection: Any = Connection(HOST, "guest", "guest", **options, **(secure if self.door.ca else {}))
        self.channel: Any = self.connection.channel(rpc_timeout=PATIENCE_SECONDS)
        self.channel.confirm_deliveries()
        return str(self.connection.server_properties["product"])

    def declare(self) -> list[int]:
        self.channel.exchange.declare(self.name, "direct")
        declared = self.channel.queue.declare(self.name, durable=True)
        self.channel.queue.bind(self.name, self.name, "key")
        return [declared["message_count"], declared["consumer_count"]]

    def publish(self) -> bool:
        return self._publish("one") and self._publish("two")

    def consume(self) -> list[list[Any]]:
        self.tag = self.channel.basic.consume(None, self.name)
        found = []
        for message in self.channel.build_inbound_messages(break_on_empty=False, auto_decode=True):
            headers = message.properties["headers"]
            found.append([message.body, message.properties["content_type"], headers, message.redelivered])
            message.ack()
            if len(found) == 2:
                break
        return found

    def cancel(self) -> int:
        self.channel.basic.cancel(self.tag)
        self._publish("three")
        return self._count()

    def recover(self) -> list[bool]:
        first = self.channel.basic.get(self.name, auto_decode=True)
        self.channel.basic.recover(requeue=True)
        second = self.channel.basic.get(self.name, auto_decode=True)
        second.ack()
        return [first.redelivered, second.redelivered]

    def transact(self) -> list[int]:
        channel, counts = self.connection.channel(), []
        channel.tx.select()
        for end in (channel.tx.rollback, channel.tx.commit):
            channel.basic.publish("four", "key", self.name, PROPERTIES)
            end()
            counts.append(self._count())
        return counts

    def missing(self) -> int:
        return self._refused(lambda channel: channel.queue.declare("interop.none", passive=True))

    def different(self) -> int:
        return self._refused(lambda channel: channel.queue.declare(self.name, durable=False))

    def reserved(self) -> int:
        return self._refused(lambda channel: channel.exchange.declare("amq.mine"))

    def unroutable(self) -> list[Any]:
        try:
            self.channel.basic.publish("five", "nobody's", self.name, PROPERTIES, mandatory=True)
        except AMQPMessageError as error:
            # It knows the text of the return only as a part of its own sentence.
            return [error.error_code, "NO_ROUTE" if "NO_ROUTE" in str(error) else str(error)]
        return []

    def close(self) -> int:
        count = self.channel.queue.delete(self.name)["message_count"]
        self.channel.exchange.delete(self.name)
        self.connection.close()
        return int(count)

    def _publish(self, body: str) -> bool:
        return bool(self.channel.basic.publish(body, "key", self.name, PROPERTIES, mandatory=True))

    def _count(self) -> int:
        return int(self.channel.queue.declare(self.name, passive=True)["message_count"])

    def _refused(self, ask: Callable[[Any], object]) -> int:
        channel = self.connection.channel()
        try:
            ask(channel)
        except AMQPChannelError as error:
            return error.error_code or 0
        return 0
