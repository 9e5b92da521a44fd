"""The list of ten thousand queues: ours in Chromium beside RabbitMQ's own, in turn, on one machine.

`python -m bench.dashboard` writes docs/benchmarks-dashboard.md; `--quick` has a tenth of the queues and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench import consoles, usage
from bench.consoles import Console

FILE = Path(__file__).parent.parent / "docs" / "benchmarks-dashboard.md"
QUEUES, ROUNDS, LIVE_SECONDS = 10_000, 7, 30
SETTLE_SECONDS = 20
"""Until both have counted what was just declared."""

WATCH = """
window.longTasks = []
new PerformanceObserver(list => {
  for (const task of list.getEntries()) window.longTasks.push(task.duration)
}).observe({ type: "longtask", buffered: false })
"""
PAINT = """
new Promise(resolve => new PerformanceObserver(list => {
  for (const paint of list.getEntries()) if (paint.name === "first-contentful-paint") resolve(paint.startTime)
}).observe({ type: "paint", buffered: true }))
"""

INTRODUCTION = """\
# The dashboard beside RabbitMQ's own pages

{date}, {machine}. {versions}, Chromium {chromium}. Written by `python -m bench.dashboard`.

Both brokers hold {queues:,} queues, and messages come to a hundred of them all the time. The consoles take turns on one
machine, and other programs ran on it meanwhile (load {load}); figures are medians of {rounds} rounds. *Rows shown* is
from the start of the navigation until the first row of the list is there; *first paint* of a page that is drawn by
script is that of its empty frame. *Server* is a page of a hundred rows, filtered by a part of the name and sorted by
ready messages, as the page itself asks for it. Long tasks keep a page from answering for more than 50 ms; counted
during {live} s of live updates, every second here, every five seconds there. On a busy machine a page that waits for
a processor counts as busy, so the CPU of the page's own thread stands below, for each second of live updates. CPU is of
all processes of broker and console in that time.
"""


@dataclass(slots=True, frozen=True)
class Figure:
    name: str
    values: dict[str, float]
    form: str = "{:,.0f} ms"


@dataclass(slots=True, frozen=True)
class Live:
    tasks: int
    longest_ms: float
    page_cpu_seconds: float
    """Of the page's own thread: what its script, styles and layout took of a processor."""
    cpu_seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the queues, two rounds, no report")
    quick = parser.parse_args().quick
    queues, rounds, live = (QUEUES // 10, 2, 5) if quick else (QUEUES, ROUNDS, LIVE_SECONDS)
    with consoles.both(queues) as found, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        time.sleep(SETTLE_SECONDS)
        figures = _measured(found, browser, rounds, live)
        versions = ", ".join(f"{console.name} {console.version}" for console in found)
        if not quick:
            _write(figures, versions, browser.version, queues, rounds, live)
        browser.close()
    return 0


def _measured(found: list[Console], browser: Browser, rounds: int, live: int) -> list[Figure]:
    pages = {console.name: console.open(browser) for console in found}
    paints: dict[str, list[float]] = {name: [] for name in pages}
    shown: dict[str, list[float]] = {name: [] for name in pages}
    server: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(rounds):
        # The order turns around each time, so that neither always meets a machine that the other has just heated.
        for console in found if number % 2 == 0 else found[::-1]:
            rows, paint = _opened(console, pages[console.name])
            shown[console.name].append(rows)
            paints[console.name].append(paint)
            server[console.name].append(_asked(console))
    lives = {console.name: _watched(console, pages[console.name], live) for console in found}
    return _said(
        Figure("rows shown", _medians(shown)),
        Figure("first paint", _medians(paints)),
        Figure("server: a filtered, sorted page", _medians(server)),
        Figure("long tasks over 50 ms", {name: each.tasks for name, each in lives.items()}, "{:,.0f}"),
        Figure("the longest", {name: each.longest_ms for name, each in lives.items()}),
        Figure(
            "CPU of the page, a second", {name: 1000 * each.page_cpu_seconds / live for name, each in lives.items()}
        ),
        Figure("CPU, share of a core", {name: each.cpu_seconds / live for name, each in lives.items()}, "{:.0%}"),
    )


def _opened(console: Console, page: Page) -> tuple[float, float]:
    """Milliseconds until the first row is there, and until the first paint."""
    page.goto("about:blank")
    page.goto(console.url + console.list_path, wait_until="commit")
    page.wait_for_selector(console.row, timeout=120_000)
    rows = float(page.evaluate("performance.now()"))
    return rows, float(page.evaluate(PAINT))


def _asked(console: Console) -> float:
    began = time.perf_counter()
    console.server.get(console.query).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _watched(console: Console, page: Page, seconds: int) -> Live:
    """What live updates cost the page and the machine."""
    _opened(console, page)
    page.wait_for_timeout(3_000)
    page.evaluate(WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    busy = _busy_seconds(session)
    before = usage.cpu_seconds(console.pid)
    page.wait_for_timeout(seconds * 1_000)
    tasks = [float(each) for each in page.evaluate("window.longTasks")]
    spent, page_spent = usage.cpu_seconds(console.pid) - before, _busy_seconds(session) - busy
    return Live(len(tasks), max(tasks, default=0.0), page_spent, spent)


def _busy_seconds(session: CDPSession) -> float:
    """CPU of the page's main thread so far, whatever else the machine did."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def _medians(values: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in values.items()}


def _said(*figures: Figure) -> list[Figure]:
    for figure in figures:
        print(figure.name, {name: figure.form.format(value) for name, value in figure.values.items()}, flush=True)
    return list(figures)


def _write(figures: list[Figure], versions: str, chromium: str, queues: int, rounds: int, live: int) -> None:
    names = list(figures[0].values)
    lines = [
        INTRODUCTION.format(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            machine=f"{os.cpu_count()} cores, Linux {os.uname().release.split('-')[0]}",
            versions=versions,
            chromium=chromium,
            queues=queues,
            rounds=rounds,
            live=live,
            load=f"{os.getloadavg()[1]:.1f}",
        ),
        _row([f"{queues:,} queues", *names]),
        "|---" + "|---:" * len(names) + "|",
        *(_row([each.name, *(each.form.format(each.values[name]) for name in names)]) for each in figures),
        "",
    ]
    FILE.write_text("\n".join(lines))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
