"""Exchanges and the bindings between them (class 40)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire import fields
from brokerctl.wire.methods.base import BIT, SHORT, SHORTSTR, TABLE, Method, arg, method


@method(40, 10, "exchange.declare")
@dataclass(slots=True)
class Declare(Method):
    reserved_1: int = arg(SHORT)
    exchange: str = arg(SHORTSTR)
    type: str = arg(SHORTSTR)
    passive: bool = arg(BIT)
    durable: bool = arg(BIT)
    auto_delete: bool = arg(BIT)
    internal: bool = arg(BIT)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(40, 11, "exchange.declare-ok")
@dataclass(slots=True)
class DeclareOk(Method):
    pass


@method(40, 20, "exchange.delete")
@dataclass(slots=True)
class Delete(Method):
    reserved_1: int = arg(SHORT)
    exchange: str = arg(SHORTSTR)
    if_unused: bool = arg(BIT)
    nowait: bool = arg(BIT)


@method(40, 21, "exchange.delete-ok")
@dataclass(slots=True)
class DeleteOk(Method):
    pass


@method(40, 30, "exchange.bind")
@dataclass(slots=True)
class Bind(Method):
    reserved_1: int = arg(SHORT)
    destination: str = arg(SHORTSTR)
    source: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(40, 31, "exchange.bind-ok")
@dataclass(slots=True)
class BindOk(Method):
    pass


@method(40, 40, "exchange.unbind")
@dataclass(slots=True)
class Unbind(Method):
    reserved_1: int = arg(SHORT)
    destination: str = arg(SHORTSTR)
    source: str = arg(SHORTSTR)
    routing_key: str = arg(SHORTSTR)
    nowait: bool = arg(BIT)
    arguments: fields.Table = arg(TABLE)


@method(40, 51, "exchange.unbind-ok")
@dataclass(slots=True)
class UnbindOk(Method):
    pass
