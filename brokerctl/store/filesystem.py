"""What kind of file system a folder is on, because not all of them keep what they were told to keep."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger(__name__)

MOUNTS = Path("/proc/self/mountinfo")
FORGETFUL = {
    "tmpfs": "it is memory: everything is gone when the machine stops",
    "ramfs": "it is memory: everything is gone when the machine stops",
    "overlay": "it is a container's own layer: everything is gone with the container, unless a volume is mounted here",
    "nfs": "locks and syncs of a network's disk are as good as its server",
    "nfs4": "locks and syncs of a network's disk are as good as its server",
    "cifs": "locks and syncs of a network's disk are as good as its server",
}


def kind(folder: Path, mounts: str) -> str:
    """The type of the mount that holds the folder, by the text of /proc/self/mountinfo (proc(5)); "" when none does."""
    best, found = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        # Blanks in a path are written as octal numbers.
        point = Path(before.split()[4].replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), after.split()[0]
    return found


def report(folder: Path) -> None:
    """Say once where the store lies and how it is kept."""
    mounts = MOUNTS.read_text() if MOUNTS.exists() else ""
    found = kind(folder.resolve(), mounts)
    log.info("store in %s (%s): locked, each batch synced, each record with a checksum", folder, found or "unknown")
    if found in FORGETFUL:
        log.warning("%s is on %s: %s", folder, found, FORGETFUL[found])
