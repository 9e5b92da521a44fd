"""Why a connection is not read. Several reasons may hold at once; it is read again when none is left."""

from __future__ import annotations

from enum import Enum, auto


class Halt(Enum):
    DISK_IS_BEHIND = auto()
    """More waits for the disk than `store_backlog_bytes`."""
    ALARM = auto()
    """It published while memory or disk were low."""
    AHEAD = auto()
    """What it published waits for a consumer whose socket is full: for a moment, so that the consumer may read."""
    UNREAD = auto()
    """It does not read what it asked for: more than `unread_bytes` of answers wait for it."""
