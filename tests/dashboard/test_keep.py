"""The keeper as its own process, as serve runs it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dashboard.serving import LOCK_FILE, only_one
from tests.support.waiting import PATIENCE_SECONDS, wait_until

STARTED = "import pathlib; pathlib.Path({log!r}).open('a').write('started\\n');"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[ExitStack]:
    """Holds the lock of a running serve until it is closed."""
    with ExitStack() as held:
        held.enter_context(only_one(tmp_path))
        yield held


@contextmanager
def keep(home: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "dashboard.keep", str(home / LOCK_FILE), sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        try:
            yield keeper
        finally:
            keeper.terminate()


def starts(log: Path) -> int:
    return log.read_text().count("started") if log.exists() else 0


def test_a_command_that_crashes_is_started_again(tmp_path: Path, serve: ExitStack) -> None:
    log = tmp_path / "log"

    with keep(tmp_path, f"{STARTED.format(log=str(log))} raise SystemExit(7)") as keeper:
        wait_until(lambda: starts(log) >= 2)
        keeper.send_signal(signal.SIGTERM)
        output, _ = keeper.communicate(timeout=PATIENCE_SECONDS)

    assert "ended with 7; starting it again in 1 s" in output
    assert keeper.returncode == 0


def test_a_command_that_cannot_start_is_not_tried_again(tmp_path: Path, serve: ExitStack) -> None:
    log = tmp_path / "log"

    with keep(tmp_path, f"{STARTED.format(log=str(log))} raise SystemExit(2)") as keeper:
        keeper.communicate(timeout=PATIENCE_SECONDS)

    assert keeper.returncode == 2
    assert starts(log) == 1


def test_a_stop_stops_the_command_and_is_no_failure(tmp_path: Path, serve: ExitStack) -> None:
    log = tmp_path / "log"

    with keep(tmp_path, f"{STARTED.format(log=str(log))} import signal; signal.pause()") as keeper:
        wait_until(lambda: starts(log) == 1)
        keeper.send_signal(signal.SIGINT)
        keeper.communicate(timeout=PATIENCE_SECONDS)

    assert keeper.returncode == 0
    assert starts(log) == 1


def test_a_serve_that_was_killed_takes_its_commands_along(tmp_path: Path, serve: ExitStack) -> None:
    log = tmp_path / "log"

    with keep(tmp_path, f"{STARTED.format(log=str(log))} import signal; signal.pause()") as keeper:
        wait_until(lambda: starts(log) == 1)
        serve.close()
        keeper.communicate(timeout=PATIENCE_SECONDS)

    assert keeper.returncode == 0
