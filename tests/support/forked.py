"""Processes of Python modules, forked off one that has imported them already: to import them takes most of their start.

What runs is what `python -m` runs, with its own environment, output and log.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

IMPORTED = "brokerctl.server.main"

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([IMPORTED])


class Forked:
    """As much of a subprocess.Popen as tests of brokers need."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """`command` is a module and its arguments; `log` gets what it says on its standard error."""
        reader, writer = _context.Pipe(duplex=False)
        self._process = _context.Process(
            target=_run, args=([*command], dict(environment), writer, str(log)), daemon=True
        )
        self._process.start()
        writer.close()
        self.stdout = os.fdopen(os.dup(reader.fileno()))
        reader.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired, as a Popen does."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return self.returncode

    def end(self, timeout: float | None = None) -> None:
        """Wait for its end, and let go of its output. Safe to call again."""
        self.wait(timeout)
        self.stdout.close()

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _run(command: Sequence[str], environment: Mapping[str, str], output: Connection, log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(output.fileno(), 1)
    output.close()
    with Path(log).open("a") as file:
        os.dup2(file.fileno(), 2)
    sys.argv = [*command]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
