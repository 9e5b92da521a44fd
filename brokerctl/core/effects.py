"""What a command wants done in the world. Values: tests compare them, the server carries them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brokerctl.core.channel import Channel
    from brokerctl.core.consumers import Consumer
    from brokerctl.core.message import Entry, Envelope, Message
    from brokerctl.core.queue import Queue


@dataclass(slots=True)
class Deliver:
    """Entries that waited, in a row; the tags count up from the first."""

    consumer: Consumer
    first_tag: int
    entries: list[Entry]


@dataclass(slots=True)
class DeliverAll:
    """New messages in a row that differ in their bodies only, on the straight way (brokerctl.core.straight)."""

    consumer: Consumer
    first_tag: int
    envelope: Envelope
    bodies: Sequence[bytes]


@dataclass(slots=True)
class Return:
    """A mandatory message that no queue took goes back to its publisher."""

    channel: Channel
    code: int
    text: str
    message: Message


@dataclass(slots=True)
class Store:
    """Write the entry to disk; then tell `channel` that publish `sequence` is one copy safer (0: nobody waits)."""

    queue: Queue
    entry: Entry
    channel: Channel | None
    sequence: int


@dataclass(slots=True)
class Forget:
    """The stored entries are settled: their rows may go, after the rows themselves have been written."""

    positions: list[int]


@dataclass(slots=True)
class CancelConsumer:
    """The queue is gone: tell the client, if it can hear it (consumer_cancel_notify)."""

    consumer: Consumer


@dataclass(slots=True)
class Save:
    """A definition changed: `value` replaces what is kept under (kind, key); None removes it."""

    kind: str
    key: tuple[str, ...]
    value: dict[str, Any] | None


Effect = Deliver | DeliverAll | Return | Store | Forget | CancelConsumer | Save
Effects = list[Effect]
