"""The processes below one, from Linux's own table; by pid, whatever groups and sessions they made."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def command(pid: int) -> str:
    """Its command line; empty when it has ended, a zombie included."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def below(pid: int) -> list[int]:
    """All descendants."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (parent := _parent(folder)) is not None:
            parents.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def running(pids: list[int]) -> list[str]:
    """The command lines of those that still run."""
    return [text for text in map(command, pids) if text]


def resident_bytes(pid: int) -> int:
    """The memory it holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_sockets(pid: int) -> int:
    """How many it has open now. Not files: a store opens those when it first needs them.

    Raises FileNotFoundError when it has ended.
    """
    folder = Path(f"/proc/{pid}/fd")
    while True:
        links = list(folder.iterdir())
        # One may be closed while we look.
        with suppress(FileNotFoundError):
            return sum(str(each.readlink()).startswith("socket:") for each in links)


def _parent(folder: Path) -> int | None:
    try:
        # The name, in parentheses, may hold spaces and parentheses.
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
