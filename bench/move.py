"""`brokerctl move` beside RabbitMQ's shovel: how long each takes for the same messages. A part of `make bench`.

Three movers take turns: brokerctl on the embedded broker, brokerctl on a RabbitMQ, and that RabbitMQ's own shovel. Each
is timed as a person has it: brokerctl from the start of its process to its end, the shovel from its declaration until
the last message is in the target. Figures are medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.targets import OURS, Target, both
from brokerctl.clients import content, registry
from brokerctl.clients.base import Address, BrokerClient
from tests.support import rabbitmq
from tests.support.waiting import wait_until

MESSAGES, QUICK_MESSAGES = 100_000, 10_000
ROUNDS, QUICK_ROUNDS = 5, 1
BODY = b"x" * 256
FILL_AT_ONCE = 2000
SHOVEL_SECONDS = 600
SOURCE, PARKED = "bench.move.source", "bench.move.target"
FILE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-move.md"

BROKERCTL_OURS, BROKERCTL_THEIRS, SHOVEL = (
    "brokerctl move, Postroom → Postroom",
    "brokerctl move, RabbitMQ → RabbitMQ",
    "RabbitMQ's shovel, RabbitMQ → RabbitMQ",
)


@dataclass(slots=True, frozen=True)
class Mover:
    name: str
    target: Target
    move: Callable[[Address, int], float]
    """Seconds for so many messages from SOURCE to PARKED."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.move", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, one round, no report")
    parser.add_argument("--rounds", type=int, default=0, help="how often each mover has its turn")
    # make bench hands the same words to both of its parts.
    asked, _ = parser.parse_known_args()
    if not rabbitmq.is_installed():
        print("This machine has no RabbitMQ; install Debian's package rabbitmq-server.")
        return 2
    count = QUICK_MESSAGES if asked.quick else MESSAGES
    with both() as targets:
        rates = _rates(_movers(targets), count, asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS))
        versions = ", ".join(target.versions() for target in targets)
    lines = _table(rates)
    print("\n".join(lines))
    if not asked.quick:
        _write(lines, count, versions)
    return 0


def _movers(targets: list[Target]) -> list[Mover]:
    ours, theirs = (next(each for each in targets if (each.name == OURS) is is_ours) for is_ours in (True, False))
    return [
        Mover(BROKERCTL_OURS, ours, _by_brokerctl),
        Mover(BROKERCTL_THEIRS, theirs, _by_brokerctl),
        Mover(SHOVEL, theirs, _by_shovel),
    ]


def _rates(movers: list[Mover], count: int, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {mover.name: [] for mover in movers}
    for number in range(rounds):
        # The order turns around each time: none always meets a machine that another has just heated.
        for mover in movers if number % 2 == 0 else movers[::-1]:
            found[mover.name].append(count / _measured(mover, count))
            print(f"{mover.name}: {found[mover.name][-1]:,.0f} messages/s", flush=True)
    return found


def _measured(mover: Mover, count: int) -> float:
    address = Address("127.0.0.1", mover.target.port, mover.target.api_port, "guest", "guest", timeout_seconds=60)
    client = registry.connect(address)
    try:
        for queue in (SOURCE, PARKED):
            client.declare_queue("/", queue)
        _fill(client, count)
        seconds = mover.move(address, count)
        with client.messages("/") as session:
            left, arrived = session.count(SOURCE), session.count(PARKED)
        if (left, arrived) != (0, count):
            raise RuntimeError(f"{mover.name} left {left} and brought {arrived} of {count} messages")
        return seconds
    finally:
        for queue in (SOURCE, PARKED):
            client.delete_queue("/", queue)
        client.close()


def _fill(client: BrokerClient, count: int) -> None:
    header = content.encode({"delivery_mode": 2, "content_type": "application/json"}, {"tenant": "acme"})
    with client.messages("/") as session:
        for begin in range(0, count, FILL_AT_ONCE):
            session.publish_many([("", SOURCE, header, BODY)] * min(FILL_AT_ONCE, count - begin))


def _by_brokerctl(address: Address, count: int) -> float:
    url = f"amqp://guest@127.0.0.1:{address.amqp_port}?api_port={address.api_port}"
    command = [sys.executable, "-m", "brokerctl", "move", SOURCE, PARKED, "--url", url, "--timeout", "60", "--json"]
    began = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.monotonic() - began
    moved = json.loads(done.stdout)["counts"].get("moved")
    if moved != count:
        raise RuntimeError(f"brokerctl says that it moved {moved} of {count}")
    return seconds


def _by_shovel(address: Address, count: int) -> float:
    uri = f"amqp://guest:guest@127.0.0.1:{address.amqp_port}/%2F"
    # As RabbitMQ's page makes one for "move messages": acked on confirm, gone when the queue's messages are through.
    value = {
        "src-protocol": "amqp091", "src-uri": uri, "src-queue": SOURCE, "src-delete-after": "queue-length",
        "dest-protocol": "amqp091", "dest-uri": uri, "dest-queue": PARKED, "ack-mode": "on-confirm",
    }  # fmt: skip
    client = registry.connect(address)
    try:
        with client.messages("/") as session, _api(address) as api:
            began = time.monotonic()
            api.put("/parameters/shovel/%2F/bench.move", json={"value": value}).raise_for_status()
            wait_until(lambda: session.count(PARKED) == count, within=SHOVEL_SECONDS)
            return time.monotonic() - began
    finally:
        client.close()


def _api(address: Address) -> httpx.Client:
    where = f"http://127.0.0.1:{address.api_port}/api"
    return httpx.Client(base_url=where, auth=("guest", "guest"), timeout=60)


def _table(rates: dict[str, list[float]]) -> list[str]:
    shovel = statistics.median(rates[SHOVEL])
    lines = ["| mover | messages/s, median | lowest | highest | times the shovel |", "|---|---:|---:|---:|---:|"]
    for name, found in rates.items():
        median = statistics.median(found)
        lines.append(f"| {name} | {median:,.0f} | {min(found):,.0f} | {max(found):,.0f} | {median / shovel:.2f} |")
    return lines


def _write(lines: list[str], count: int, versions: str) -> None:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}"
    text = (
        f"# Moving messages\n\nWritten by `python -m bench.move` ({datetime.now(UTC):%Y-%m-%d}; {machine}): "
        f"{count:,} persistent messages of {len(BODY)} bytes, from one queue to another; the movers take turns. "
        "brokerctl is timed as a whole process.\n\n"
    )
    FILE.write_text(text + "\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
