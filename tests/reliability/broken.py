"""Brokers that are broken on purpose, which the tests must notice: REL_BREAK=… python -m tests.reliability.broken

Each takes one promise away where the broker keeps it, and is otherwise the broker. Nothing of this is in the product,
so no variable of its environment can break it. What needs another technique than SIGKILL to be seen (no fsync, no
checksum) is broken in tests/brokerctl/store.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from brokerctl import passwords
from brokerctl.core.queue import Queue
from brokerctl.server import main
from brokerctl.server.effects import Carrier
from brokerctl.server.logins import GUEST
from brokerctl.server.session import Session
from brokerctl.store.base import Batch
from brokerctl.store.disk import FileDisk
from brokerctl.store.durable import DurableStore

WRITE_SECONDS = 0.02
"""Of a disk that takes its time."""


class _AtOnce(list[Any]):
    """Receipts that do not wait for the disk."""

    def append(self, receipt: Callable[[], None]) -> None:
        receipt()


def confirm_before_write() -> None:
    """A confirm, and every other answer that waits for the disk, is said before the disk was asked."""
    made = Batch.__init__

    def __init__(self: Batch) -> None:  # noqa: N807 (it becomes the class's own)
        made(self)
        self.receipts = _AtOnce()

    Batch.__init__ = __init__  # type: ignore[method-assign]


def close_before_ack() -> None:
    """channel.close-ok and the answer to a declaration do not wait for the disk, which takes its time."""
    Session.hold = lambda self: None  # type: ignore[method-assign]
    append = FileDisk.append

    def _append(self: FileDisk, handle: int, data: bytes) -> None:
        # Else the time between the two is so short that hardly a SIGKILL meets it.
        threading.Event().wait(WRITE_SECONDS)
        append(self, handle, data)

    FileDisk.append = _append  # type: ignore[method-assign]


def forget_on_delivery() -> None:
    """A message leaves the disk when it is handed out, and not when it is acked."""
    deliver = Carrier._deliver

    def _deliver(self: Carrier, effect: Any) -> None:
        deliver(self, effect)
        self.store.batch.settle([entry.position for entry in effect.entries if entry.is_stored])

    Carrier._deliver = _deliver  # type: ignore[method-assign]


def forget_acks() -> None:
    """An ack never reaches a message that is on disk."""

    def settle(self: Batch, positions: Any) -> None:
        for position in positions:
            self.messages.pop(position, None)

    Batch.settle = settle  # type: ignore[method-assign]


def spoil_bodies() -> None:
    """The end of a large body reaches the disk as zeros."""
    add = Batch.add

    def _add(self: Batch, row: Any) -> None:
        body = row[5]
        add(self, (*row[:5], body[:4096] + bytes(len(body[4096:])), *row[6:]))

    Batch.add = _add  # type: ignore[method-assign]


def first_time_again() -> None:
    """After a restart nothing counts as redelivered."""
    load = DurableStore.load

    def _load(self: DurableStore, positions: Any) -> Any:
        return [message and message._replace(is_redelivered=False) for message in load(self, positions)]

    DurableStore.load = _load  # type: ignore[method-assign]


def backwards() -> None:
    """After a restart the last message of a queue is its first."""
    restore = Queue.restore

    def _restore(self: Queue, positions: Any, sizes: Any, priorities: Any) -> None:
        restore(self, positions[-1:] + positions[:-1], sizes[-1:] + sizes[:-1], priorities[-1:] + priorities[:-1])

    Queue.restore = _restore  # type: ignore[method-assign]


def undead_policies() -> None:
    """The end of a policy never reaches the disk."""
    define = Batch.define

    def _define(self: Batch, kind: str, key: tuple[str, ...], value: dict[str, Any] | None) -> None:
        if kind != "policy" or value is not None:
            define(self, kind, key, value)

    Batch.define = _define  # type: ignore[method-assign]


def half_users() -> None:
    """A user gets its tags on the disk, and not its password."""
    define = Batch.define
    other = passwords.hashed("of somebody else")

    def _define(self: Batch, kind: str, key: tuple[str, ...], value: dict[str, Any] | None) -> None:
        if kind == "user" and value is not None and key != (GUEST,):
            value = {**value, "password_hash": other}
        define(self, kind, key, value)

    Batch.define = _define  # type: ignore[method-assign]


BREAKS: tuple[Callable[[], None], ...] = (
    confirm_before_write,
    close_before_ack,
    forget_on_delivery,
    forget_acks,
    spoil_bodies,
    first_time_again,
    backwards,
    undead_policies,
    half_users,
)


if __name__ == "__main__":
    named = {each.__name__: each for each in BREAKS}
    named[os.environ["REL_BREAK"]]()
    sys.exit(main.main())
