"""A file of definitions as RabbitMQ exports it, 3.x or 4.x, read into items; what is wrong is named (reference: 7.12).

Only the shape is looked at here: what an item may say is checked by the core, on the `brokerctl.core.importing.trial`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from brokerctl import passwords
from brokerctl.core import foreign, parameters
from brokerctl.core.foreign import Section
from brokerctl.core.importing import (
    BindingItem,
    Definitions,
    ExchangeItem,
    ForeignItem,
    GlobalParameterItem,
    ParameterItem,
    PermissionItem,
    PolicyItem,
    QueueItem,
    TopicPermissionItem,
    UserItem,
    VhostItem,
)
from brokerctl.core.policies import Kind
from brokerctl.management import values
from brokerctl.management.errors import Refusal, bad_request
from brokerctl.management.permissions import pattern, patterns
from brokerctl.management.policies import policy_of
from brokerctl.management.users import known_hash
from brokerctl.management.values import Json

OF_EVERYTHING = ("vhosts", "users", "permissions", "topic_permissions", "global_parameters")
"""Sections that a file of one vhost has not."""

NAMED_BY = {"permissions": "user", "topic_permissions": "user", "bindings": "source"}
"""Where an item has no name of its own."""


@dataclass(slots=True)
class Reader:
    """Reads one file. With `vhost` everything goes into that one, whichever the file says, as with RabbitMQ."""

    user: str
    """Who imports it: the creator of what is created."""
    vhost: str | None = None
    found: Definitions = field(default_factory=Definitions)
    left_out: list[str] = field(default_factory=list)
    """Sections and settings that have no place here, in words for the log."""

    def read(self, file: Json) -> Definitions:
        """Raises Refusal, naming the first item that is not what it should be."""
        readers: dict[str, Callable[[Json], None]] = {
            "vhosts": self._vhost,
            "users": self._user,
            "permissions": self._permission,
            "topic_permissions": self._topic_permission,
            "global_parameters": self._global_parameter,
            "parameters": self._parameter,
            "policies": self._policy,
            "exchanges": self._exchange,
            "queues": self._queue,
            "bindings": self._binding,
        }
        if self.vhost is not None:
            self._about_itself(file)
        for section, read in readers.items():
            for number, item in enumerate(_list(file, section)):
                if self.vhost is not None and section in OF_EVERYTHING:
                    self.left_out.append(f"{section} of a file that was imported into one vhost")
                    break
                with_name = _named(section, number, item)
                try:
                    read(item)
                except Refusal as refusal:
                    raise bad_request(f"{with_name}: {_words(refusal.reason)}") from None
        return self.found

    def _about_itself(self, file: Json) -> None:
        """A file of one vhost says at its top what the other kind says in `vhosts`."""
        if "metadata" in file or "description" in file:
            self._vhost({**file, "name": self.vhost, "limits": {}})
        limits = _object(file, "limits")
        if limits:
            self.found.parameters.append(ParameterItem(self._of(file), parameters.VHOST_LIMITS, "limits", limits))

    def _of(self, item: Json) -> str:
        if self.vhost is not None:
            return self.vhost
        if "vhost" not in item:
            raise bad_request("says no vhost; a file of one vhost is imported under /api/definitions/<vhost>")
        return values.short_text(item, "vhost")

    def _vhost(self, item: Json) -> None:
        name = values.short_text(item, "name")
        metadata = dict(_object(item, "metadata"))
        # Older files have the same beside the name.
        for key in ("description", "tags", "default_queue_type"):
            if item.get(key) not in (None, "undefined"):
                metadata[key] = item[key]
        description = values.text(metadata, "description", "")
        tags = values.tags(metadata)
        rest = {key: value for key, value in metadata.items() if key not in ("description", "tags")}
        self.found.vhosts.append(VhostItem(name, description, tags, rest))
        limits = _object(item, "limits")
        if limits:
            self.found.parameters.append(ParameterItem(name, parameters.VHOST_LIMITS, "limits", limits))
        if values.boolean(item, "tracing"):
            self.left_out.append(f"tracing of vhost '{name}'")

    def _user(self, item: Json) -> None:
        name = values.short_text(item, "name")
        limits = _object(item, "limits")
        self.found.users.append(UserItem(name, _password_hash(item), values.tags(item), limits))

    def _permission(self, item: Json) -> None:
        user = values.short_text(item, "user")
        self.found.permissions.append(PermissionItem(user, self._of(item), patterns(item)))

    def _topic_permission(self, item: Json) -> None:
        user, exchange = values.short_text(item, "user"), values.short_text(item, "exchange")
        allowed = pattern(item, "write"), pattern(item, "read")
        self.found.topic_permissions.append(TopicPermissionItem(user, self._of(item), exchange, allowed))

    def _global_parameter(self, item: Json) -> None:
        values.require_keys(item, "name", "value")
        self.found.global_parameters.append(GlobalParameterItem(values.short_text(item, "name"), item["value"]))

    def _parameter(self, item: Json) -> None:
        values.require_keys(item, "component", "name", "value")
        vhost, component = self._of(item), values.short_text(item, "component")
        name, value = values.short_text(item, "name"), item["value"]
        if component == Kind.OPERATOR:
            policy = policy_of(name, _object(item, "value"))
            self.found.policies.append(PolicyItem(vhost, Kind.OPERATOR, policy))
            return
        if component == parameters.VHOST_LIMITS:
            value = _object(item, "value")
        self.found.parameters.append(ParameterItem(vhost, component, name, value))

    def _policy(self, item: Json) -> None:
        policy = policy_of(values.short_text(item, "name"), item)
        self.found.policies.append(PolicyItem(self._of(item), Kind.POLICY, policy))

    def _exchange(self, item: Json) -> None:
        vhost, name = self._of(item), values.short_text(item, "name")
        kind, arguments = values.short_text(item, "type"), _arguments(item)
        if foreign.is_foreign_exchange(kind):
            self._keep(vhost, Section.EXCHANGES, name, item)
            return
        is_durable, is_auto_delete = values.boolean(item, "durable"), values.boolean(item, "auto_delete")
        is_internal = values.boolean(item, "internal")
        found = ExchangeItem(vhost, name, kind, is_durable, is_auto_delete, is_internal, arguments, self.user)
        self.found.exchanges.append(found)

    def _queue(self, item: Json) -> None:
        vhost, name = self._of(item), values.short_text(item, "name")
        arguments = _arguments(item)
        kind = arguments.get("x-queue-type", item.get("type", "classic"))
        if isinstance(kind, str) and foreign.is_foreign_queue(kind):
            self._keep(vhost, Section.QUEUES, name, item)
            return
        if kind != "classic":
            arguments["x-queue-type"] = kind
        is_durable, is_auto_delete = values.boolean(item, "durable"), values.boolean(item, "auto_delete")
        self.found.queues.append(QueueItem(vhost, name, is_durable, is_auto_delete, arguments, self.user))

    def _keep(self, vhost: str, section: Section, name: str, item: Json) -> None:
        kept = {key: value for key, value in item.items() if key != "vhost"}
        self.found.foreign.append(ForeignItem(vhost, section, name, kept))

    def _binding(self, item: Json) -> None:
        to = values.text(item, "destination_type")
        if to not in ("queue", "exchange"):
            raise bad_request("destination_type must be 'queue' or 'exchange'")
        ends = [values.short_text(item, key) for key in ("source", "destination")]
        key = values.short_text(item, "routing_key", "")
        self.found.bindings.append(BindingItem(self._of(item), ends[0], to, ends[1], key, _arguments(item)))


def _list(file: Json, section: str) -> Iterator[Json]:
    items = file.get(section, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request(f"{section} must be a list of objects")
    return iter(items)


def _object(item: Json, key: str) -> Json:
    """An object; an empty one may also be an empty list, as Erlang has it."""
    value: Any = item.get(key)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{key} must be an object")
    return value


def _arguments(item: Json) -> Json:
    """As `values.to_table`, but a value may be missing: bindings of headers exchanges have such."""
    arguments = dict(_object(item, "arguments"))
    values.to_table({key: value for key, value in arguments.items() if value is not None}, "arguments")
    return arguments


def _password_hash(item: Json) -> str:
    if item.get("password") and not item.get("password_hash"):
        password = values.text(item, "password")
        if len(password.encode()) > passwords.MAX_BYTES:
            raise bad_request(f"password is longer than {passwords.MAX_BYTES} bytes")
        return passwords.hashed(password)
    given, algorithm = values.text(item, "password_hash", ""), item.get("hashing_algorithm")
    if algorithm is None and given and not passwords.is_own(given):
        # Before 3.6 there was one algorithm only, and files did not name it.
        try:
            algorithm = passwords.algorithm_of(given)
        except ValueError:
            algorithm = None
    return known_hash(given, algorithm if isinstance(algorithm, str) else "")


def _named(section: str, number: int, item: Json) -> str:
    name = item.get(NAMED_BY.get(section, "name"))
    return f"{section}[{number}]" + (f" '{name[:200]}'" if isinstance(name, str) else "")


def _words(reason: str | list[Any]) -> str:
    return reason.strip() if isinstance(reason, str) else " ".join(str(part) for part in reason)
