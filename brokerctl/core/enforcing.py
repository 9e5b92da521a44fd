"""Brings policies to the queues and exchanges of a vhost: at their declaration, and live when a policy changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brokerctl.core.arguments import DROP_HEAD
from brokerctl.core.effects import Effects, Save
from brokerctl.core.policies import Kind, Policy, Scope
from brokerctl.errors import PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.queue import Queue
    from brokerctl.core.vhost import Vhost


def put_policy(vhost: Vhost, kind: Kind, policy: Policy, effects: Effects) -> bool:
    """Set a policy; False when it was there. Raises PreconditionFailed when it cannot be one.

    A pattern that does not finish on the names there are is refused: it would hold the broker up at each declaration.
    """
    policy.check(kind)
    for name in [*vhost.queues, *vhost.exchanges]:
        policy.matches(name)
        if policy.is_endless:
            raise PreconditionFailed(f"the pattern of policy '{policy.name}' takes too long on '{name}'; simplify it")
    policies = vhost.policies.by_kind[kind]
    is_new = policy.name not in policies
    policies[policy.name] = policy
    effects.append(Save(kind, (vhost.name, policy.name), policy_record(policy)))
    _renew(vhost, effects)
    return is_new


def clear_policy(vhost: Vhost, kind: Kind, name: str, effects: Effects) -> None:
    """Remove a policy; one that is not there is no error."""
    if vhost.policies.by_kind[kind].pop(name, None) is not None:
        effects.append(Save(kind, (vhost.name, name), None))
        _renew(vhost, effects)


def restore_policy(vhost: Vhost, kind: Kind, name: str, record: dict[str, Any]) -> None:
    """As it was saved, before the objects it is for."""
    record = {**record, "applies_to": Scope(record["applies_to"])}
    vhost.policies.by_kind[kind][name] = Policy(name, **record)


def policy_record(policy: Policy) -> dict[str, Any]:
    return {key: getattr(policy, key) for key in ("pattern", "definition", "priority", "applies_to")}


def govern(vhost: Vhost, queue: Queue, effects: Effects) -> None:
    """Work out the rules of a queue anew, and what follows from them at once."""
    in_force = vhost.policies.of_queue(queue)
    if in_force != queue.in_force:
        expires_before = queue.rules.expires_ms
        queue.follow(in_force)
        if queue.rules.expires_ms != expires_before:
            # The time counts from now, not from when the queue was last used under another rule.
            queue.was_used = True
    if queue.shrink(effects) <= 0 or queue.rules.expires_ms is not None:
        vhost.context.expiring[queue] = None


def _renew(vhost: Vhost, effects: Effects) -> None:
    for exchange in vhost.exchanges.values():
        exchange.in_force = vhost.policies.of_exchange(exchange)
    for queue in list(vhost.queues.values()):
        govern(vhost, queue, effects)
    vhost.has_refusing_queues = any(queue.rules.overflow != DROP_HEAD for queue in vhost.queues.values())
    vhost.router.forget()
