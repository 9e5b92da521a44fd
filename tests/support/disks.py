"""A disk in memory that knows what a power cut may leave of it, and one that fails when it is told to.

What was not synced may be there in any part: a power cut keeps any blocks of what was written, any file size on the
way, and any of the changes to the folder.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field

Files = dict[str, bytes]
"""Name → content: a disk at rest."""

BLOCKS = (512, 4096)
"""Bytes that a disk writes whole; which of them depends on the disk."""


@dataclass(slots=True)
class File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


Change = tuple[str, str, File | None]
"""What happened to the folder: "set" or "remove", name, file."""


class MemoryDisk:
    """`on_change` is called after each change, and before a sync takes effect: there a power cut may come."""

    def __init__(self, files: Files | None = None) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self.folder = {name: File(bytearray(content), content) for name, content in (files or {}).items()}
        self.synced_folder = dict(self.folder)
        self.changes: list[Change] = []
        self._open: dict[int, File] = {}
        self._next = 3

    def names(self) -> list[str]:
        return list(self.folder)

    def open(self, name: str) -> int:
        if name not in self.folder:
            self._change(("set", name, File()))
        self._next += 1
        self._open[self._next] = self.folder[name]
        return self._next

    def close(self, handle: int) -> None:
        del self._open[handle]

    def size(self, handle: int) -> int:
        return len(self._open[handle].content)

    def read(self, handle: int, size: int, offset: int) -> bytes:
        return bytes(self._open[handle].content[offset : offset + size])

    def append(self, handle: int, data: bytes) -> None:
        self._open[handle].content += data
        self.on_change()

    def truncate(self, handle: int, size: int) -> None:
        del self._open[handle].content[size:]
        self.on_change()

    def sync(self, handle: int) -> None:
        self.on_change()
        file = self._open[handle]
        file.synced = bytes(file.content)

    def rename(self, old: str, new: str) -> None:
        file = self.folder[old]
        # One change: a rename is there or not, never half.
        self.folder.pop(old)
        self.folder[new] = file
        self.changes += (("set", new, file), ("remove", old, None))
        self.on_change()

    def unlink(self, name: str) -> None:
        self._change(("remove", name, None))

    def sync_folder(self) -> None:
        self.on_change()
        self.synced_folder = dict(self.folder)
        self.changes = []

    def release(self) -> None:
        self._open.clear()

    def files(self) -> Files:
        """What a process sees that is started now: the system keeps what was not synced."""
        return {name: bytes(file.content) for name, file in self.folder.items()}

    def power_cut(self, chance: random.Random) -> Files:
        """One of the disks that a power cut now may leave."""
        folder = dict(self.synced_folder)
        for kind, name, file in self.changes:
            if chance.random() < 0.5:
                continue
            if kind == "set" and file is not None:
                folder[name] = file
            else:
                folder.pop(name, None)
        return {name: left_of(file, chance) for name, file in folder.items()}

    def _change(self, change: Change) -> None:
        kind, name, file = change
        if kind == "set" and file is not None:
            self.folder[name] = file
        else:
            del self.folder[name]
        self.changes.append(change)
        self.on_change()


def left_of(file: File, chance: random.Random) -> bytes:
    """What a power cut leaves of a file: of what is not synced all, nothing, a beginning, or any blocks."""
    old, new = file.synced, bytes(file.content)
    way = chance.choice(("nothing", "all", "beginning", "blocks", "blocks", "zeros"))
    if old == new or way == "all":
        return new
    if way == "nothing":
        return old
    block = chance.choice(BLOCKS)
    size = chance.choice((len(old), len(new), chance.randint(min(len(old), len(new)), max(len(old), len(new)))))
    if way == "beginning":
        cut = size - size % block
        return (new[:cut] + old[cut:])[:size].ljust(size, b"\0")
    image = bytearray(old[:size].ljust(size, b"\0"))
    for begin in range(0, size, block):
        if way == "blocks" and chance.random() < 0.5:
            image[begin : begin + block] = new[begin : begin + block].ljust(len(image[begin : begin + block]), b"\0")
    return bytes(image)


class UnsyncedDisk(MemoryDisk):
    """Broken: it says that things are safe and does nothing for it."""

    def sync(self, handle: int) -> None:
        self.on_change()

    def sync_folder(self) -> None:
        self.on_change()


class FailingDisk(MemoryDisk):
    """Its `failing`-th call that may fail does so, with this error; a failing append leaves a part."""

    def __init__(self, files: Files | None = None, failing: int = 0, error: int = errno.EIO) -> None:
        super().__init__(files)
        self.failing = failing
        self.error = error
        self.calls = 0
        self.calls_after_failure: list[str] = []

    def _count(self, what: str) -> None:
        self.calls += 1
        if self.failing and self.calls > self.failing:
            self.calls_after_failure.append(what)
        if self.calls == self.failing:
            raise OSError(self.error, os.strerror(self.error))

    def append(self, handle: int, data: bytes) -> None:
        try:
            self._count("append")
        except OSError:
            super().append(handle, data[: len(data) // 2])
            raise
        super().append(handle, data)

    def sync(self, handle: int) -> None:
        self._count("sync")
        super().sync(handle)

    def sync_folder(self) -> None:
        self._count("sync_folder")
        super().sync_folder()

    def open(self, name: str) -> int:
        self._count("open")
        return super().open(name)

    def unlink(self, name: str) -> None:
        self._count("unlink")
        super().unlink(name)

    def rename(self, old: str, new: str) -> None:
        self._count("rename")
        super().rename(old, new)

    def truncate(self, handle: int, size: int) -> None:
        self._count("truncate")
        super().truncate(handle, size)
