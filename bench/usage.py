"""What a broker cost: CPU and memory of a process and all below it, from Linux's own tables."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support import processes

TICKS = os.sysconf("SC_CLK_TCK")
FORGET_PEAK = "5"
"""Written to clear_refs, it makes the kernel start VmHWM anew (proc(5))."""


def cpu_seconds(pid: int) -> float:
    """User and system time of the whole tree so far."""
    return sum(_ticks(each) for each in _tree(pid)) / TICKS


def waited_seconds(pid: int) -> float:
    """How long the main thread was ready to run and had to wait for a core, so far (schedstat, in nanoseconds)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def resident_bytes(pid: int) -> int:
    return sum(_status_kb(each, "VmRSS") for each in _tree(pid)) * 1024


def peak_bytes(pid: int) -> int:
    """The most that was resident since `forget_peak`."""
    return sum(_status_kb(each, "VmHWM") for each in _tree(pid)) * 1024


def forget_peak(pid: int) -> None:
    for each in _tree(pid):
        Path(f"/proc/{each}/clear_refs").write_text(FORGET_PEAK)


def _tree(pid: int) -> list[int]:
    return [pid, *processes.below(pid)]


def _ticks(pid: int) -> int:
    try:
        # The name, in parentheses, may hold spaces and parentheses.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[11]) + int(fields[12])


def _status_kb(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
