"""The web process of the dashboard alone, on the tests' own database: pages, sockets and collector, killed by pid."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.freeports import free_ports
from tests.support.serving import ROOT, environment
from tests.support.waiting import PATIENCE_SECONDS, wait_until

START_SECONDS = 120


@dataclass(slots=True)
class Web:
    port: int
    log: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def same_home(home: Path) -> Path:
    """A folder with the secrets and the database of the tests, for a process that shares them."""
    shutil.copy(settings.HOME / "secrets.json", home)
    # The database itself is a link: SQLite keeps its journal beside what the link leads to.
    (home / "postroom.db").symlink_to(connection.settings_dict["NAME"])
    return home


@contextmanager
def web(home: Path, **chosen: str) -> Iterator[Web]:
    port = free_ports(1)[0]
    log = home / "web.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.web"],
            cwd=ROOT,
            env=environment(same_home(home), POSTROOM_WEB_PORT=str(port), **chosen),
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: _answers(port, process), within=START_SECONDS)
        yield Web(port, log)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the web process ended at its start"
    try:
        return httpx.get(f"http://127.0.0.1:{port}/login/").status_code == 200
    except httpx.TransportError:
        return False


class Tab:
    """The websocket of one tab."""

    def __init__(
        self, web: Web, session: str = "", origin: str | None = "", host: str = "", *, reads: bool = True
    ) -> None:
        """One that does not read leaves to the kernel what it is sent, but for a first text."""
        headers = {"Cookie": f"sessionid={session}"} if session else {}
        address = f"ws://{host or '127.0.0.1'}:{web.port}/live/"
        given: Any = web.origin if origin == "" else origin
        self._opening = connect(
            address,
            origin=given,
            additional_headers=headers,
            proxy=None,
            open_timeout=PATIENCE_SECONDS,
            close_timeout=PATIENCE_SECONDS if reads else 0,
            # It takes what comes also while its test does something else: it would not hear the server's pings.
            max_queue=None if reads else 1,
            ping_interval=None,
        )

    def __enter__(self) -> Tab:
        self.socket: ClientConnection = self._opening.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._opening.__exit__(*error)

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def subscribe(self, feed: str, only: list[str] | None = None) -> dict[str, Any]:
        """The answer: a snapshot, or a refusal. What an earlier subscription still brings is passed over."""
        self.say(op="subscribe", feed=feed, only=only)
        while True:
            message = self.next(feed)
            if message["type"] != "delta":
                return message

    def next(self, feed: str) -> dict[str, Any]:
        """The next message of a feed; ticks and other feeds are passed over."""
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
            if message.get("feed") == feed:
                return message

    def tick(self) -> float:
        """When the next sign of life was given, in seconds since 1970."""
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
            if message["type"] == "tick":
                return float(message["at"])

    def close_code(self) -> int | None:
        """Wait until the server closes; its code."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=PATIENCE_SECONDS)
        return self.socket.close_code
