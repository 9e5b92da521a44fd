"""A file of definitions, item by item, and how they come into a broker: all of them, or none.

`apply` does it in one command, whose effects are one batch of the store; before, it is tried on `trial`, a broker that
is thrown away. Nothing is ever deleted. Users, permissions, parameters and policies are overwritten; exchanges,
queues and bindings that are there stay as they are (RabbitMQ, docs/definitions).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from brokerctl.core import enforcing, foreign, limits, parameters
from brokerctl.core.broker import Broker
from brokerctl.core.exchanges import TYPES
from brokerctl.core.foreign import Section
from brokerctl.core.message import Arguments
from brokerctl.core.policies import Kind, Policy
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import RESERVED
from brokerctl.errors import AmqpError, NotFound, PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.effects import Effects
    from brokerctl.core.permissions import User
    from brokerctl.core.vhost import Vhost


@dataclass(slots=True)
class VhostItem:
    name: str
    description: str
    tags: tuple[str, ...]
    metadata: dict[str, Any]

    def __str__(self) -> str:
        return f"vhost '{self.name}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        known = broker.vhosts.get(self.name)
        metadata = {**(known.metadata if known else {}), **self.metadata}
        broker.put_vhost(self.name, self.description, self.tags, effects, metadata)


@dataclass(slots=True)
class UserItem:
    name: str
    password_hash: str
    """As brokerctl.passwords keeps it."""
    tags: tuple[str, ...]
    limits: dict[str, Any]

    def __str__(self) -> str:
        return f"user '{self.name}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        broker.put_user(self.name, self.password_hash, self.tags, effects)
        if self.limits:
            limits.put_user_limits(broker.users[self.name], self.limits, effects)


@dataclass(slots=True)
class PermissionItem:
    user: str
    vhost: str
    patterns: tuple[str, str, str]
    """Configure, write, read."""

    def __str__(self) -> str:
        return f"permission of user '{self.user}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        broker.set_permission(_user(broker, self.user), _vhost(broker, self.vhost).name, *self.patterns, effects)


@dataclass(slots=True)
class TopicPermissionItem:
    user: str
    vhost: str
    exchange: str
    patterns: tuple[str, str]
    """Write, read."""

    def __str__(self) -> str:
        return f"topic permission of user '{self.user}' for exchange '{self.exchange}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        user, vhost = _user(broker, self.user), _vhost(broker, self.vhost)
        broker.set_topic_permission(user, vhost.name, self.exchange, *self.patterns, effects)


@dataclass(slots=True)
class ParameterItem:
    vhost: str
    component: str
    name: str
    value: Any

    def __str__(self) -> str:
        return f"parameter '{self.name}' of component '{self.component}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        vhost = _vhost(broker, self.vhost)
        if self.component == parameters.VHOST_LIMITS:
            limits.replace_vhost_limits(vhost, self.value, effects)
        else:
            parameters.put(vhost, self.component, self.name, self.value, effects)


@dataclass(slots=True)
class GlobalParameterItem:
    name: str
    value: Any

    def __str__(self) -> str:
        return f"global parameter '{self.name}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        parameters.put_global(broker, self.name, self.value, effects)


@dataclass(slots=True)
class PolicyItem:
    vhost: str
    kind: Kind
    policy: Policy

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} '{self.policy.name}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        """Not in force before `enforcing.renew`."""
        enforcing.import_policy(_vhost(broker, self.vhost), self.kind, self.policy, effects)


@dataclass(slots=True)
class ExchangeItem:
    vhost: str
    name: str
    type: str
    is_durable: bool
    is_auto_delete: bool
    is_internal: bool
    arguments: Arguments
    user: str

    def __str__(self) -> str:
        return f"exchange '{self.name}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        vhost = _vhost(broker, self.vhost)
        if self.name in vhost.exchanges or self.name.startswith(RESERVED):
            return
        vhost.declare_exchange(
            self.name,
            self.type,
            effects,
            is_durable=self.is_durable,
            is_auto_delete=self.is_auto_delete,
            is_internal=self.is_internal,
            arguments=self.arguments,
            user=self.user,
        )


@dataclass(slots=True)
class QueueItem:
    vhost: str
    name: str
    is_durable: bool
    is_auto_delete: bool
    arguments: Arguments
    user: str

    def __str__(self) -> str:
        return f"queue '{self.name}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        vhost = _vhost(broker, self.vhost)
        if self.name in vhost.queues:
            return
        vhost.declare_queue(
            self.name,
            effects,
            is_durable=self.is_durable,
            is_auto_delete=self.is_auto_delete,
            arguments=self.arguments,
            user=self.user,
            # A file may hold queues that a broker named: here they come back, too.
            is_generated=True,
        )


@dataclass(slots=True)
class ForeignItem:
    """An exchange or a queue that is kept only (brokerctl.core.foreign)."""

    vhost: str
    section: Section
    name: str
    kept: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.section[:-1]} '{self.name}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        foreign.keep(_vhost(broker, self.vhost), self.section, self.name, self.kept, effects)


@dataclass(slots=True)
class BindingItem:
    vhost: str
    source: str
    destination_type: str
    """'queue' or 'exchange'."""
    destination: str
    routing_key: str
    arguments: Arguments

    def __str__(self) -> str:
        to = f"{self.destination_type} '{self.destination}'"
        return f"binding of {to} to exchange '{self.source}' with key '{self.routing_key}' in vhost '{self.vhost}'"

    def apply(self, broker: Broker, effects: Effects) -> None:
        vhost = _vhost(broker, self.vhost)
        source = vhost.exchanges.get(self.source)
        destination = (vhost.queues if self.destination_type == "queue" else vhost.exchanges).get(self.destination)
        if source is not None and destination is not None:
            vhost.bind(source, destination, self.routing_key, self.arguments, effects)
            return
        kept = self._kept()
        for key in foreign.ends(kept):
            if not (foreign.is_declared(vhost, *key) or key in vhost.foreign or key[1].startswith(foreign.TRACER)):
                raise NotFound(f"{key[0][:-1]} '{key[1]}' is neither here nor in the file")
        foreign.keep(vhost, Section.BINDINGS, json.dumps(kept, sort_keys=True), kept, effects)

    def _kept(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "destination_type": self.destination_type,
            "destination": self.destination,
            "routing_key": self.routing_key,
            "arguments": self.arguments,
        }


@dataclass(slots=True)
class Definitions:
    """In the order in which each finds what it needs."""

    vhosts: list[VhostItem] = field(default_factory=list)
    users: list[UserItem] = field(default_factory=list)
    permissions: list[PermissionItem] = field(default_factory=list)
    topic_permissions: list[TopicPermissionItem] = field(default_factory=list)
    global_parameters: list[GlobalParameterItem] = field(default_factory=list)
    parameters: list[ParameterItem] = field(default_factory=list)
    policies: list[PolicyItem] = field(default_factory=list)
    exchanges: list[ExchangeItem] = field(default_factory=list)
    queues: list[QueueItem] = field(default_factory=list)
    foreign: list[ForeignItem] = field(default_factory=list)
    bindings: list[BindingItem] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(getattr(self, section)) for section in SECTIONS)


SECTIONS = tuple(each.name for each in fields(Definitions))


def trial(broker: Broker, definitions: Definitions) -> Broker:
    """A broker to be thrown away, on which `apply` fails when it would fail on this one. It shares nothing with it.

    Raises PreconditionFailed, naming the item, for what can be told at once.
    """
    _check_limits(broker, definitions)
    for item in definitions.policies:
        with _named(item):
            item.policy.check(item.kind, keeps_unknown=True)
            if item.vhost in broker.vhosts:
                enforcing.check_pattern(broker.vhosts[item.vhost], item.policy)
    return _stand_in(broker, definitions)


def apply(broker: Broker, definitions: Definitions, effects: Effects) -> None:
    """Raises PreconditionFailed, naming the item; what came before it is done then: see `trial`."""
    for section in SECTIONS:
        for item in getattr(definitions, section):
            with _named(item):
                item.apply(broker, effects)
        if section == "policies":
            # Once for all of them, and before there are more objects: those ask for themselves.
            for vhost in {policy.vhost for policy in definitions.policies}:
                enforcing.renew(broker.vhosts[vhost], effects)


def found_in(trial: Broker) -> frozenset[tuple[str, ...]]:
    """What a trial found here, before anything is applied to it: when it is the same again, so is what comes of it."""
    found: set[tuple[str, ...]] = {("user", name) for name in trial.users}
    found |= {("vhost", name) for name in trial.vhosts}
    for where, vhost in trial.vhosts.items():
        found |= {("queue", where, name) for name in vhost.queues}
        found |= {("exchange", where, name, exchange.type) for name, exchange in vhost.exchanges.items()}
        found |= {("foreign", where, *map(str, key)) for key in vhost.foreign}
    return frozenset(found)


def _queues(broker: Broker, vhost: str) -> Mapping[str, Queue]:
    return broker.vhosts[vhost].queues if vhost in broker.vhosts else {}


def _check_limits(broker: Broker, definitions: Definitions) -> None:
    limited = {name: vhost.limits for name, vhost in broker.vhosts.items()}
    limited |= {item.vhost: item.value for item in definitions.parameters if item.component == parameters.VHOST_LIMITS}
    names: dict[str, set[str]] = {}
    for item in definitions.queues:
        names.setdefault(item.vhost, set()).add(item.name)
    for name, wanted in names.items():
        limit = limited.get(name, {}).get(limits.Limit.QUEUES, -1)
        there = _queues(broker, name).keys()
        # A file that brings nothing new is welcome, however many there are.
        if isinstance(limit, int) and 0 <= limit < len(wanted | there) and wanted - there:
            raise PreconditionFailed(f"queue limit in vhost '{name}' ({limit}) is less than the queues with this file")


def _stand_in(broker: Broker, definitions: Definitions) -> Broker:
    """A broker with the names that these definitions may find here, and nothing else."""
    found = Broker(broker.context.codec)
    for name in broker.users:
        found.put_user(name, "", (), [])
    for name, vhost in broker.vhosts.items():
        found.add_vhost(name, [])
        found.vhosts[name].foreign = dict(vhost.foreign)
    for where, name in _exchanges_of(definitions):
        known = broker.vhosts[where].exchanges.get(name) if where in broker.vhosts else None
        if known is not None:
            found.vhosts[where].exchanges[name] = TYPES[known.type](where, name, is_durable=known.is_durable)
    some_queue = Queue("", "any")
    for where, name in _queues_of(definitions):
        if name in _queues(broker, where):
            # They are only found there; there may be so many that making each would take seconds.
            found.vhosts[where].queues[name] = some_queue
    return found


def _exchanges_of(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for exchange in definitions.exchanges:
        yield exchange.vhost, exchange.name
    for binding in definitions.bindings:
        yield binding.vhost, binding.source
        if binding.destination_type == "exchange":
            yield binding.vhost, binding.destination


def _queues_of(definitions: Definitions) -> set[tuple[str, str]]:
    named = {(item.vhost, item.name) for item in definitions.queues}
    return named | {(item.vhost, item.destination) for item in definitions.bindings if item.destination_type == "queue"}


@contextmanager
def _named(item: object) -> Iterator[None]:
    try:
        yield
    except AmqpError as error:
        raise PreconditionFailed(f"{item}: {error.text.strip()}") from error


def _vhost(broker: Broker, name: str) -> Vhost:
    vhost = broker.vhosts.get(name)
    if vhost is None:
        raise NotFound(f"vhost '{name}' is neither here nor in the file")
    return vhost


def _user(broker: Broker, name: str) -> User:
    user = broker.users.get(name)
    if user is None:
        raise NotFound(f"user '{name}' is neither here nor in the file")
    return user
