"""A real PostgreSQL in a folder of its own, ended by pid. It does not run as root: then it is Debian's user for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support.freeports import free_ports
from tests.support.waiting import wait_until

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
NAME = "postroom"
START_SECONDS = 120


@dataclass(slots=True)
class PostgreSQL:
    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@127.0.0.1:{self.port}/{NAME}"

    def start(self) -> None:
        address = (
            "-p",
            str(self.port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=off",
        )
        command = [str(PROGRAMS[-1] / "postgres"), "-D", str(self.home), *address]
        self.process = subprocess.Popen(command, user=_user(), group=_user(), cwd="/", stderr=subprocess.DEVNULL)
        wait_until(self._answers, within=START_SECONDS)

    def stop(self) -> None:
        """As its service is stopped: whoever is connected is sent away."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=START_SECONDS)

    def count(self) -> int:
        """Connections to the database."""
        with psycopg.connect(self._to("postgres")) as asking:
            row = asking.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (NAME,)).fetchone()
        assert row is not None
        return int(row[0])

    def _to(self, database: str) -> str:
        return f"postgresql://{NAME}@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "PostgreSQL ended at its start"
        try:
            psycopg.connect(self._to("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


def is_installed() -> bool:
    return bool(PROGRAMS)


@contextmanager
def running() -> Iterator[PostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="postroom-postgresql-") as folder:
        home = Path(folder)
        if user := _user():
            shutil.chown(home, user)
        command = [str(PROGRAMS[-1] / "initdb"), "-D", folder, "-A", "trust", "-U", NAME, "--no-sync"]
        subprocess.run(command, check=True, user=_user(), group=_user(), cwd="/", stdout=subprocess.DEVNULL)
        found = PostgreSQL(home, free_ports(1)[0])
        found.start()
        try:
            with psycopg.connect(found._to("postgres"), autocommit=True) as asking:
                asking.execute(f"CREATE DATABASE {NAME}")
            yield found
        finally:
            found.stop()


def _user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None
