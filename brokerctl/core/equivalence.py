"""Declaring what is there already: the same is no change, anything else is refused in RabbitMQ's words.

Clients and people match on these texts; what counts as the same is RabbitMQ's choice, too.
"""

from __future__ import annotations

from typing import Any

from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue
from brokerctl.errors import PreconditionFailed


def check_exchange(
    known: Exchange, kind: str, is_durable: bool, is_auto_delete: bool, is_internal: bool, arguments: Arguments
) -> None:
    """Raises PreconditionFailed, naming the first property that differs."""
    where = f"exchange '{known.name}' in vhost '{known.vhost}'"
    _same("type", kind, known.type, where)
    _same("durable", is_durable, known.is_durable, where)
    _same("auto_delete", is_auto_delete, known.is_auto_delete, where)
    _same("internal", is_internal, known.is_internal, where)
    alternate = "alternate-exchange"
    _same(alternate, arguments.get(alternate), known.arguments.get(alternate), where)


def check_queue(known: Queue, is_durable: bool, is_auto_delete: bool, owner: str | None, arguments: Arguments) -> None:
    """Raises PreconditionFailed, naming the first property that differs."""
    where = f"queue '{known.name}' in vhost '{known.vhost}'"
    _same("durable", is_durable, known.is_durable, where)
    _same("exclusive", owner is not None, known.owner is not None, where)
    _same("auto_delete", is_auto_delete, known.is_auto_delete, where)
    for name in sorted(arguments.keys() | known.arguments.keys()):
        if name.startswith("x-"):
            _same(name, arguments.get(name), known.arguments.get(name), where)


def _same(argument: str, received: Any, current: Any, where: str) -> None:
    if received != current or isinstance(received, bool) != isinstance(current, bool):
        raise PreconditionFailed(
            f"inequivalent arg '{argument}' for {where}: received {_shown(received)} but current is {_shown(current)}"
        )


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, str):
        return f"'{value}'"
    return f"the value '{value}' of type '{'signedint' if isinstance(value, int) else type(value).__name__}'"
