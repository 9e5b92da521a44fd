"""The tests as on a machine that is busy with other things: `make pauses`, with TESTS=… for some of them.

One of their processes after the other stands still for a moment: workers, brokers, web processes, browsers. A test
that asserts what is only true when everybody is quick fails here now and then, and so does the product where it takes
somebody slow for somebody gone. reports/pauses.log tells who stood still when.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tests.support import processes

LONGEST_SECONDS = 6.0
"""Most pauses are far shorter: the square of an even chance."""

BETWEEN_SECONDS = 1.0
LOG = Path("reports/pauses.log")


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments and pause what it started until it ends; its exit code."""
    LOG.parent.mkdir(exist_ok=True)
    tests = subprocess.Popen([sys.executable, "-m", "pytest", *arguments])
    chance, between = random.SystemRandom(), threading.Event()
    with LOG.open("w") as log:
        while tests.poll() is None:
            between.wait(BETWEEN_SECONDS * chance.random())
            if found := processes.below(tests.pid):
                pid, seconds = chance.choice(found), LONGEST_SECONDS * chance.random() ** 2
                print(f"{datetime.now():%X} {seconds:.1f} s {pid} {processes.command(pid)}", file=log, flush=True)
                _pause(pid, seconds)
    return tests.returncode


def _pause(pid: int, seconds: float) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        try:
            threading.Event().wait(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
