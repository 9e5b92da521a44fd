"""What five hundred open tabs cost: how old an event is when it arrives, and what the broker and the process notice.

The same Postroom, the same traffic, first one viewer and then all of them. `python -m bench.live` writes
docs/benchmarks-live.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pika

import brokerctl
from bench import usage
from bench.tabs import web_process
from bench.viewers import Viewer
from tests.support import serving
from tests.support.counting import wire_to
from tests.support.serving import Served

FILE = Path(__file__).parent.parent / "docs" / "benchmarks-live.md"

VIEWERS = 500
QUEUES = 1_000
ROWS = 100
"""On one page of the list: the viewers are spread over all pages."""

STALLED = 10
PROCESSES = 2
PER_SECOND = 1_000
"""Messages, to each queue in turn."""

SECONDS = 60.0
SETTLE_SECONDS = 8.0
"""After the last viewer has come: what they were sent at once is through."""

WARM_SECONDS = 310.0
"""Until each queue's sparkline has its 60 points: before that memory grows because there is more to remember."""

PAUSE_SECONDS = 0.7
"""COLLECT_WATCHED_SECONDS of dashboard/settings.py."""

SPREAD_SECONDS = 0.02
"""So often a batch of messages is published."""

SESSIONS = """
import sys, django
django.setup()
from django.contrib.auth.models import User
from django.test import Client
from dashboard.models import Broker
Broker.objects.filter(is_embedded=True).update(api_port=int(sys.argv[1]))
client = lambda: Client()
for number in range(int(sys.argv[2])):
    user, _ = User.objects.get_or_create(username=f"viewer-{number}", defaults={"is_superuser": True})
    browser = client()
    browser.force_login(user)
    print(browser.cookies["sessionid"].value)
"""

REPORT = """\
# Many who watch

{date}, Postroom {postroom}, Python {python}, websockets {websockets}, uvicorn {uvicorn}; {machine}, {cores} cores,
Linux. Written by `python -m bench.live`. {beside}

`manage.py serve` as people run it, {queues:,} queues on the embedded broker, {rate:,} messages/s published to all of
them in turn, so every row of every page changes with every look. Viewers are websocket clients in {processes} processes
on the same machine, each with a login of its own and the feeds of one page of {rows} queues. Then the same for
{seconds:.0f} s with one viewer and with {viewers}, of whom {stalled} subscribe and never read.

An event is a message that a producer has handed to its socket; its age is the time until a viewer holds the text that
counts it. The collector looks at the embedded broker every {pause:g} s while somebody watches: by that alone an event
is half of it old on average.

| | 1 viewer | {viewers} viewers |
|---|---:|---:|
{lines}
"""


@dataclass(slots=True)
class Traffic:
    """Publishes until it is told to stop, and remembers when each queue got its how-manieth message."""

    served: Served
    names: list[str]
    sent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        url = f"amqp://guest:guest@127.0.0.1:{self.served.amqp_port}/"
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            channel = connection.channel()
            started, published = time.monotonic(), 0
            while not self._stop.wait(SPREAD_SECONDS):
                for _ in range(int((time.monotonic() - started) * PER_SECOND) - published):
                    name = self.names[published % len(self.names)]
                    self.sent[name].append(time.time())
                    channel.basic_publish("", name, b"x" * 20)
                    published += 1
                connection.process_data_events(0)


@dataclass(slots=True)
class Window:
    """One run with so many viewers."""

    ages: list[float]
    """Seconds, of every event at every viewer."""
    requests: dict[str, int]
    lasted: float
    web_cpu: float
    """Of one core."""
    web_waited: float
    """Share of the time in which its event loop was ready to run and had no core."""
    memory: list[int]
    """Bytes of the web process, once a second."""
    received_bytes: int
    out_of_order: int
    texts: int
    """That arrived, of lists of queues."""
    lost: Counter[int | None]
    """By close code: viewers that read and whose socket was closed all the same."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--warm", type=float, default=WARM_SECONDS, help="seconds of traffic before anybody looks")
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--beside", default="", help="a sentence for the report: what else the machine did")
    parser.add_argument("--no-report", action="store_true", help="leave docs/benchmarks-live.md as it is")
    asked = parser.parse_args()
    one, many = _windows(asked.viewers, asked.seconds, asked.warm)
    text = _report(one, many, asked.viewers, asked.seconds, asked.beside)
    print(text)
    if not asked.no_report:
        FILE.write_text(text)


def _windows(viewers: int, seconds: float, warm: float) -> tuple[Window, Window]:
    with tempfile.TemporaryDirectory() as home, serving.serving(Path(home)) as served, wire_to(served.api_port) as wire:
        names = [f"queue-{number:04}" for number in range(QUEUES)]
        _declare(served, names)
        sessions = _sessions(served, wire.port, viewers)
        pages = [[f"~2F/{name}" for name in names[at : at + ROWS]] for at in range(0, QUEUES, ROWS)]
        crowd = [Viewer(session, "queues:local", pages[at % len(pages)]) for at, session in enumerate(sessions)]
        still = [Viewer(each.session, each.feed, each.only, is_stalled=True) for each in crowd[:STALLED]]
        traffic = Traffic(served, names)
        with traffic.running():
            time.sleep(warm)
            return (
                _window(served, wire.asked, traffic, crowd[:1], seconds),
                _window(served, wire.asked, traffic, still + crowd[STALLED:], seconds),
            )


def _window(served: Served, asked: list[str], traffic: Traffic, viewers: list[Viewer], seconds: float) -> Window:
    web = web_process(served.process.pid)
    parts = [viewers[at::PROCESSES] for at in range(min(PROCESSES, len(viewers)))]
    started = [_start(served, part, SETTLE_SECONDS + seconds + 1) for part in parts]
    for process in started:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n", process.stderr.read()
    outputs: list[str] = [""] * len(started)
    readers = [threading.Thread(target=_collect, args=(each, outputs, at)) for at, each in enumerate(started)]
    for reader in readers:
        reader.start()
    time.sleep(SETTLE_SECONDS)
    asked.clear()
    began, began_at, cpu, waited = time.monotonic(), time.time(), usage.cpu_seconds(web), usage.waited_seconds(web)
    memory = []
    while time.monotonic() - began < seconds:
        memory.append(usage.resident_bytes(web))
        time.sleep(1)
    lasted, requests = time.monotonic() - began, list(asked)
    used, without = (usage.cpu_seconds(web) - cpu) / lasted, (usage.waited_seconds(web) - waited) / lasted
    for reader in readers:
        reader.join()
    seen = [json.loads(output) for output in outputs]
    return _judged(seen, parts, traffic, began_at, lasted, _counted(requests), (used, without), memory)


def _judged(
    seen: list[dict[str, Any]],
    parts: list[list[Viewer]],
    traffic: Traffic,
    began_at: float,
    lasted: float,
    requests: dict[str, int],
    shares: tuple[float, float],
    memory: list[int],
) -> Window:
    ages: list[float] = []
    for each in seen:
        ages += _ages(each, traffic, began_at, began_at + lasted)
    closed = [(part[at], code) for each, part in zip(seen, parts, strict=True) for at, code in each["lost"]]
    lost = Counter(code for viewer, code in closed if not viewer.is_stalled)
    return Window(
        ages=ages,
        requests=requests,
        lasted=lasted,
        web_cpu=shares[0],
        web_waited=shares[1],
        memory=memory,
        received_bytes=sum(each["received_bytes"] for each in seen),
        out_of_order=sum(each["out_of_order"] for each in seen),
        texts=sum(len(each["arrivals"]) for each in seen),
        lost=lost,
    )


def _ages(seen: dict[str, Any], traffic: Traffic, since: float, until: float) -> list[float]:
    """Of each event at each viewer; a count that jumps by three tells of three events."""
    known: dict[tuple[int, str], int] = {}
    ages = []
    for viewer, digest, at in seen["arrivals"]:
        for key, ready in seen["texts"][digest].items():
            before = known.get((viewer, key))
            known[viewer, key] = ready
            if before is not None and since <= at <= until:
                ages += [at - sent for sent in traffic.sent[key.removeprefix("~2F/")][before:ready]]
    return ages


def _counted(paths: list[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for path in paths:
        counts[path.partition("?")[0]] += 1
    return dict(counts)


def _start(served: Served, viewers: list[Viewer], seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.viewers"],
        cwd=serving.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    json.dump({"origin": served.url, "seconds": seconds, "viewers": [asdict(each) for each in viewers]}, process.stdin)
    process.stdin.close()
    return process


def _collect(process: subprocess.Popen[str], outputs: list[str], at: int) -> None:
    assert process.stdout is not None
    outputs[at] = process.stdout.read()
    process.wait()


def _declare(served: Served, names: list[str]) -> None:
    queues = [{"name": name, "vhost": "/", "durable": True} for name in names]
    address = f"http://127.0.0.1:{served.api_port}/api/definitions"
    httpx.post(address, json={"queues": queues}, auth=("guest", "guest"), timeout=60).raise_for_status()


def _sessions(served: Served, api_port: int, count: int) -> list[str]:
    """Logins, each of a person of its own; and from now on the collector asks by the wire that counts."""
    command = [sys.executable, "-c", SESSIONS, str(api_port), str(count)]
    found = subprocess.run(
        command, cwd=serving.ROOT, env=serving.environment(served.home), capture_output=True, text=True, check=True
    )
    return found.stdout.split()


def _report(one: Window, many: Window, viewers: int, seconds: float, beside: str) -> str:
    rows = {
        "age of an event, median": [f"{statistics.median(each.ages):.2f} s" for each in (one, many)],
        "age of an event, p95": [f"{_p95(each.ages):.2f} s" for each in (one, many)],
        "age of an event, worst": [f"{max(each.ages):.2f} s" for each in (one, many)],
        "events seen": [f"{len(each.ages):,}" for each in (one, many)],
        "requests to the broker per minute": [
            f"{sum(each.requests.values()) / each.lasted * 60:.0f}" for each in (one, many)
        ],
        **{
            f"of these `{path}`": [f"{each.requests.get(path, 0) / each.lasted * 60:.0f}" for each in (one, many)]
            for path in sorted(one.requests | many.requests)
        },
        "texts received per second": [f"{each.texts / each.lasted:,.0f}" for each in (one, many)],
        "MB received per second": [f"{each.received_bytes / each.lasted / 1e6:.2f}" for each in (one, many)],
        "deltas out of order or missing": [str(each.out_of_order) for each in (one, many)],
        "viewers that lost their socket": [_lost(each.lost) for each in (one, many)],
        "CPU of the web process, of one core": [f"{each.web_cpu:.0%}" for each in (one, many)],
        "time its event loop waited for a core": [f"{each.web_waited:.0%}" for each in (one, many)],
        "memory of the web process, first, middle, last": [_memory(each.memory) for each in (one, many)],
    }
    return REPORT.format(
        date=datetime.now(UTC).date(),
        postroom=brokerctl.__version__,
        python=platform.python_version(),
        websockets=version("websockets"),
        uvicorn=version("uvicorn"),
        machine=_processor(),
        cores=os.cpu_count(),
        beside=beside or f"Load of the machine at the end: {os.getloadavg()[0]:.1f}.",
        queues=QUEUES,
        rate=PER_SECOND,
        processes=PROCESSES,
        rows=ROWS,
        seconds=seconds,
        pause=PAUSE_SECONDS,
        viewers=viewers,
        stalled=STALLED,
        lines="\n".join(f"| {name} | {first} | {second} |" for name, (first, second) in rows.items()),
    )


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _lost(codes: Counter[int | None]) -> str:
    return ", ".join(f"{count} by {code}" for code, count in codes.items()) or "0"


def _memory(samples: list[int]) -> str:
    chosen = samples[0], samples[len(samples) // 2], samples[-1]
    return ", ".join(f"{each / 2**20:.0f}" for each in chosen) + " MiB"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
