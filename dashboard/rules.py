"""The rules that a queue lives by: which value is in effect, who set it, and what it does, in words.

A queue's own argument and a policy can both set a rule. For a limit the smaller counts, for all else the argument; an
operator policy can only lower a limit (RabbitMQ's rabbit_queue_type_util and rabbit_policy_merge_strategy).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from brokerctl.clients.models import Policy, Queue
from dashboard.verdicts import during, size

ARGUMENT = "argument"

SMALLER_COUNTS = frozenset(
    ("max-length", "max-length-bytes", "message-ttl", "expires", "delivery-limit", "max-in-memory-length", "max-age")
)


@dataclass(slots=True, frozen=True)
class Rule:
    name: str
    """As policies have it: 'max-length'."""
    value: Any
    """In effect."""
    origin: str
    """ARGUMENT, 'policy …' or 'operator policy …'."""
    policy: str = ""
    """The name of the policy that set it; empty for an argument."""
    does: str = ""
    """What it does here; empty for a rule that we do not know."""
    instead: str = ""
    """What another would have set."""

    @property
    def written(self) -> str:
        """As whoever set it wrote it."""
        return f"x-{self.name}" if self.origin == ARGUMENT else self.name


def of_queue(queue: Queue, operator_policies: Sequence[Policy] = ()) -> tuple[Rule, ...]:
    """By name."""
    arguments = {name.removeprefix("x-"): value for name, value in queue.arguments.items()}
    names = sorted({*arguments, *queue.effective_policy})
    return tuple(_rule(name, arguments, queue, operator_policies) for name in names)


def _rule(name: str, arguments: dict[str, Any], queue: Queue, operator_policies: Sequence[Policy]) -> Rule:
    by_policy = queue.effective_policy.get(name)
    policy, origin = _policy(name, queue, operator_policies)
    if name not in arguments:
        return Rule(name, by_policy, origin, policy, does(name, by_policy))
    own = arguments[name]
    if name not in queue.effective_policy:
        return Rule(name, own, ARGUMENT, does=does(name, own))
    if name in SMALLER_COUNTS and isinstance(own, int) and isinstance(by_policy, int) and by_policy < own:
        return Rule(name, by_policy, origin, policy, does(name, by_policy), f"its argument says {own}")
    return Rule(name, own, ARGUMENT, does=does(name, own), instead=f"{origin} says {by_policy}")


def _policy(name: str, queue: Queue, operator_policies: Sequence[Policy]) -> tuple[str, str]:
    """Whose value of the effective definition this is."""
    for policy in operator_policies:
        if policy.definition.get(name) == queue.effective_policy.get(name, object()):
            return policy.name, f"operator policy {policy.name}"
    return queue.policy or "", f"policy {queue.policy}" if queue.policy else "policy"


def does(name: str, value: Any) -> str:
    """What a rule with this value does to a queue."""
    say = DOES.get(name)
    return say(value) if say else ""


def _span(value: Any) -> str:
    return during(value // 1000) if isinstance(value, int) else str(value)


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _bytes(value: Any) -> str:
    return size(value) if isinstance(value, int) and value < 2**63 else str(value)


OVERFLOWS = {
    "drop-head": "when it is full, the oldest message goes",
    "reject-publish": "when it is full, publishes are refused",
    "reject-publish-dlx": "when it is full, publishes are refused and dead-lettered",
}

DOES: dict[str, Callable[[Any], str]] = {
    "max-length": lambda value: f"holds {_count(value)} ready messages at most",
    "max-length-bytes": lambda value: f"holds {_bytes(value)} of ready messages at most",
    "message-ttl": lambda value: f"a message that waits longer than {_span(value)} expires",
    "expires": lambda value: f"deleted when nobody uses it for {_span(value)}",
    "overflow": lambda value: OVERFLOWS.get(str(value), ""),
    "dead-letter-exchange": lambda value: (
        f"what dies here goes to {f'exchange {value}' if value else 'the default exchange'}"
    ),
    "dead-letter-routing-key": lambda value: f"with the routing key {value} instead of its own",
    "dead-letter-strategy": lambda value: f"dead letters go {str(value).replace('-', ' ')}",
    "max-priority": lambda value: f"sorts messages by priority, 0 to {value}",
    "single-active-consumer": lambda value: "one consumer gets all, the others wait" if value is True else "",
    "delivery-limit": lambda value: f"a message that came back {_count(value)} times is dropped or dead-lettered",
    "consumer-timeout": lambda value: f"a consumer that holds a message for {_span(value)} loses its channel",
    "queue-type": lambda value: f"is a {value} queue",
    "queue-mode": lambda value: "keeps messages on disk" if value == "lazy" else "",
    "queue-version": lambda value: f"is stored in format {value}",
    "max-age": lambda value: f"keeps messages for {value}",
    "stream-max-segment-size-bytes": lambda value: f"is stored in files of {_bytes(value)}",
    "quorum-initial-group-size": lambda value: f"was made with {value} copies",
    "initial-cluster-size": lambda value: f"was made with {value} copies",
    "queue-leader-locator": lambda value: f"chose its leader by {value}",
    "ha-mode": lambda value: f"is mirrored: {value}",
}
