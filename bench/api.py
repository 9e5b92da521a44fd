"""What a page of many queues costs: its latency beside traffic at full speed, and whether the traffic notices.

Windows without and with somebody who looks alternate in one run. `python -m bench.api` writes docs/benchmarks-api.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import httpx
import pika

from bench import latency, throughput, usage
from bench.latency import Latency
from bench.targets import OURS, Ours, both
from bench.throughput import Case, Flow

FILE = Path(__file__).parent.parent / "docs" / "benchmarks-api.md"

QUEUES = 50_000
FILLED = 5000
"""So many of them hold messages, each another number."""

PAGES = {
    "default order": {},
    "messages": {"sort": "messages", "sort_reverse": "true"},
    "messages, page 250": {"sort": "messages", "sort_reverse": "true", "page": "250"},
    "unacknowledged": {"sort": "messages_unacknowledged", "sort_reverse": "true"},
    "bytes": {"sort": "message_bytes", "sort_reverse": "true"},
    "name": {"sort": "name", "sort_reverse": "true"},
    "consumers": {"sort": "consumers"},
    "state": {"sort": "state"},
    "policy": {"sort": "policy"},
    "idle since": {"sort": "idle_since"},
    "published": {"sort": "message_stats.publish", "sort_reverse": "true"},
    "publish rate": {"sort": "message_stats.publish_details.rate", "sort_reverse": "true"},
    "rate of change": {"sort": "messages_details.rate", "sort_reverse": "true"},
    "name contains 49": {"name": "49", "sort": "messages"},
    "name matches ^q.*7$": {"name": "^q.*7$", "use_regex": "true"},
}
PAUSE_SECONDS = 0.5
"""Between two pages: one person who looks sends one in five seconds, so this is ten of them."""

ROUNDS = 3
FLOW = Case("beside-pages", 256, 1_200_000, window=1000, prefetch=1000)

STEADY_MESSAGES = 20_000
ALONE = 10
"""Requests for each page without traffic: what they cost is counted in hundredths of a second."""

REPORT = """\
# The API beside traffic

{date}, {cores} cores, Linux, load {load} (other work on the machine included). Written by `python -m bench.api`.

One broker with {queues:,} queues, of which {filled:,} hold messages. Somebody asks for a page of 100 queues every
{pause} s, by another column each time. Windows with and without alternate, {rounds} of each, first beside steady
traffic (2,000 messages/s of 256 B), then beside one producer and one consumer at full speed (1,000 confirms in flight,
prefetch 1,000). Times are medians, of the API's answers over a real socket as httpx sees them. CPU is the broker's, for
one page without traffic.

| page | CPU ms | median ms, steady | median ms, full speed |
|---|---:|---:|---:|
{rows}
| all pages | {cpu:.0f} | {steady:.0f} | {full:.0f} |

| traffic | nobody looks | a page every {pause} s |
|---|---:|---:|
| steady: p50 of a message in ms | {quiet_p50:.2f} | {watched_p50:.2f} |
| steady: p99 of a message in ms | {quiet_p99:.2f} | {watched_p99:.2f} |
| full speed: messages/s | {quiet_rate:,.0f} | {watched_rate:,.0f} |
"""

T = TypeVar("T")


@dataclass(slots=True)
class Looking:
    """Somebody who turns pages until it is told to stop."""

    port: int
    waits_ms: dict[str, list[float]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._stop.clear()
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        with httpx.Client(auth=("guest", "guest"), timeout=60) as client:
            while not self._stop.wait(PAUSE_SECONDS):
                name = min(PAGES, key=lambda each: len(self.waits_ms.get(each, ())))
                begun = time.perf_counter()
                _ask(client, self.port, name)
                waited = time.perf_counter() - begun
                self.waits_ms.setdefault(name, []).append(waited * 1000)

    def median_ms(self, name: str) -> float:
        return statistics.median(self.waits_ms.get(name, [float("nan")]))

    @property
    def whole_median_ms(self) -> float:
        """Over all pages, each counting the same."""
        return statistics.median(self.median_ms(name) for name in self.waits_ms)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-report", action="store_true", help="leave docs/benchmarks-api.md as it is")
    asked = parser.parse_args()
    with both(OURS) as [target]:
        assert isinstance(target, Ours)
        _fill(target)
        cpu_ms = _alone(target)
        steady, full = Looking(target.broker.api_port), Looking(target.broker.api_port)
        waits = _alternating(asked.rounds, steady, lambda: latency.measure(target, STEADY_MESSAGES))
        flows = _alternating(asked.rounds, full, lambda: throughput.measure(FLOW, target))
    text = _report(asked.rounds, cpu_ms, steady, full, waits, flows)
    print(text)
    if not asked.no_report:
        FILE.write_text(text)


def _alternating(rounds: int, looking: Looking, measure: Callable[[], T]) -> tuple[list[T], list[T]]:
    """Without and with somebody who looks."""
    quiet, watched = [], []
    for _ in range(rounds):
        quiet.append(measure())
        with looking.running():
            watched.append(measure())
    return quiet, watched


def _alone(target: Ours) -> dict[str, float]:
    """CPU of the broker for each page, in ms."""
    found = {}
    with httpx.Client(auth=("guest", "guest"), timeout=60) as client:
        for name in PAGES:
            before = usage.cpu_seconds(target.pid)
            for _ in range(ALONE):
                _ask(client, target.broker.api_port, name)
            found[name] = (usage.cpu_seconds(target.pid) - before) / ALONE * 1000
    return found


def _ask(client: httpx.Client, port: int, name: str) -> None:
    params = {"page": "1", "page_size": "100", **PAGES[name]}
    reply = client.get(f"http://127.0.0.1:{port}/api/queues", params=params).raise_for_status()
    assert reply.json()["item_count"] == 100, name


def _fill(target: Ours) -> None:
    queues = [{"name": f"queue-{number:05}", "vhost": "/", "durable": True} for number in range(QUEUES)]
    with httpx.Client(auth=("guest", "guest"), timeout=120) as client:
        address = f"http://127.0.0.1:{target.broker.api_port}/api/definitions"
        client.post(address, json={"queues": queues}).raise_for_status()
    with target.connect() as connection:
        channel = connection.channel()
        for number in range(FILLED):
            for _ in range(number % 7 + 1):
                channel.basic_publish("", f"queue-{number * 9:05}", b"x" * (number % 100), pika.BasicProperties())


def _report(
    rounds: int,
    cpu_ms: dict[str, float],
    steady: Looking,
    full: Looking,
    waits: tuple[list[Latency], list[Latency]],
    flows: tuple[list[Flow], list[Flow]],
) -> str:
    rows = [
        f"| {name} | {cpu_ms[name]:.0f} | {steady.median_ms(name):.0f} | {full.median_ms(name):.0f} |" for name in PAGES
    ]
    (quiet, watched), (free, slowed) = waits, flows
    return REPORT.format(
        date=datetime.now(UTC).date(),
        cores=os.cpu_count(),
        load=f"{os.getloadavg()[1]:.1f}",
        queues=QUEUES,
        filled=FILLED,
        pause=PAUSE_SECONDS,
        rounds=rounds,
        rows="\n".join(rows),
        cpu=statistics.median(cpu_ms.values()),
        steady=steady.whole_median_ms,
        full=full.whole_median_ms,
        quiet_p50=statistics.median(each.p50_ms for each in quiet),
        watched_p50=statistics.median(each.p50_ms for each in watched),
        quiet_p99=statistics.median(each.p99_ms for each in quiet),
        watched_p99=statistics.median(each.p99_ms for each in watched),
        quiet_rate=statistics.median(each.per_second for each in free),
        watched_rate=statistics.median(each.per_second for each in slowed),
    )


if __name__ == "__main__":
    main()
