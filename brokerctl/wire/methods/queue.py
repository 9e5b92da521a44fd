"""Queues and their bindings (class 50)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire import fields
from brokerctl.wire.methods.base import BIT, LONG, SHORT, SHORTSTR, TABLE, Method, arg, method


@method(50, 10, "queue.declare")
@dataclass(slots=True)
class Declare(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    passive: bool = arg(BIT)
    durable: bool = arg(BIT)
    exclusive: bool = arg(BIT)
    auto_delete: bool = arg(BIT)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(50, 11, "queue.declare-ok")
@dataclass(slots=True)
class DeclareOk(Method):
    queue: str = arg(SHORTSTR)
    message_count: int = arg(LONG)
    consumer_count: int = arg(LONG)


@method(50, 20, "queue.bind")
@dataclass(slots=True)
class Bind(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(50, 21, "queue.bind-ok")
@dataclass(slots=True)
class BindOk(Method):
    pass


@method(50, 30, "queue.purge")
@dataclass(slots=True)
class Purge(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    nowait: bool = arg(BIT)


@method(50, 31, "queue.purge-ok")
@dataclass(slots=True)
class PurgeOk(Method):
    message_count: int = arg(LONG)


@method(50, 40, "queue.delete")
@dataclass(slots=True)
class Delete(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    if_unused: bool = arg(BIT)
    if_empty: bool = arg(BIT)
    nowait: bool = arg(BIT)


@method(50, 41, "queue.delete-ok")
@dataclass(slots=True)
class DeleteOk(Method):
    message_count: int = arg(LONG)


@method(50, 50, "queue.unbind")
@dataclass(slots=True)
class Unbind(Method):
    reserved_1: int = arg(SHORT)
    queue: str = arg(SHORTSTR)
    exchange: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    arguments: fields.Table = arg(TABLE)


@method(50, 51, "queue.unbind-ok")
@dataclass(slots=True)
class UnbindOk(Method):
    pass
