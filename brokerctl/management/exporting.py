"""The sections of a file of definitions: which objects, and what is said of each. `definition_files.py` reads the same.

Exclusive queues and messages are not definitions; exchanges that every vhost has, and what is bound to the default one
by itself, need not be said. Everything else is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from brokerctl import passwords
from brokerctl.core import foreign, parameters
from brokerctl.core.broker import Broker
from brokerctl.core.exchanges import Binding, Exchange
from brokerctl.core.foreign import Section
from brokerctl.core.permissions import Permission, TopicPermission, User
from brokerctl.core.policies import Kind, Policy
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import RESERVED, Vhost
from brokerctl.management.values import Json, to_json

T = TypeVar("T")

Row = Callable[[], Json]
"""Makes one when it is asked: there may be many, and they are made and encoded in small pieces."""

Sections = dict[str, list[Row]]


def of_everything(broker: Broker) -> Sections:
    users = [broker.users[name] for name in sorted(broker.users)]
    vhosts = [broker.vhosts[name] for name in sorted(broker.vhosts)]
    found: Sections = {
        "users": _rows(_user, users),
        "vhosts": _rows(_vhost, vhosts),
        "permissions": _rows(_permission, ((user, *given) for user in users for given in user.permissions.items())),
        "topic_permissions": _rows(
            _topic_permission, ((user, *given) for user in users for given in user.topic_permissions.items())
        ),
        "global_parameters": _rows(_global_parameter, sorted(broker.global_parameters.items(), key=lambda it: it[0])),
    }
    for vhost in vhosts:
        for section, rows in of_vhost(vhost).items():
            found.setdefault(section, []).extend(partial(_in_vhost, vhost.name, row) for row in rows)
    return found


def of_vhost(vhost: Vhost) -> Sections:
    """Without the vhost in each row."""
    queues = [vhost.queues[name] for name in sorted(vhost.queues) if vhost.queues[name].owner is None]
    exchanges = [vhost.exchanges[name] for name in sorted(vhost.exchanges)]
    own = [exchange for exchange in exchanges if exchange.name and not exchange.name.startswith(RESERVED)]
    bindings = [binding for exchange in exchanges for binding in exchange.bindings.values() if _is_kept(binding)]
    policies = vhost.policies.by_kind[Kind.POLICY]
    return {
        "parameters": _parameters(vhost),
        "policies": _rows(_policy, (policies[name] for name in sorted(policies))),
        "exchanges": _rows(_exchange, own) + _rows(dict, foreign.items(vhost, Section.EXCHANGES)),
        "queues": _rows(_queue, queues) + _rows(dict, foreign.items(vhost, Section.QUEUES)),
        "bindings": _rows(_binding, bindings) + _rows(dict, foreign.items(vhost, Section.BINDINGS)),
    }


def metadata(vhost: Vhost) -> Json:
    return {"description": vhost.description, "tags": list(vhost.tags), **vhost.metadata}


def _rows(make: Callable[[T], Json], items: Iterable[T]) -> list[Row]:
    return [partial(make, item) for item in items]


def _in_vhost(vhost: str, row: Row) -> Json:
    return {"vhost": vhost, **row()}


def _is_kept(binding: Binding) -> bool:
    return not (isinstance(binding.destination, Queue) and binding.destination.owner is not None)


def _user(user: User) -> Json:
    password_hash, algorithm = passwords.described(user.password_hash)
    return {
        "name": user.name,
        "password_hash": password_hash,
        "hashing_algorithm": algorithm,
        "tags": list(user.tags),
        "limits": user.limits,
    }


def _vhost(vhost: Vhost) -> Json:
    """Description and tags twice: RabbitMQ before 3.11 reads them beside the name."""
    about = metadata(vhost)
    beside: Json = {key: about[key] for key in ("description", "tags", "default_queue_type") if key in about}
    return {"name": vhost.name, **beside, "limits": vhost.limits, "metadata": about}


def _permission(given: tuple[User, str, Permission]) -> Json:
    user, vhost, permission = given
    patterns = {"configure": permission.configure, "write": permission.write, "read": permission.read}
    return {"user": user.name, "vhost": vhost, **patterns}


def _topic_permission(given: tuple[User, tuple[str, str], TopicPermission]) -> Json:
    user, (vhost, exchange), permission = given
    patterns = {"write": permission.write, "read": permission.read}
    return {"user": user.name, "vhost": vhost, "exchange": exchange, **patterns}


def _global_parameter(given: tuple[str, Any]) -> Json:
    return {"name": given[0], "value": given[1]}


def _parameters(vhost: Vhost) -> list[Row]:
    """Operator policies and limits among them, as RabbitMQ has it."""
    found: list[tuple[str, str, Any]] = [(parameters.VHOST_LIMITS, "limits", vhost.limits)] if vhost.limits else []
    for name, policy in sorted(vhost.policies.by_kind[Kind.OPERATOR].items()):
        found.append((Kind.OPERATOR.value, name, _rule(policy)))
    found += [(*key, value) for key, value in sorted(vhost.parameters.items(), key=lambda it: it[0])]
    return _rows(_parameter, found)


def _parameter(given: tuple[str, str, Any]) -> Json:
    component, name, value = given
    return {"component": component, "name": name, "value": value}


def _policy(policy: Policy) -> Json:
    return {"name": policy.name, **_rule(policy)}


def _rule(policy: Policy) -> Json:
    return {
        "pattern": policy.pattern,
        "definition": policy.definition,
        "priority": policy.priority,
        "apply-to": policy.applies_to,
    }


def _exchange(exchange: Exchange) -> Json:
    return {
        "name": exchange.name,
        "type": exchange.type,
        "durable": exchange.is_durable,
        "auto_delete": exchange.is_auto_delete,
        "internal": exchange.is_internal,
        "arguments": to_json(exchange.arguments),
    }


def _queue(queue: Queue) -> Json:
    return {
        "name": queue.name,
        "type": queue.rules.type,
        "durable": queue.is_durable,
        "auto_delete": queue.is_auto_delete,
        "arguments": to_json(queue.arguments),
    }


def _binding(binding: Binding) -> Json:
    return {
        "source": binding.source.name,
        "destination": binding.destination.name,
        "destination_type": binding.destination_type,
        "routing_key": binding.routing_key,
        "arguments": to_json(binding.arguments),
    }
