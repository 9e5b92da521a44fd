"""Celery: tasks, retries, countdowns and results, with a worker process and the embedded broker between."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pika
import pytest

from tests.interop.steps import HOST, PATIENCE_SECONDS, Door

COUNTDOWN_SECONDS = 1


@contextmanager
def working(door: Door, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The application, configured for this door, while a worker runs."""
    monkeypatch.setenv("INTEROP_BROKER", f"amqp://guest:guest@{HOST}:{door.port}//")
    monkeypatch.setenv("INTEROP_QUEUE", f"interop.celery.{'tls' if door.ca else 'plain'}")
    if door.ca:
        monkeypatch.setenv("INTEROP_CA", str(door.ca))
    else:
        monkeypatch.delenv("INTEROP_CA", raising=False)
    command = "-m", "celery", "-A", "tests.interop.celery_app", "worker", "--pool=solo", "--loglevel=INFO"
    with (home / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, *command], env=dict(os.environ), stdout=log, stderr=log)
    sys.modules.pop("tests.interop.celery_app", None)
    module = importlib.import_module("tests.interop.celery_app")
    try:
        yield module
    finally:
        module.app.close()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=PATIENCE_SECONDS) == 0, (home / "worker.log").read_text()


def test_celery_works(door: Door, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with working(door, home, monkeypatch) as tasks:
        added = [tasks.add.delay(number, 1) for number in range(20)]
        later = tasks.add.apply_async((1, 1), countdown=COUNTDOWN_SECONDS)
        retried, failed = tasks.third_time.delay(), tasks.fail.delay()

        assert [each.get(timeout=PATIENCE_SECONDS) for each in added] == list(range(1, 21))
        assert later.get(timeout=PATIENCE_SECONDS) == 2
        assert retried.get(timeout=PATIENCE_SECONDS) == 3
        with pytest.raises(ValueError, match="as it should"):
            failed.get(timeout=PATIENCE_SECONDS)
        assert left(door, tasks.app.conf.task_default_queue) == 0


def left(door: Door, queue: str) -> int:
    context = door.context()
    options = None if context is None else pika.SSLOptions(context, HOST)
    parameters = pika.ConnectionParameters(
        HOST, door.port, ssl_options=options, socket_timeout=PATIENCE_SECONDS, stack_timeout=PATIENCE_SECONDS
    )
    with pika.BlockingConnection(parameters) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count or 0)
