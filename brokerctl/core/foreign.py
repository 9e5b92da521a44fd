"""Definitions of what is not offered here, kept as they came: streams, exchanges and queues of plugins, their bindings.

They came with the definitions of another broker and go out with ours, and do nothing in between. One whose name is
declared here gives way to what was declared.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from brokerctl.core.effects import Effects, Save

if TYPE_CHECKING:
    from brokerctl.core.vhost import Vhost

FOREIGN = "foreign"
"""The kind under which they are saved."""

TRACER = "amq.rabbitmq."
"""How the names of exchanges begin that RabbitMQ has in every vhost, for its tracer and its log."""


class Section(StrEnum):
    """Of a file of definitions."""

    EXCHANGES = "exchanges"
    QUEUES = "queues"
    BINDINGS = "bindings"


Key = tuple[Section, str]
"""The second part names an item among those of its section."""


def is_foreign_exchange(kind: str) -> bool:
    """Whether plugins have exchanges of this type: theirs all begin alike."""
    return kind.startswith("x-")


def is_foreign_queue(kind: str) -> bool:
    """Whether RabbitMQ, or a plugin of it, has queues of this type, which are none of ours."""
    return kind == "stream" or kind.startswith(("x-", "rabbit_"))


def keep(vhost: Vhost, section: Section, name: str, item: dict[str, Any], effects: Effects) -> bool:
    """Keep an item of a file, without its vhost; False when it is kept already, or something here has the name."""
    if (section, name) in vhost.foreign or is_declared(vhost, section, name):
        return False
    vhost.foreign[section, name] = item
    effects.append(Save(FOREIGN, (vhost.name, section, name), item))
    return True


def forget(vhost: Vhost, section: Section, name: str, effects: Effects) -> bool:
    """Drop an exchange or a queue, and the bindings that need it; False when it is not kept."""
    if vhost.foreign.pop((section, name), None) is None:
        return False
    effects.append(Save(FOREIGN, (vhost.name, section, name), None))
    for key, item in list(vhost.foreign.items()):
        if key[0] is Section.BINDINGS and (section, name) in ends(item):
            del vhost.foreign[key]
            effects.append(Save(FOREIGN, (vhost.name, *key), None))
    return True


def forget_all(vhost: Vhost, effects: Effects) -> None:
    for key in vhost.foreign:
        effects.append(Save(FOREIGN, (vhost.name, *key), None))
    vhost.foreign.clear()


def items(vhost: Vhost, section: Section) -> list[dict[str, Any]]:
    """What a file of definitions says of them, without the vhost."""
    return [
        item
        for (place, name), item in vhost.foreign.items()
        if place is section and not is_declared(vhost, section, name)
    ]


def ends(binding: dict[str, Any]) -> tuple[Key, Key]:
    """Source and destination of a binding."""
    to = Section.QUEUES if binding["destination_type"] == "queue" else Section.EXCHANGES
    return (Section.EXCHANGES, binding["source"]), (to, binding["destination"])


def is_declared(vhost: Vhost, section: Section, name: str) -> bool:
    """Whether there is a real one of this name."""
    if section is Section.BINDINGS:
        return False
    return name in (vhost.queues if section is Section.QUEUES else vhost.exchanges)
