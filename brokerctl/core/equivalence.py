"""Declaring what is there already: the same is no change, anything else is refused in RabbitMQ's words.

Clients and people match on these texts; what counts as the same is RabbitMQ's choice, too.
"""

from __future__ import annotations

from typing import Any

from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue
from brokerctl.errors import PreconditionFailed, ResourceLocked

COMPARED = (
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-delivery-limit",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-message-ttl",
    "x-overflow",
    "x-queue-mode",
    "x-queue-type",
    "x-single-active-consumer",
)
"""The arguments that make a queue another one; what else a client gives means nothing and may change."""

IMPLIED = {"x-queue-type": "classic"}
TYPE_NAMES = {str: "longstr", bool: "bool", float: "double", bytes: "binary", dict: "table", list: "array"}


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
    _same("auto_delete", is_auto_delete, known.is_auto_delete, where)
    if (owner is None) != (known.owner is None):
        raise locked(known)
    for name in COMPARED:
        default = IMPLIED.get(name)
        if arguments.get(name, default) != known.arguments.get(name, default):
            _same(name, arguments.get(name), known.arguments.get(name), where)


def typed(arguments: Arguments, default: Any, can_be_quorum: bool) -> Arguments:
    """The arguments with the vhost's default type among them, if none is and the queue can be of that type."""
    if default == "classic" or (default == "quorum" and can_be_quorum):
        return {"x-queue-type": default, **arguments}
    return arguments


def check_quorum(queue: Queue) -> None:
    """A quorum queue is kept and shared. Raises PreconditionFailed, naming the property that says otherwise."""
    where = f"queue '{queue.name}' in vhost '{queue.vhost}'"
    wrong = {
        "non-durable": not queue.is_durable,
        "auto-delete": queue.is_auto_delete,
        "exclusive-owner": queue.owner is not None,
    }
    for name, is_so in wrong.items():
        if is_so:
            raise PreconditionFailed(f"invalid property '{name}' for {where}")


def locked(queue: Queue) -> ResourceLocked:
    """The error for a queue that is exclusive to somebody else, or asked for as if it were."""
    return ResourceLocked(
        f"cannot obtain exclusive access to locked queue '{queue.name}' in vhost '{queue.vhost}'. It could be "
        "originally declared on another connection or the exclusive property value does not match that of the "
        "original declaration."
    )


def type_name(value: Any) -> str:
    """RabbitMQ's name for the type of a value in a table."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "signedint" if -(2**31) <= value < 2**31 else "long"
    return TYPE_NAMES.get(type(value), type(value).__name__)


def _same(argument: str, received: Any, current: Any, where: str) -> None:
    if received != current or isinstance(received, bool) != isinstance(current, bool):
        alike = type_name(received) == type_name(current)
        shown = [f"'{_text(value)}'" if alike else _with_type(value) for value in (received, current)]
        text = f"received {shown[0]} but current is {shown[1]}"
        raise PreconditionFailed(f"inequivalent arg '{argument}' for {where}: {text}")


def _with_type(value: Any) -> str:
    return "none" if value is None else f"the value '{_text(value)}' of type '{type_name(value)}'"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
