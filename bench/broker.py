"""Our broker beside a RabbitMQ of this machine, driven by the same processes. `make bench`, `BENCH="--quick"`.

The brokers take turns within each case, so that whatever else the machine does meets both; figures are medians.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TypeVar

from bench import cases, latency, memory, report, restart, throughput
from bench.report import Row
from bench.targets import OURS, THEIRS, Target, both
from bench.throughput import Case, Flow
from tests.support import rabbitmq

ROUNDS, BACKLOG_ROUNDS, QUICK_ROUNDS = 5, 3, 1
CONNECTIONS, QUEUES, MESSAGES, PACED = 1000, 10_000, 1_000_000, 20_000
LONG = 5_000_000

T = TypeVar("T")


def main() -> int:
    asked = _arguments()
    if asked.only != OURS and not rabbitmq.is_installed():
        print("This machine has no RabbitMQ; install Debian's package rabbitmq-server, or say --only Postroom.")
        return 2
    with both(asked.only) as targets:
        rows = [row for each in _chosen(asked) for row in _measured(each, targets, asked)]
        if not asked.quick and not asked.case and len(targets) == 2:
            report.write(rows, targets)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.broker", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, one round, no report")
    parser.add_argument("--case", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--rounds", type=int, default=0, help="how often each broker has its turn")
    parser.add_argument("--only", choices=(OURS, THEIRS), default="", help="leave the other broker out")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> list[Case | str]:
    known: list[Case | str] = [*cases.throughput(asked.quick), *cases.OTHERS]
    names = {case.name if isinstance(case, Case) else case: case for case in [*known, *cases.SELDOM]}
    unknown = [name for name in asked.case if name not in names]
    if unknown:
        sys.exit(f"There is no case {unknown[0]}; there are {', '.join(names)}.")
    return [names[name] for name in asked.case] if asked.case else known


def _measured(case: Case | str, targets: list[Target], asked: argparse.Namespace) -> list[Row]:
    if isinstance(case, Case):
        rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else BACKLOG_ROUNDS if case.is_backlog else ROUNDS)
        flows: dict[str, list[Flow]] = _in_turn(targets, rounds, lambda target: throughput.measure(case, target))
        return report.said(report.flow(cases.DESCRIPTIONS[case.name], flows))
    share = cases.QUICK if asked.quick else 1
    rounds = asked.rounds or (1 if asked.quick or case == "restart" else BACKLOG_ROUNDS)
    if case == "latency":
        waits = _in_turn(targets, rounds, lambda target: latency.measure(target, PACED // share))
        return report.said(*report.latency(waits))
    if case == "restart":
        seconds = _in_turn(targets, rounds, lambda target: restart.measure(target, MESSAGES // share))
        return report.said(report.plain("restart with 1,000,000 persistent messages", "s", seconds))
    if case == "long-queue":
        resident = _in_turn(targets, 1, lambda target: memory.long_queue(target, LONG // share))
        return report.said(report.plain(f"memory with {LONG // share:,} persistent messages of 1 kB", "B", resident))
    measure, count, what = {
        "memory-connection": (memory.per_connection, CONNECTIONS, "idle connection with a channel"),
        "memory-queue": (memory.per_queue, QUEUES, "idle queue (of 10,000)"),
        "memory-message": (memory.per_message, MESSAGES, "queued message of 256 B (of 1,000,000)"),
    }[case]
    sizes = _in_turn(targets, rounds, lambda target: measure(target, count // share))
    return report.said(report.plain(f"memory per {what}", "B", sizes))


def _in_turn(targets: list[Target], rounds: int, measure: Callable[[Target], T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {target.name: [] for target in targets}
    for number in range(rounds):
        # The order turns around each time: neither broker always meets a machine that the other has just heated.
        for target in targets if number % 2 == 0 else targets[::-1]:
            found[target.name].append(measure(target))
    return found


if __name__ == "__main__":
    sys.exit(main())
