"""Runs one command while it is wanted: started again with a growing pause when it crashes, stopped when we are.

`python -m dashboard.keep <lock of serve> <command…>`; honcho above it stops everything as soon as one of its processes
ends. When serve is killed, so that nobody would stop us, the lock tells.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from dashboard import serving

PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A command that ran this long was healthy: its next crash is answered with the short pause again."""

STOP_SECONDS = 4.0
"""For a command to end by itself, a job of the worker included; together.py gives us far longer."""

CANNOT_START = 2
"""Exit code for wrong settings: starting again would not help."""


class Keeper:
    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def run(self) -> int:
        """Returns the exit code for the parent: 0 after a stop, the command's own when it cannot start at all."""
        pause = PAUSE_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            # In a session of its own: honcho signals all of ours, and a pool process of the worker that gets SIGTERM
            # itself drops its job half done.
            self._process = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 (our own command line)
            if self._stopping.is_set():
                self._process.terminate()
            code = self._process.wait()
            # A worker that was killed leaves its pool behind.
            _kill_group(self._process.pid)
            if self._stopping.is_set():
                return 0
            if code == CANNOT_START:
                return code
            if time.monotonic() - started > STEADY_SECONDS:
                pause = PAUSE_SECONDS
            print(f"ended with {code}; starting it again in {pause:g} s", flush=True)
            self._stopping.wait(pause)
            pause = min(pause * 2, MAX_PAUSE_SECONDS)
        return 0

    def stop(self) -> None:
        """End the command: asked first, killed with all its processes when it does not listen."""
        self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        killer = threading.Timer(STOP_SECONDS, _kill_group, (process.pid,))
        killer.daemon = True
        killer.start()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def main(arguments: list[str]) -> int:
    lock, *command = arguments
    keeper = Keeper(command)

    def stop(_number: int, _frame: FrameType | None) -> None:
        keeper.stop()

    def outlive() -> None:
        serving.wait_for_end(Path(lock))
        keeper.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    threading.Thread(target=outlive, daemon=True).start()
    return keeper.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
