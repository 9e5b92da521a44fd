"""What an action on many queues will do, in sentences: what goes, what stays, who notices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.models.operation import Kind
from dashboard.operations.policies import MAX_QUEUES
from dashboard.operations.shown import counted
from dashboard.snapshot import QueueRow

TYPED_ABOVE = 100
"""Messages: more than this are not deleted without typing."""


@dataclass(slots=True, frozen=True)
class Action:
    """One thing that can be done with a selection of queues."""

    kind: Kind
    title: str
    icon: str
    is_danger: bool = False
    needs_admin: bool = False
    """Deleting and policies are for admins, the rest for operators."""
    refusal: str = ""
    """Why this broker, or this person, cannot; '' when they can."""

    @property
    def name(self) -> str:
        return self.kind.value


ACTIONS = (
    Action(Kind.MOVE_MANY, "Move messages", "move"),
    Action(Kind.PAUSE, "Pause", "pause"),
    Action(Kind.RESUME, "Resume", "play"),
    Action(Kind.POLICY, "Set policy", "policy", needs_admin=True),
    Action(Kind.PURGE_MANY, "Purge", "purge", is_danger=True),
    Action(Kind.DELETE, "Delete", "trash", is_danger=True, needs_admin=True),
)


def messages(kind: Kind, rows: Sequence[QueueRow]) -> int:
    """How many messages the action is about."""
    if kind is Kind.DELETE:
        return sum(row.queue.messages for row in rows)
    return sum(row.queue.messages_ready for row in rows)


def typed(kind: Kind, rows: Sequence[QueueRow], bindings: int | None) -> str:
    """What has to be typed to confirm: the number of queues, or the name of the only one; '' for nothing."""
    if kind not in (Kind.PURGE_MANY, Kind.DELETE) or not rows:
        return ""
    if len(rows) > 1:
        return str(len(rows))
    queue = rows[0].queue
    is_used = kind is Kind.DELETE and (queue.consumers > 0 or bindings != 0)
    return queue.name if messages(kind, rows) > TYPED_ABOVE or is_used else ""


def sentences(kind: Kind, rows: Sequence[QueueRow], bindings: int | None) -> tuple[str, ...]:
    """What happens, and what does not. `bindings` go with deleted queues; None when the broker did not say."""
    unacked = sum(row.queue.messages_unacknowledged for row in rows)
    consumers = sum(row.queue.consumers for row in rows)
    arriving = sum(row.rates.publish or 0.0 for row in rows)
    still = (f"{arriving:,.1f}/s still arrive and are not affected.",) if arriving >= 0.1 else ()
    match kind:
        case Kind.PURGE_MANY:
            held = f"{counted(unacked, 'unacked message')} with consumers: not affected."
            return (held, *still, "Nothing is dead-lettered; the messages are gone.")
        case Kind.DELETE:
            return _deleting(rows, consumers, bindings)
        case Kind.PAUSE:
            return (
                f"{counted(consumers, 'consumer')} will get nothing until the queues are resumed.",
                *_keeps(arriving),
            )
        case Kind.RESUME:
            paused = sum(row.queue.state == "paused" for row in rows)
            return (
                f"Paused now: {counted(paused, 'queue')}.",
                f"{counted(consumers, 'consumer')} will get messages again.",
            )
        case Kind.MOVE_MANY:
            return ("A message is acknowledged at its source only after the destination has confirmed it.", *still)
        case _:
            return _replacing(rows)


def _keeps(arriving: float) -> tuple[str, ...]:
    return (f"Publishers are not affected: {arriving:,.1f}/s go on arriving and wait.",)


def _deleting(rows: Sequence[QueueRow], consumers: int, bindings: int | None) -> tuple[str, ...]:
    going = "Their bindings go with them." if bindings is None else f"{counted(bindings, 'binding')} will go with them."
    left = (
        f"{counted(consumers, 'consumer')} will be disconnected from them."
        if consumers
        else "Nobody consumes from them."
    )
    exclusive = sum(row.queue.exclusive for row in rows)
    locked = (
        (f"{counted(exclusive, 'queue')} held by a connection will be refused by the broker.",) if exclusive else ()
    )
    unnoticed = "Publishers will not notice: messages with no other route are dropped."
    return (going, left, unnoticed, "Nothing is dead-lettered; the messages are gone.", *locked)


def _replacing(rows: Sequence[QueueRow]) -> tuple[str, ...]:
    named: dict[str, int] = {}
    for row in rows:
        if row.queue.policy:
            named[row.queue.policy] = named.get(row.queue.policy, 0) + 1
    has = tuple(
        f"Policy {name} is in effect on {counted(count, 'queue')} of these now." for name, count in named.items()
    )
    one = "A queue has one policy: the one of the highest priority that matches its name."
    return (*has, one, "What a queue was declared with goes before any policy.")


def refusal(kind: Kind, rows: Sequence[QueueRow]) -> str:
    """Why it cannot be done with so many or such queues; '' when it can."""
    if kind is Kind.POLICY and len(rows) > MAX_QUEUES:
        return (
            f"A policy finds its queues by a pattern, and one that names {len(rows):,} of them would be slow on the "
            f"broker. Choose at most {MAX_QUEUES}, or write a policy with a pattern of your own."
        )
    if not rows:
        return "None of these queues is there any more. Go back to the list and choose again."
    return ""
