"""Short runs for every commit, long ones for `make reliability`, which also writes down what each test reached."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brokerctl

IS_LONG = os.environ.get("RELIABILITY") == "long"
SEED = int(os.environ.get("RELIABILITY_SEED", "20261125"))
"""Of the tests that make their own inputs; a failure is run again by giving its seed."""

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "reports" / "reliability.jsonl"


def runs(short: int, long: int) -> int:
    """How often to try: `short` on every commit, `long` under `make reliability`."""
    return long if IS_LONG else short


@contextmanager
def evidence(name: str, required: str) -> Iterator[dict[str, Any]]:
    """Under `make reliability`, append one JSON line to the report: the figures the test puts into the dict, whether it
    passed, and what is needed to run it again."""
    figures: dict[str, Any] = {}
    started, has_passed = time.monotonic(), False
    try:
        yield figures
        has_passed = True
    finally:
        if IS_LONG:
            _append(name, required, figures, has_passed, time.monotonic() - started)


def _append(name: str, required: str, figures: dict[str, Any], has_passed: bool, seconds: float) -> None:
    line = {
        "test": name,
        "required": required,
        "reached": figures,
        "pass": has_passed,
        "seed": SEED,
        "seconds": round(seconds, 1),
        "versions": {"postroom": brokerctl.__version__, "python": platform.python_version()},
        "commit": subprocess.run(
            ("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a") as report:
        report.write(json.dumps(line) + "\n")
