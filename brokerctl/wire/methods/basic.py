"""Messages: publish, consume, get, and the answers to them (class 60)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire import fields
from brokerctl.wire.methods.base import BIT, LONG, LONGLONG, SHORT, SHORTSTR, TABLE, Method, arg, method


@method(60, 10, "basic.qos")
@dataclass(slots=True)
class Qos(Method):
    prefetch_size: int = arg(LONG)
    prefetch_count: int = arg(SHORT)
    is_global: bool = arg(BIT)


@method(60, 11, "basic.qos-ok")
@dataclass(slots=True)
class QosOk(Method):
    pass


@method(60, 20, "basic.consume")
@dataclass(slots=True)
class Consume(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    consumer_tag: str = arg(SHORTSTR)
    no_local: bool = arg(BIT)
    no_ack: bool = arg(BIT)
    exclusive: bool = arg(BIT)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(60, 21, "basic.consume-ok")
@dataclass(slots=True)
class ConsumeOk(Method):
    consumer_tag: str = arg(SHORTSTR)


@method(60, 30, "basic.cancel")
@dataclass(slots=True)
class Cancel(Method):
    consumer_tag: str = arg(SHORTSTR)
    nowait: bool = arg(BIT)


@method(60, 31, "basic.cancel-ok")
@dataclass(slots=True)
class CancelOk(Method):
    consumer_tag: str = arg(SHORTSTR)


@method(60, 40, "basic.publish")
@dataclass(slots=True)
class Publish(Method):
    reserved_1: int = arg(SHORT)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    mandatory: bool = arg(BIT)
    immediate: bool = arg(BIT)


@method(60, 50, "basic.return")
@dataclass(slots=True)
class Return(Method):
    reply_code: int = arg(SHORT)
    reply_text: str = arg(SHORTSTR)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)


@method(60, 60, "basic.deliver")
@dataclass(slots=True)
class Deliver(Method):
    consumer_tag: str = arg(SHORTSTR)
    delivery_tag: int = arg(LONGLONG)
    redelivered: bool = arg(BIT)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)


@method(60, 70, "basic.get")
@dataclass(slots=True)
class Get(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    no_ack: bool = arg(BIT)


@method(60, 71, "basic.get-ok")
@dataclass(slots=True)
class GetOk(Method):
    delivery_tag: int = arg(LONGLONG)
    redelivered: bool = arg(BIT)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    message_count: int = arg(LONG)


@method(60, 72, "basic.get-empty")
@dataclass(slots=True)
class GetEmpty(Method):
    reserved_1: str = arg(SHORTSTR)


@method(60, 80, "basic.ack")
@dataclass(slots=True)
class Ack(Method):
    delivery_tag: int = arg(LONGLONG)
    multiple: bool = arg(BIT)


@method(60, 90, "basic.reject")
@dataclass(slots=True)
class Reject(Method):
    delivery_tag: int = arg(LONGLONG)
    requeue: bool = arg(BIT, True)


@method(60, 100, "basic.recover-async")
@dataclass(slots=True)
class RecoverAsync(Method):
    requeue: bool = arg(BIT)


@method(60, 110, "basic.recover")
@dataclass(slots=True)
class Recover(Method):
    requeue: bool = arg(BIT)


@method(60, 111, "basic.recover-ok")
@dataclass(slots=True)
class RecoverOk(Method):
    pass


@method(60, 120, "basic.nack")
@dataclass(slots=True)
class Nack(Method):
    delivery_tag: int = arg(LONGLONG)
    multiple: bool = arg(BIT)
    requeue: bool = arg(BIT, True)
