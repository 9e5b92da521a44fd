"""What the machine, or the container we are in, has of memory and disk, and how much of it is used."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True, frozen=True)
class Reading:
    memory_used_bytes: int
    disk_free_bytes: int


def read(folder: Path) -> Reading:
    """What this process uses, and what is free where the folder lies. Raises OSError when the folder is gone."""
    return Reading(resident_bytes(), shutil.disk_usage(folder).free)


def resident_bytes() -> int:
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    # Without /proc (macOS) only the peak is known; ru_maxrss is bytes there and KiB elsewhere.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def open_files() -> tuple[int, int]:
    """File descriptors of this process: open ones, and how many may be. Where they cannot be counted (no /dev/fd) 0."""
    folder = Path("/dev/fd")
    # Looking opens one more.
    count = sum(1 for _ in folder.iterdir()) - 1 if folder.exists() else 0
    return count, resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def memory_bytes(root: Path = Path("/")) -> int:
    """What we may use at most: the machine's memory, or the container's limit where that is less (cgroups 1 and 2)."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(root)])


def give_back() -> None:
    """Return freed memory to the system where the C library keeps it for itself (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _limits(root: Path) -> list[int]:
    """Of our cgroup and of every one above it: each of them binds us."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        top = root / ("sys/fs/cgroup/memory" if controllers else "sys/fs/cgroup")
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        own = top / path.lstrip("/")
        # Inside a container the path may be the host's, which is not there; then the top is our own.
        folders = [own, *(above for above in own.parents if above.is_relative_to(top))]
        found += [limit for folder in folders if (limit := _number(folder / name)) is not None]
    return found


def _number(file: Path) -> int | None:
    """None for a file that is not there, and for `max`."""
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
