"""What goes, what stops and what stays when a queue, an exchange or a binding is deleted: told before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brokerctl.clients.models import Arguments, Binding, Exchange, Queue
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.words import visible

NAMED = 4
"""Bindings, queues and the like that a sentence names before it only counts."""


def with_queue(queue: Queue, bindings: Sequence[Binding], known: QueueRow | None) -> tuple[str, ...]:
    """What the deletion of a queue does."""
    effects = []
    if queue.messages_unacknowledged:
        effects.append(f"{queue.messages_unacknowledged:,} unacked with consumers: they go, too.")
    effects.append(
        f"{counted(bindings, 'binding')} {'goes' if len(bindings) == 1 else 'go'} with it: "
        f"{named(f'{each.source} ({each.routing_key})' if each.routing_key else each.source for each in bindings)}."
        if bindings
        else "No exchange is bound to it."
    )
    if queue.consumers:
        consumers = f"{queue.consumers:,} consumer{'s' if queue.consumers > 1 else ''}"
        effects.append(f"{consumers} will be disconnected from it; their connections stay.")
    else:
        effects.append("Nobody consumes from it.")
    if known is not None and known.rates.publish:
        effects.append(f"{known.rates.publish:,.1f}/s arrive at present.")
    effects.append("Publishers will not notice: messages with no other route are dropped, or returned to who asked.")
    if queue.messages:
        effects.append("Nothing is dead-lettered; the messages are gone.")
    return tuple(effects)


def with_exchange(
    exchange: Exchange, outgoing: Sequence[Binding], incoming: Sequence[Binding], taken: Snapshot
) -> tuple[str, ...]:
    """What the deletion of an exchange does."""
    effects = []
    for bindings, end, what in ((outgoing, "destination", "to"), (incoming, "source", "from")):
        if bindings:
            ends = named(getattr(each, end) for each in bindings)
            effects.append(
                f"{counted(bindings, 'binding')} {'goes' if len(bindings) == 1 else 'go'} with it: {what} {ends}."
            )
    if not outgoing and not incoming:
        effects.append("Nothing is bound to it.")
    effects.append(
        "Who publishes to it gets a channel error (404) and may stop. Messages that are in queues already stay there."
    )
    arriving = (taken.exchange_rates.get((exchange.vhost, exchange.name)) or (None, None))[0]
    if arriving:
        effects.append(f"{arriving:,.1f}/s are published to it at present.")
    dead = [row.queue.name for row in taken.queues.values() if _dead_letters_to(row.queue, exchange)]
    if dead:
        effects.append(
            f"{counted(dead, 'queue')} dead-letter{'s' if len(dead) == 1 else ''} to it: {named(dead)}. "
            "Their dead letters will be dropped."
        )
    fallen = [each.name for each in taken.exchanges if _falls_back_to(each, exchange)]
    if fallen:
        effects.append(f"It is the alternate exchange of {named(fallen)}: what has no route there will be dropped.")
    return tuple(effects)


def without_binding(
    binding: Binding, of_source: Sequence[Binding], to_destination: Sequence[Binding], source: Exchange
) -> tuple[str, ...]:
    """What stops when a binding goes. The lists are all bindings from its source, and all to its destination."""
    kind, end = binding.destination_type, visible(binding.destination)
    key = f"with the key {binding.routing_key}" if binding.routing_key else "that match it"
    if source.type == "fanout":
        key = "there"
    others = [each for each in of_source if _same_end(each, binding) and each != binding]
    effects = [f"Messages published to {visible(binding.source)} {key} no longer reach {kind} {end} by this binding."]
    if others:
        keys = named(each.routing_key or "(no key)" for each in others)
        effects.append(
            f"{counted(others, 'other binding')} between the two {'stays' if len(others) == 1 else 'stay'}: {keys}."
        )
    else:
        effects.append(f"Nothing else leads from {visible(binding.source)} to {end}.")
    rest = [each for each in to_destination if each.source and each != binding]
    if not rest and kind == "queue":
        effects.append(f"{end} then gets only messages that are published to it by name.")
    elif not rest:
        effects.append(f"{end} then gets only messages that are published to it directly.")
    if source.auto_delete and all(each == binding for each in of_source):
        effects.append(f"{visible(binding.source)} is auto-delete, and this is its last binding: it goes, too.")
    effects.append("Messages that are in queues already stay there.")
    return tuple(effects)


def counted(things: Sequence[object], noun: str) -> str:
    return f"{len(things):,} {noun}{'' if len(things) == 1 else 's'}"


def named(names: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = [visible(name) for name in names]
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _same_end(one: Binding, other: Binding) -> bool:
    return (one.destination_type, one.destination) == (other.destination_type, other.destination)


def _dead_letters_to(queue: Queue, exchange: Exchange) -> bool:
    return (
        queue.vhost == exchange.vhost
        and _set(queue.arguments, queue.effective_policy, "dead-letter-exchange") == exchange.name
    )


def _falls_back_to(other: Exchange, exchange: Exchange) -> bool:
    return other.vhost == exchange.vhost and other.arguments.get("alternate-exchange") == exchange.name


def _set(arguments: Arguments, policy: Arguments, key: str) -> object:
    return arguments.get(f"x-{key}", policy.get(key))
