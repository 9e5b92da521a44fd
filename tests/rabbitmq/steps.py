"""The words a scenario is written in.

A method stands for itself: it is said on connection a, channel 1, and its answer is awaited. Everything else is one of
the functions below. Connections have letters and open by themselves; so do channels, again after they were closed.
A capital letter is the same connection without that: its channel is not opened first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import Method, basic


@dataclass(frozen=True, slots=True)
class Step:
    """Something said, something awaited, or both. `place` is a connection's letter and a channel's number."""

    place: str = "a1"
    method: Method | None = None
    """Said, and answered before the next step if AMQP has an answer to it."""
    data: bytes = b""
    """Bytes said as they are."""
    count: int = 0
    """So many things are awaited, whatever they are: a method, or a method with its content."""
    is_ordered: bool = True
    """False: which of the awaited comes first is chance."""
    confirms: int = 0
    """Confirms are awaited up to this number; how they are bundled is chance."""
    hangs_up: bool = False
    """The socket is closed without a word."""
    byte_count: int = 0
    """So many bytes are awaited that are no frame."""
    is_end: bool = False
    """What comes until the broker closes the socket is awaited."""

    @property
    def peer(self) -> str:
        return self.place[0].lower()

    @property
    def opens_channel(self) -> bool:
        return self.place[0].islower()

    @property
    def channel(self) -> int:
        return int(self.place[1:] or 1)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A claim about brokers in general, and the conversation that shows how one behaves."""

    name: str
    steps: Sequence[Step | Method]
    by_hand: str = ""
    """Letters of connections that are not opened: the scenario says every word of the handshake itself."""
    capabilities: Mapping[str, Any] = field(
        default_factory=lambda: {"consumer_cancel_notify": True, "authentication_failure_close": True}
    )
    frame_max: int = 131_072
    stands_alone: bool = False
    """It uses no name of another one, so it may be held beside others: RabbitMQ lets some errors wait for seconds."""


def scenario(name: str, *steps: Step | Method | Sequence[Step], **options: Any) -> Scenario:
    """`steps` may hold groups, as `on` makes them."""
    flat: list[Step | Method] = []
    for step in steps:
        flat += [step] if isinstance(step, Step | Method) else step
    return Scenario(name, flat, **options)


def on(place: str, *methods: Method) -> list[Step]:
    """Say these at another place than a1: `on("b", …)` on a second connection, `on("a2", …)` on a second channel."""
    return [Step(place, method) for method in methods]


def said(*methods: Method, place: str = "a1") -> Step:
    """Say these in one piece and await nothing."""
    number = Step(place).channel
    return Step(place, data=b"".join(frames.method(number, method) for method in methods))


def publish(
    routing_key: str = "",
    body: bytes = b"x",
    *,
    exchange: str = "",
    mandatory: bool = False,
    immediate: bool = False,
    place: str = "a1",
    **given: Any,
) -> Step:
    """basic.publish with its content, in one piece; nothing is awaited. `given` are the message's properties."""
    number = Step(place).channel
    method = basic.Publish(0, exchange, routing_key, mandatory, immediate)
    header = properties.encode(given, len(body))
    return Step(place, data=frames.method(number, method) + frames.content(number, header, body, 0))


def hear(count: int = 1, *, place: str = "a1") -> Step:
    """Await what the broker says by itself: deliveries, returns, closes."""
    return Step(place, count=count)


def hear_any_order(count: int, *, place: str = "a1") -> Step:
    return Step(place, count=count, is_ordered=False)


def confirmed(number: int, *, place: str = "a1") -> Step:
    """Await confirms until every publish up to this one has its answer."""
    return Step(place, confirms=number)


def raw(data: bytes, count: int = 0, *, place: str = "a1") -> Step:
    """Say these bytes, then await so many things."""
    return Step(place, data=data, count=count)


def hear_bytes(count: int, place: str = "a1") -> Step:
    return Step(place, byte_count=count)


def end(place: str = "a1") -> Step:
    """Await the end of the socket."""
    return Step(place, is_end=True)


def hang_up(place: str = "a1") -> Step:
    return Step(place, hangs_up=True)
