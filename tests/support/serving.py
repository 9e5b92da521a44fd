"""`manage.py serve` as people run it: the whole of Postroom on free ports, with a folder of its own, stopped by pid."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.freeports import free_ports
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"Postroom is ready: http://127\.0\.0\.1:(\d+)$")
NAME, PASSWORD = "admin", "a password of the tests"
START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(slots=True)
class Served:
    """A running Postroom. `name` and `password` are its administrator's."""

    process: subprocess.Popen[str]
    home: Path
    web_port: int
    amqp_port: int
    api_port: int
    name: str
    password: str
    output: list[str] = field(default_factory=list)
    """Every line it wrote so far, of both streams; grows while it runs."""
    reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def text(self) -> str:
        return "\n".join(self.output)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As a person would, by Ctrl-C; returns the exit code when it is gone and its last line is read."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=STOP_SECONDS)
        assert self.reader is not None
        assert self.process.stdout is not None
        self.reader.join(STOP_SECONDS)
        self.process.stdout.close()
        return code


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Of a `manage.py serve` whose data are in `home`: nothing of the shell's own settings reaches it."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    ours = {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "POSTROOM_HOME": str(home)}
    return bare | ours | {"POSTROOM_ANSWER_SECONDS": str(PATIENCE_SECONDS), **settings}


def run(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Of a `manage.py serve` that ends by itself."""
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment(home, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=START_SECONDS,
    )


def start(home: Path, **settings: str) -> Served:
    """Start one; return when it says that it is ready. Settings come on top of free ports and PASSWORD."""
    names = ("POSTROOM_WEB_PORT", "POSTROOM_AMQP_PORT", "POSTROOM_API_PORT")
    free = dict(zip(names, map(str, free_ports(3)), strict=True))
    chosen = free | {"POSTROOM_ADMIN_PASSWORD": PASSWORD} | settings
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment(home, **chosen),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Of its own group, so that a Ctrl-C in the terminal of the tests reaches it through `stop` only.
        start_new_session=True,
    )
    web, amqp, api = (int(chosen[name] or 0) for name in names)
    served = Served(process, home, web, amqp, api, NAME, chosen["POSTROOM_ADMIN_PASSWORD"])
    if _follow(served):
        return served
    served.stop(signal.SIGTERM)
    raise RuntimeError(f"Postroom did not start:\n{served.text}")


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Served]:
    served = start(home, **settings)
    try:
        yield served
    finally:
        served.stop()


def _follow(served: Served) -> bool:
    """Read its output as long as it runs, so that it never waits for a full pipe; return whether it became ready."""
    is_ready: queue.Queue[bool] = queue.Queue()

    def read() -> None:
        assert served.process.stdout is not None
        with served.process.stdout as lines:
            for line in lines:
                served.output.append(line.rstrip("\n"))
                if found := READY.search(line.rstrip("\n")):
                    served.web_port = int(found[1])
                    is_ready.put(True)
        is_ready.put(False)

    served.reader = threading.Thread(target=read, daemon=True)
    served.reader.start()
    try:
        return is_ready.get(timeout=START_SECONDS)
    except queue.Empty:
        return False
