"""Publisher confirms, RabbitMQ's extension (class 85)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire.methods.base import BIT, Method, arg, method


@method(85, 10, "confirm.select")
@dataclass(slots=True)
class Select(Method):
    nowait: bool = arg(BIT)


@method(85, 11, "confirm.select-ok")
@dataclass(slots=True)
class SelectOk(Method):
    pass
