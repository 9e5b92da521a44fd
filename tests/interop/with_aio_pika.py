from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import aio_pika
import aiormq
import pamqp.exceptions
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Client

T = TypeVar("T")

CODES: dict[type[Exception], int] = {
    aiormq.exceptions.ChannelAccessRefused: 403,
    aiormq.exceptions.ChannelNotFoundEntity: 404,
    aiormq.exceptions.ChannelPreconditionFailed: 406,
}
"""It tells the code by the kind of its error only."""


class AioPika(Client):
    """The steps are coroutines; each is run to its end before the next."""

    def connect(self) -> str:
        self.runner = asyncio.Runner()
        return self._run(self._connect())

    async def _connect(self) -> str:
        scheme, context = "amqp" if self.door.ca is None else "amqps", self.door.context()
        url = f"{scheme}://guest:guest@{HOST}:{self.door.port}/"
        self.connection = await aio_pika.connect(url, ssl_context=context, timeout=PATIENCE_SECONDS)
        self.channel = await self.connection.channel()
        assert self.connection.transport is not None
        below: Any = self.connection.transport.connection
        product = below.server_properties["product"]
        return product.decode() if isinstance(product, bytes) else str(product)

    def declare(self) -> list[int]:
        return self._run(self._declare())

    async def _declare(self) -> list[int]:
        self.exchange = await self.channel.declare_exchange(self.name, "direct")
        self.queue = await self.channel.declare_queue(self.name, durable=True)
        await self.queue.bind(self.exchange, "key")
        declared = self.queue.declaration_result
        return [int(declared.message_count or 0), int(declared.consumer_count or 0)]

    def publish(self) -> bool:
        return self._run(self._publish())

    async def _publish(self) -> bool:
        confirms = [await self.exchange.publish(message(body), "key") for body in ("one", "two")]
        return all(isinstance(confirm, pamqp.commands.Basic.Ack) for confirm in confirms)

    def consume(self) -> list[list[Any]]:
        return self._run(self._consume())

    async def _consume(self) -> list[list[Any]]:
        found: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self.tag = await self.queue.consume(found.put)
        told = []
        for _ in range(2):
            got = await found.get()
            told.append([got.body.decode(), got.content_type, dict(got.headers), got.redelivered])
            await got.ack()
        return told

    def cancel(self) -> int:
        return self._run(self._cancel())

    async def _cancel(self) -> int:
        await self.queue.cancel(self.tag)
        await self.exchange.publish(message("three"), "key")
        return await self._count()

    def recover(self) -> list[bool]:
        return self._run(self._recover())

    async def _recover(self) -> list[bool]:
        first = await self.queue.get(timeout=PATIENCE_SECONDS)
        below = await self.channel.get_underlay_channel()
        await below.basic_recover(requeue=True)
        second = await self.queue.get(timeout=PATIENCE_SECONDS)
        await second.ack()
        return [bool(first.redelivered), bool(second.redelivered)]

    def transact(self) -> list[int]:
        return self._run(self._transact())

    async def _transact(self) -> list[int]:
        channel = await self.connection.channel(publisher_confirms=False)
        exchange = await channel.get_exchange(self.name)
        transaction = channel.transaction()
        await transaction.select()
        counts = []
        for end in (transaction.rollback, transaction.commit):
            await exchange.publish(message("four"), "key")
            await end()
            counts.append(await self._count())
        return counts

    def missing(self) -> int:
        return self._refused(lambda channel: channel.declare_queue("interop.none", passive=True))

    def different(self) -> int:
        return self._refused(lambda channel: channel.declare_queue(self.name, durable=False))

    def reserved(self) -> int:
        return self._refused(lambda channel: channel.declare_exchange("amq.mine"))

    def unroutable(self) -> list[Any]:
        return self._run(self._unroutable())

    async def _unroutable(self) -> list[Any]:
        channel = await self.connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(self.name)
        try:
            await exchange.publish(message("five"), "nobody's", mandatory=True)
        except aio_pika.exceptions.DeliveryError as error:
            returned: Any = error.message.delivery if error.message is not None else None
            return [returned.reply_code, returned.reply_text]
        return []

    def close(self) -> int:
        count = self._run(self._close())
        self.runner.close()
        return count

    async def _close(self) -> int:
        deleted = await self.channel.queue_delete(self.name)
        await self.channel.exchange_delete(self.name)
        await self.connection.close()
        return int(deleted.message_count or 0)

    async def _count(self) -> int:
        queue = await self.channel.declare_queue(self.name, passive=True)
        return int(queue.declaration_result.message_count or 0)

    def _refused(self, ask: Callable[[AbstractChannel], Awaitable[object]]) -> int:
        async def asked() -> int:
            channel = await self.connection.channel()
            try:
                await ask(channel)
            except aiormq.exceptions.ChannelClosed as error:
                return CODES[type(error)]
            return 0

        return self._run(asked())

    def _run(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asyncio.wait_for(step, PATIENCE_SECONDS))


def message(body: str) -> aio_pika.Message:
    mode = aio_pika.DeliveryMode.PERSISTENT
    return aio_pika.Message(body.encode(), content_type="text/plain", headers=HEADERS, delivery_mode=mode)
