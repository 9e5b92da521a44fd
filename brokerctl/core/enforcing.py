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
    check_pattern(vhost, policy)
    is_new = policy.name not in vhost.policies.by_kind[kind]
    _set(vhost, kind, policy, effects)
    renew(vhost, effects)
    return is_new


def import_policy(vhost: Vhost, kind: Kind, policy: Policy, effects: Effects) -> None:
    """Set a policy of another broker, which may say what is not known here; `renew` brings it in force.

    Raises PreconditionFailed as `put_policy`, but for the pattern's time.
    """
    policy.check(kind, keeps_unknown=True)
    _set(vhost, kind, policy, effects)


def check_pattern(vhost: Vhost, policy: Policy) -> None:
    """Raises PreconditionFailed when the pattern does not finish on some name there is."""
    for name in [*vhost.queues, *vhost.exchanges]:
        policy.matches(name)
        if policy.is_endless:
            raise PreconditionFailed(f"the pattern of policy '{policy.name}' takes too long on '{name}'; simplify it")


def clear_policy(vhost: Vhost, kind: Kind, name: str, effects: Effects) -> None:
    """Remove a policy; one that is not there is no error."""
    if vhost.policies.by_kind[kind].pop(name, None) is not None:
        effects.append(Save(kind, (vhost.name, name), None))
        renew(vhost, effects)


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


def renew(vhost: Vhost, effects: Effects) -> None:
    """Bring the policies there are now to every object there is."""
    for exchange in vhost.exchanges.values():
        exchange.in_force = vhost.policies.of_exchange(exchange)
    for queue in list(vhost.queues.values()):
        govern(vhost, queue, effects)
    vhost.has_refusing_queues = any(queue.rules.overflow != DROP_HEAD for queue in vhost.queues.values())
    vhost.router.forget()


def _set(vhost: Vhost, kind: Kind, policy: Policy, effects: Effects) -> None:
    vhost.policies.by_kind[kind][policy.name] = policy
    effects.append(Save(kind, (vhost.name, policy.name), policy_record(policy)))
