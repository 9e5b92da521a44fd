"""What looking at a queue does to it, in words, for this very queue: before the look and after it."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Overview, Queue
from brokerctl.operations.wear import delivery_limit


@dataclass(slots=True, frozen=True)
class Effect:
    title: str
    sentence: str
    is_readable: bool = True
    """False when the broker would refuse; the sentence says why."""
    is_traceless: bool = False
    """Whether a look changes nothing at all."""


def before(queue: Queue, overview: Overview | None) -> Effect:
    """What a look will do."""
    lets_look = overview is not None and overview.capabilities.peek
    refusal = _refusal(queue, overview, lets_look)
    if refusal:
        return Effect("This queue cannot be browsed.", refusal, is_readable=False)
    if lets_look:
        sentence = "The broker shows the messages where they lie: none is taken, marked or moved."
        return Effect("Reading changes nothing.", sentence + _consumed(queue), is_traceless=True)
    return Effect(
        "Reading leaves a mark.",
        "The messages are taken and given back at once, in their order. Each is then flagged as redelivered"
        + _counted(queue, overview)
        + _consumed(queue),
    )


def after(queue: Queue, overview: Overview | None, count: int, *, is_traceless: bool = False) -> Effect:
    """What the look did."""
    where = overview.product if overview else "this broker"
    if not count:
        return Effect("Nothing was taken.", "The queue was empty when it was read.", is_traceless=is_traceless)
    if is_traceless:
        shown = "this message where it lies" if count == 1 else f"these {count:,} messages where they lie"
        sentence = f"The broker showed {shown}: no flag, no count and no place is another than before."
        return Effect("This look changed nothing.", sentence, is_traceless=True)
    these = "This message was" if count == 1 else f"These {count:,} messages were"
    flagged = "it is now" if count == 1 else "each is now"
    return Effect(
        f"Looking leaves a mark on {where}.",
        f"{these} taken and given back, so {flagged} flagged as redelivered{_counted(queue, overview)} "
        f"{'Its place' if count == 1 else 'Their order'} is kept.",
    )


def _refusal(queue: Queue, overview: Overview | None, lets_look: bool) -> str:
    if queue.type == "stream":
        return "It is a stream, and a stream is read from an offset by a consumer, not message by message."
    is_single = queue.arguments.get("x-single-active-consumer") is True
    if queue.type == "quorum" and is_single and queue.consumers and not lets_look:
        return "It has a single active consumer, and the broker gives its messages to that one only."
    if queue.exclusive:
        return "It is exclusive to the connection that declared it."
    if queue.state == "paused" and overview is not None and overview.product == "LavinMQ":
        return "It is paused, and LavinMQ gives nothing out of a paused queue. Resume it first."
    return ""


def _counted(queue: Queue, overview: Overview | None) -> str:
    """How the sentence about redelivery ends: what counts this as a delivery."""
    limit = delivery_limit(queue, overview)
    if limit is not None:
        return f" and has used 1 of its {limit} deliveries: past that, the broker drops or dead-letters it."
    return "; this queue has no delivery limit." if queue.type == "quorum" else "; no delivery limit counts it."


def _consumed(queue: Queue) -> str:
    if not queue.consumers:
        return ""
    consumers = "One consumer takes" if queue.consumers == 1 else f"{queue.consumers} consumers take"
    return f" {consumers} messages too, so some may be gone before you see them."
