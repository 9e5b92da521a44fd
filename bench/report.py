"""The figures as lines on the terminal and as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from bench.latency import Latency
from bench.targets import OURS, THEIRS, Target
from bench.throughput import Flow

FILE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
LIMITS = "## What limits each case"
"""Written by people: everything from this heading on is kept when the table is written anew."""

INTRODUCTION = """\
# Our broker beside RabbitMQ

{date}, {cores} cores. {versions}. Written by `make bench`.

Both brokers run on one machine with their default settings and the management API on. The same producer and consumer
processes drive them over plain sockets, with frames encoded beforehand, taking turns; figures are medians. A rate is
end to end: a fixed number of messages, from the first publish to the last delivery, ack and confirm. CPU is user and
system time of the whole broker (all of Erlang's machine) for one delivered message. A ratio above 1 is in our favour.
*Driver* is the most that producers or consumers used of a core: near 100 % the driver would be what is measured.
"""

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Row:
    name: str
    cells: tuple[str, ...]
    """ours, RabbitMQ's, how many times better ours is; for flows, first of rates, then of CPU, then peak memory."""


def flow(name: str, flows: Mapping[str, Sequence[Flow]]) -> Row:
    rate = _both(flows, lambda each: each.per_second)
    cpu = _both(flows, lambda each: each.cpu_us)
    peak = _both(flows, lambda each: each.peak_bytes / 2**20)
    driver = max(each.driver_share for found in flows.values() for each in found)
    cells = (
        *_pair(rate, "{:,.0f}"),
        _times(rate, higher_is_better=True),
        *_pair(cpu, "{:.1f}"),
        _times(cpu),
        *_pair(peak, "{:,.0f}"),
        f"{driver:.0%}",
    )
    return Row(name, cells)


def latency(waits: Mapping[str, Sequence[Latency]]) -> list[Row]:
    p50 = _both(waits, lambda each: each.p50_ms)
    p99 = _both(waits, lambda each: each.p99_ms)
    cpu = _both(waits, lambda each: each.cpu_us)
    return [
        _row("latency at 2,000 messages/s, p50 in ms", "{:.2f}", p50),
        _row("latency at 2,000 messages/s, p99 in ms", "{:.2f}", p99),
        _row("CPU at 2,000 messages/s, µs a message", "{:.0f}", cpu),
    ]


def plain(name: str, unit: str, found: Mapping[str, Sequence[float]]) -> Row:
    return _row(f"{name} ({unit})", "{:,.0f}" if unit == "B" else "{:.1f}", _both(found, float))


def said(*rows: Row) -> list[Row]:
    """Print them as they come: a whole run takes a while."""
    for row in rows:
        names = FLOW_NAMES if len(row.cells) > 3 else PLAIN_NAMES
        cells = "   ".join(f"{name} {cell}" for name, cell in zip(names, row.cells, strict=True))
        print(f"{row.name}\n    {cells}", flush=True)
    return list(rows)


FLOW_NAMES = ("rate/s", "RabbitMQ", "ratio", "CPU µs", "RabbitMQ", "ratio", "peak MiB", "RabbitMQ", "driver")
PLAIN_NAMES = ("ours", "RabbitMQ", "ratio")


def write(rows: list[Row], targets: list[Target]) -> None:
    """Replace the tables of docs/benchmarks.md; what people wrote below them stays."""
    before = FILE.read_text() if FILE.exists() else ""
    kept = before[before.index(LIMITS) :] if LIMITS in before else f"{LIMITS}\n"
    parts = [
        INTRODUCTION.format(date=f"{datetime.now(UTC):%Y-%m-%d}", cores=os.cpu_count(), versions=_versions(targets)),
        _table(("end to end", *FLOW_NAMES), [row for row in rows if len(row.cells) > 3]),
        _table(("other", *PLAIN_NAMES), [row for row in rows if len(row.cells) == 3]),
        kept,
    ]
    FILE.write_text("\n".join(parts))


def _table(head: Sequence[str], rows: Sequence[Row]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *(f"| {row.name} | {' | '.join(row.cells)} |" for row in rows), ""])


def _versions(targets: list[Target]) -> str:
    parts = [f"Python {platform.python_version()}", f"uvloop {version('uvloop')}"]
    return ", ".join([*parts, *(target.versions() for target in targets if target.versions())])


def _both(found: Mapping[str, Sequence[T]], figure: Callable[[T], float]) -> dict[str, float]:
    return {name: statistics.median(map(figure, each)) for name, each in found.items()}


def _row(name: str, form: str, values: Mapping[str, float]) -> Row:
    return Row(name, (*_pair(values, form), _times(values)))


def _pair(values: Mapping[str, float], form: str) -> tuple[str, str]:
    ours, theirs = (form.format(values[name]) if name in values else "" for name in (OURS, THEIRS))
    return ours, theirs


def _times(values: Mapping[str, float], *, higher_is_better: bool = False) -> str:
    if len(values) < 2 or min(values.values()) <= 0:
        return ""
    ratio = values[OURS] / values[THEIRS]
    return f"{ratio if higher_is_better else 1 / ratio:.2f}"
