"""What a page of many queues costs: its latency beside traffic at full speed, and whether the traffic notices.

Windows without and with somebody who looks alternate in one run. `python -m bench.api` writes docs/benchmarks-api.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pika

from bench import throughput
from bench.targets import OURS, Ours, both
from bench.throughput import Case

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

ROUNDS = 5
FLOW = Case("beside-pages", 256, 600_000, window=1000, prefetch=1000)

REPORT = """\
# The API beside traffic

{date}, {cores} cores, Linux. Written by `python -m bench.api`.

One broker with {queues:,} queues, of which {filled:,} hold messages, and one producer and one consumer at full speed
(256 B, 1,000 confirms in flight, prefetch 1,000). Somebody asks for a page of 100 queues every {pause} s, by another
column each time. Windows with and without alternate, {rounds} of each; figures are medians, of the API's answers over a
real socket, as httpx sees them.

| page | median ms | slowest ms |
|---|---:|---:|
{rows}

| traffic | messages/s |
|---|---:|
| nobody looks | {quiet:,.0f} |
| a page every {pause} s | {watched:,.0f} |
| share | {share:.1%} |
"""


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
                reply = client.get(self._queues, params={"page": "1", "page_size": "100", **PAGES[name]})
                waited = time.perf_counter() - begun
                reply.raise_for_status()
                assert reply.json()["item_count"] == 100, name
                self.waits_ms.setdefault(name, []).append(waited * 1000)

    @property
    def _queues(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/queues"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-report", action="store_true", help="leave docs/benchmarks-api.md as it is")
    asked = parser.parse_args()
    with both(OURS) as [target]:
        assert isinstance(target, Ours)
        _fill(target)
        looking = Looking(target.broker.api_port)
        quiet, watched = [], []
        for _ in range(asked.rounds):
            quiet.append(throughput.measure(FLOW, target).per_second)
            with looking.running():
                watched.append(throughput.measure(FLOW, target).per_second)
    text = _report(looking, statistics.median(quiet), statistics.median(watched), asked.rounds)
    print(text)
    if not asked.no_report:
        FILE.write_text(text)


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


def _report(looking: Looking, quiet: float, watched: float, rounds: int) -> str:
    rows = [
        f"| {name} | {statistics.median(waits):.0f} | {max(waits):.0f} |"
        for name, waits in ((name, looking.waits_ms.get(name, [])) for name in PAGES)
        if waits
    ]
    return REPORT.format(
        date=datetime.now(UTC).date(),
        cores=os.cpu_count(),
        queues=QUEUES,
        filled=FILLED,
        pause=PAUSE_SECONDS,
        rounds=rounds,
        rows="\n".join(rows),
        quiet=quiet,
        watched=watched,
        share=watched / quiet,
    )


if __name__ == "__main__":
    main()
