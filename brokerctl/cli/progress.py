"""A long operation at the command line: a bar on stderr, and Ctrl-C that stops it in order."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from brokerctl.cli import output
from brokerctl.operations.progress import Control, Tally

REDRAW_SECONDS = 0.1


@contextmanager
def watched(what: str) -> Iterator[Control]:
    """A Control whose progress is drawn when stderr is a terminal.

    The first Ctrl-C lets the operation finish what is in flight and say how far it came; the second ends it at once.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        click.echo("Stopping: what is in flight is finished first. Ctrl-C again ends it at once.", err=True)

    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, stop) if in_main else None
    try:
        if sys.stderr.isatty():
            with _bar() as bar:
                yield Control(_Drawing(bar, what).report, stopped.is_set)
        else:
            yield Control(is_cancelled=stopped.is_set)
    finally:
        if in_main:
            signal.signal(signal.SIGINT, before)


class _Drawing:
    """Operations report after every few messages; a terminal is drawn ten times a second."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(output.visible(what), total=None)
        self._next = 0.0

    def report(self, tally: Tally) -> None:
        now = time.monotonic()
        if now >= self._next or tally.done == tally.total:
            self._next = now + REDRAW_SECONDS
            self._bar.update(self._task, completed=tally.done, total=tally.total, refresh=True)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=output.to_terminal(), transient=True, auto_refresh=False)
