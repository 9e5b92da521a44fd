"""The store's small file: which layout, the secret of its records, and how far the log was safe at the last good-bye.

All of it can be told without this file, but for the last: that what is missing at the end was there once.
"""

from __future__ import annotations

import json
import logging
from typing import NamedTuple
from zlib import crc32

from brokerctl.errors import StoreError
from brokerctl.store.disk import Disk
from brokerctl.store.records import LAYOUT

log = logging.getLogger(__name__)

NAME = "store.json"


class Label(NamedTuple):
    secret: bytes
    safe_until: int = 0
    """A place in the log (segments.py). Before it nothing can be an unfinished write: what is wrong there is damage."""

    def write(self, disk: Disk) -> None:
        """Replace the file, whole or not at all."""
        text = json.dumps({"layout": LAYOUT, "secret": self.secret.hex(), "safe_until": self.safe_until})
        new = NAME + ".new"
        handle = disk.open(new)
        disk.truncate(handle, 0)
        disk.append(handle, f"{text}\n{crc32(text.encode())}\n".encode())
        disk.sync(handle)
        disk.close(handle)
        disk.rename(new, NAME)
        disk.sync_folder()


def read(disk: Disk) -> Label | None:
    """None when it is damaged. Raises StoreError when a newer broker wrote it."""
    handle = disk.open(NAME)
    data = disk.read(handle, disk.size(handle), 0)
    disk.close(handle)
    text, _, rest = data.partition(b"\n")
    if rest != b"%d\n" % crc32(text):
        log.error("%s is damaged; a segment's header tells the same", NAME)
        return None
    found = json.loads(text)
    if found["layout"] > LAYOUT:
        raise newer(disk, found["layout"])
    return Label(bytes.fromhex(found["secret"]), found["safe_until"])


def newer(disk: Disk, layout: int) -> StoreError:
    return StoreError(f"the store in {disk} has layout {layout}; this broker knows up to {LAYOUT}")
