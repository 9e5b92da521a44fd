"""Negotiation and the end of a connection (class 10), with RabbitMQ's blocked, unblocked and update-secret."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire import fields
from brokerctl.wire.methods.base import BIT, LONG, LONGSTR, OCTET, SHORT, SHORTSTR, TABLE, Method, arg, method


@method(10, 10, "connection.start")
@dataclass(slots=True)
class Start(Method):
    version_major: int = arg(OCTET, 0)
    version_minor: int = arg(OCTET, 9)
    server_properties: fields.Table = arg(TABLE)
    mechanisms: bytes = arg(LONGSTR)
    locales: bytes = arg(LONGSTR)


@method(10, 11, "connection.start-ok")
@dataclass(slots=True)
class StartOk(Method):
    client_properties: fields.Table = arg(TABLE)
    mechanism: str = arg(SHORTSTR)
    response: bytes = arg(LONGSTR)
    locale: str = arg(SHORTSTR)


@method(10, 20, "connection.secure")
@dataclass(slots=True)
class Secure(Method):
    challenge: bytes = arg(LONGSTR)


@method(10, 21, "connection.secure-ok")
@dataclass(slots=True)
class SecureOk(Method):
    response: bytes = arg(LONGSTR)


@method(10, 30, "connection.tune")
@dataclass(slots=True)
class Tune(Method):
    channel_max: int = arg(SHORT)
    frame_max: int = arg(LONG)
    heartbeat: int = arg(SHORT)


@method(10, 31, "connection.tune-ok")
@dataclass(slots=True)
class TuneOk(Method):
    channel_max: int = arg(SHORT)
    frame_max: int = arg(LONG)
    heartbeat: int = arg(SHORT)


@method(10, 40, "connection.open")
@dataclass(slots=True)
class Open(Method):
    virtual_host: str = arg(SHORTSTR)
    reserved_1: str = arg(SHORTSTR)
    reserved_2: bool = arg(BIT)


@method(10, 41, "connection.open-ok")
@dataclass(slots=True)
class OpenOk(Method):
    reserved_1: str = arg(SHORTSTR)


@method(10, 50, "connection.close")
@dataclass(slots=True)
class Close(Method):
    reply_code: int = arg(SHORT)
    reply_text: str = arg(SHORTSTR)
    failing_class_id: int = arg(SHORT)
    failing_method_id: int = arg(SHORT)


@method(10, 51, "connection.close-ok")
@dataclass(slots=True)
class CloseOk(Method):
    pass


@method(10, 60, "connection.blocked")
@dataclass(slots=True)
class Blocked(Method):
    reason: str = arg(SHORTSTR)


@method(10, 61, "connection.unblocked")
@dataclass(slots=True)
class Unblocked(Method):
    pass


@method(10, 70, "connection.update-secret")
@dataclass(slots=True)
class UpdateSecret(Method):
    new_secret: bytes = arg(LONGSTR)
    reason: str = arg(SHORTSTR)


@method(10, 71, "connection.update-secret-ok")
@dataclass(slots=True)
class UpdateSecretOk(Method):
    pass
