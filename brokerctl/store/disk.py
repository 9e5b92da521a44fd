"""All that the store asks of a disk. Tests put a recording and failing one in its place.

Every call may raise OSError. What was appended is safe after `sync` only, a name that was made, changed or removed
after `sync_folder` only.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from typing import Protocol

from brokerctl.errors import StoreError
from brokerctl.store import filesystem

LOCK = "lock"


class Disk(Protocol):
    """One folder of files. Handles are good for reading anywhere and for appending."""

    def names(self) -> list[str]: ...

    def open(self, name: str) -> int:
        """Make the file when it is not there."""
        ...

    def close(self, handle: int) -> None: ...

    def size(self, handle: int) -> int: ...

    def read(self, handle: int, size: int, offset: int) -> bytes:
        """Less than `size` only at the end of the file."""
        ...

    def append(self, handle: int, data: bytes) -> None: ...

    def truncate(self, handle: int, size: int) -> None: ...

    def sync(self, handle: int) -> None:
        """Return when the file's content and size are on the disk itself."""
        ...

    def rename(self, old: str, new: str) -> None: ...

    def unlink(self, name: str) -> None: ...

    def sync_folder(self) -> None: ...

    def release(self) -> None:
        """Let another process use the folder."""
        ...


class FileDisk:
    """A real folder, held by a lock for as long as the process lives."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError when the folder cannot be made or another broker uses it."""
        self._path = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made: {error.strerror}") from error
        try:
            self._folder = os.open(folder, os.O_RDONLY)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{folder} cannot be used: {error.strerror}") from error
        try:
            # Two brokers in one folder would each undo the other.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise StoreError(f"{folder} is locked: is another broker using this folder?") from error
        filesystem.report(folder)

    def __str__(self) -> str:
        return str(self._path)

    def names(self) -> list[str]:
        return [path.name for path in self._path.iterdir()]

    def open(self, name: str) -> int:
        return os.open(self._path / name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self, handle: int) -> None:
        os.close(handle)

    def size(self, handle: int) -> int:
        return os.fstat(handle).st_size

    def read(self, handle: int, size: int, offset: int) -> bytes:
        data = os.pread(handle, size, offset)
        while len(data) < size and (more := os.pread(handle, size - len(data), offset + len(data))):
            data += more
        return data

    def append(self, handle: int, data: bytes) -> None:
        # A write may take only a part: the system stops at 2 GiB, or before the error that the next one raises.
        written = os.write(handle, data)
        while written < len(data):
            written += os.write(handle, memoryview(data)[written:])

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        if sys.platform == "darwin":
            # There fsync leaves the data in the drive's own memory.
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        else:
            # Also writes the size; leaves out only times, which nobody reads.
            os.fdatasync(handle)

    def rename(self, old: str, new: str) -> None:
        (self._path / old).rename(self._path / new)

    def unlink(self, name: str) -> None:
        (self._path / name).unlink()

    def sync_folder(self) -> None:
        os.fsync(self._folder)

    def release(self) -> None:
        os.close(self._folder)
        os.close(self._lock)
