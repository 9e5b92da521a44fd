"""Tickets of AMQP 0-8 (class 30): gone from 0-9-1, but old clients still ask and RabbitMQ still answers."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire.methods.base import BIT, SHORT, SHORTSTR, Method, arg, method


@method(30, 10, "access.request")
@dataclass(slots=True)
class Request(Method):
    realm: str = arg(SHORTSTR)
    exclusive: bool = arg(BIT)
    passive: bool = arg(BIT)
    active: bool = arg(BIT)
    write: bool = arg(BIT)
    read: bool = arg(BIT)


@method(30, 11, "access.request-ok")
@dataclass(slots=True)
class RequestOk(Method):
    ticket: int = arg(SHORT)
