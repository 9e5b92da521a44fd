"""Which `manage.py serve` runs on a home, and where it answers; for `serve` itself, its keepers and `demo`.

The lock is POSIX's: it belongs to one process and not to its forks, and goes with the process however that ends. So a
second serve learns of the first, and a keeper whose serve was killed learns that nobody will stop it any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from brokerctl.errors import SettingError

LOCK_FILE = "serve.lock"
FILE = "serving.json"


@dataclass(slots=True, frozen=True)
class Serving:
    """What a running serve says about itself to others of this machine."""

    pid: int
    url: str
    host: str
    """Where the embedded broker is."""
    amqp_port: int
    api_port: int


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock. Raises SettingError when another serve, or what is left of one, holds it."""
    with (folder / LOCK_FILE).open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingError(_taken(folder)) from error
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                (folder / FILE).unlink()


def _taken(folder: Path) -> str:
    other = find(folder)
    where = f" (process {other.pid}, {other.url})" if other else ""
    return f"Postroom already runs on {folder}{where}: stop it first, or set POSTROOM_HOME to another folder"


def tell(folder: Path, serving: Serving) -> None:
    """Write it where `find` looks. A rename, so that nobody reads half a file."""
    written = folder / f"{FILE}.{serving.pid}"
    written.write_text(json.dumps(asdict(serving)))
    written.rename(folder / FILE)


def find(folder: Path) -> Serving | None:
    """What the serve on this home told, None when none runs. One that was killed may still be told of."""
    try:
        return Serving(**json.loads((folder / FILE).read_text()))
    except FileNotFoundError:
        return None


def wait_for_end(lock: Path) -> None:
    """Return when the process that holds the lock has ended; from then on we share it.

    So the next serve does not start before what this one left has stopped.
    """
    descriptor = os.open(lock, os.O_RDONLY)
    fcntl.lockf(descriptor, fcntl.LOCK_SH)
