"""Several processes under one parent, one of which takes longer to end than honcho has patience."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.serving import ROOT
from tests.support.waiting import PATIENCE_SECONDS, wait_until

SLOW = """
import pathlib, signal, sys
asked, allowed, ended = map(pathlib.Path, sys.argv[1:])
def stop(*_):
    asked.touch()
    while not allowed.exists():
        signal.sigtimedwait([], 0.01)
    ended.touch()
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("listening", flush=True)
signal.pause()
"""
PARENT = """
import shlex, sys
import honcho.manager
from dashboard import together

class Counted(together.Together):
    def kill(self):
        super().kill()
        print("no patience", flush=True)

honcho.manager.KILL_WAIT = 0
together.LAST_RESORT_SECONDS = float(sys.argv[1])
both = Counted()
slow = shlex.join([sys.executable, "-c", *sys.argv[2:]])
# The brief one ends, and with it all, when the other hears signals.
both.add_process("slow", f"exec {slow}")
both.add_process("brief", f"until [ -e {shlex.quote(sys.argv[-1])}.go ]; do sleep 0.01; done")
both.loop()
"""


@contextmanager
def together(home: Path, last_resort_seconds: float) -> Iterator[subprocess.Popen[str]]:
    """The parent, when its slow process was asked to end and honcho's patience is over."""
    files = [str(home / name) for name in ("asked", "allowed", "ended")]
    command = [sys.executable, "-c", PARENT, str(last_resort_seconds), SLOW, *files]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        try:
            next(line for line in parent.stdout if "listening" in line)
            (home / "ended.go").touch()
            next(line for line in parent.stdout if "no patience" in line)
            yield parent
        finally:
            (home / "allowed").touch()


def test_what_takes_long_to_end_is_not_killed(tmp_path: Path) -> None:
    with together(tmp_path, PATIENCE_SECONDS) as parent:
        wait_until((tmp_path / "asked").exists)
        (tmp_path / "allowed").touch()
        parent.communicate(timeout=PATIENCE_SECONDS)

    assert (tmp_path / "ended").exists()


def test_what_does_not_end_is_killed_at_last(tmp_path: Path) -> None:
    with together(tmp_path, 0) as parent:
        parent.communicate(timeout=PATIENCE_SECONDS)
        assert not (tmp_path / "ended").exists()
