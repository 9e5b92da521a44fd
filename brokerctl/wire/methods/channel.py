"""Life and flow of one channel (class 20)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire.methods.base import BIT, LONGSTR, SHORT, SHORTSTR, Method, arg, method


@method(20, 10, "channel.open")
@dataclass(slots=True)
class Open(Method):
    reserved_1: str = arg(SHORTSTR)


@method(20, 11, "channel.open-ok")
@dataclass(slots=True)
class OpenOk(Method):
    reserved_1: bytes = arg(LONGSTR)


@method(20, 20, "channel.flow")
@dataclass(slots=True)
class Flow(Method):
    active: bool = arg(BIT)


@method(20, 21, "channel.flow-ok")
@dataclass(slots=True)
class FlowOk(Method):
    active: bool = arg(BIT)


@method(20, 40, "channel.close")
@dataclass(slots=True)
class Close(Method):
    reply_code: int = arg(SHORT)
    reply_text: str = arg(SHORTSTR)
    failing_class_id: int = arg(SHORT)
    failing_method_id: int = arg(SHORT)


@method(20, 41, "channel.close-ok")
@dataclass(slots=True)
class CloseOk(Method):
    pass
