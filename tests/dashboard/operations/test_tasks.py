"""Jobs with a real worker process, whose queue of jobs is the embedded broker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from dashboard import brokers
from dashboard.celery import QUEUE, QUEUE_ARGUMENTS, app
from dashboard.management.commands.serve import parts
from dashboard.models import Broker, Operation
from dashboard.models.operation import SILENT_AFTER, State
from dashboard.operations.tasks import run
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser
from tests.dashboard.places import api, declare, ready, register
from tests.support.counting import wire_to
from tests.support.embedded import EmbeddedBroker
from tests.support.floods import flood
from tests.support.serving import ROOT, environment
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.web import same_home, web

# One group: they share the worker, which takes seconds to start.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]

MANY = 200_000
"""Moved in some seconds: long enough to be looked at, cancelled and killed meanwhile."""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Workers:
    """One worker at a time, started when a test needs it; a process group, as its pool is of more than one process."""

    def __init__(self, home: Path, url: str, opened: ExitStack) -> None:
        self._home, self._url, self._opened = home, url, opened
        self._current: subprocess.Popen[bytes] | None = None

    def one(self) -> subprocess.Popen[bytes]:
        """The running one, or a new one when it was killed."""
        if self._current is None or self._current.poll() is not None:
            self._current = self._opened.enter_context(self._running())
        return self._current

    @contextmanager
    def _running(self) -> Iterator[subprocess.Popen[bytes]]:
        chosen = environment(self._home, POSTROOM_CELERY_BROKER_URL=self._url)
        with (self._home / "worker.log").open("a") as log:
            worker = subprocess.Popen(
                parts()["worker"], cwd=ROOT, env=chosen, stdout=log, stderr=log, start_new_session=True
            )
        yield worker
        if worker.poll() is None:
            worker.terminate()
        worker.wait(timeout=PATIENCE_SECONDS)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """As the machine's own killer of memory hogs would."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.fixture(scope="module")
def url(real: EmbeddedBroker) -> str:
    with real.connect() as open_connection:
        channel = open_connection.channel()
        channel.queue_declare(QUEUE, durable=True, arguments=QUEUE_ARGUMENTS)
        channel.queue_purge(QUEUE)
    return f"amqp://guest:guest@127.0.0.1:{real.amqp_port}//"


@pytest.fixture(scope="module")
def workers(url: str, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    with ExitStack() as opened:
        yield Workers(same_home(tmp_path_factory.mktemp("workers")), url, opened)


def send(job: Operation, url: str) -> None:
    """What starting a job does after its commit, on a connection of its own: Celery's pool keeps the first address."""
    with app.connection(url) as open_connection:
        app.send_task(run.name, (job.pk,), connection=open_connection)


def current(job: Operation) -> Operation:
    job.refresh_from_db()
    return job


def filled(real: EmbeddedBroker) -> str:
    """A queue of many small messages."""
    name = declare(real)
    flood(real.amqp_port, name, MANY)
    wait_until(lambda: ready(real, name) == MANY)
    return name


def connections(real: EmbeddedBroker) -> set[str]:
    with api(real) as asked:
        return {each["name"] for each in asked.get("/connections").raise_for_status().json()}


@pytest.fixture
def elsewhere(real: EmbeddedBroker, broker: Broker) -> Iterator[Broker]:
    """The same broker under another address: messages leave it and come back, and that takes a while.

    Through this process, so that no job ends while it is stopped.
    """
    with wire_to(real.amqp_port) as wire:
        row = register(real, "elsewhere", amqp_port=wire.port)
        yield row
        brokers.forget(row.pk)


def move_row(broker: Broker, source: str, target: str, to: Broker) -> Operation:
    asked = {"broker": to.slug, "vhost": "/", "exchange": "", "routing_key": target, "fingerprints": None}
    return job_row(broker=broker, queue=source, parameters=asked)


def test_a_job_goes_from_a_page_through_the_queue_to_a_worker(
    real: EmbeddedBroker,
    broker: Broker,
    owner: User,
    workers: Workers,
    url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    queue = declare(real, bodies=(b"1", b"2"))
    workers.one()
    address = reverse("purge", args=["bench", "/", queue])

    with web(tmp_path_factory.mktemp("jobs"), POSTROOM_CELERY_BROKER_URL=url) as process:
        cookies = {settings.SESSION_COOKIE_NAME: browser(owner).cookies[settings.SESSION_COOKIE_NAME].value}
        headers, patience = {"Origin": process.origin}, PATIENCE_SECONDS
        with httpx.Client(base_url=process.origin, cookies=cookies, headers=headers, timeout=patience) as client:
            token = TOKEN.search(client.get(address).text)
            assert token is not None
            answer = client.post(address, data={"seen": "2", "csrfmiddlewaretoken": token[1]})

    job = Operation.objects.get()
    assert answer.headers["Location"] == reverse("job", args=[job.pk])
    wait_until(lambda: current(job).is_finished)
    assert (job.state, job.counts, job.created_by) == (State.DONE, {"purged": 2}, owner)
    assert ready(real, queue) == 0


def test_a_job_that_is_sent_twice_is_done_once(
    real: EmbeddedBroker, broker: Broker, workers: Workers, url: str
) -> None:
    source, target = declare(real, bodies=(b"1", b"2")), declare(real)
    job = move_row(broker, source, target, broker)
    job.parameters["fingerprints"] = None
    last = job_row(broker=broker, queue="nowhere", parameters=job.parameters)

    for each in (job, job, last):
        send(each, url)
    workers.one()
    wait_until(lambda: current(last).is_finished and current(job).is_finished)

    assert job.counts == {"moved": 2}
    assert ready(real, target) == 2


def test_a_running_job_writes_its_progress_and_stops_when_it_is_cancelled(
    real: EmbeddedBroker, broker: Broker, elsewhere: Broker, workers: Workers, url: str
) -> None:
    source, target = filled(real), declare(real)
    job = move_row(broker, source, target, elsewhere)
    workers.one()
    send(job, url)
    wait_until(lambda: current(job).counts.get("moved", 0) > 0)

    Operation.objects.cancel(job.pk)
    wait_until(lambda: current(job).is_finished)

    assert job.state == State.CANCELLED
    assert 0 < job.counts["moved"] < MANY
    wait_until(lambda: ready(real, source) + ready(real, target) == MANY)
    assert ready(real, target) == job.counts["moved"]


def test_a_worker_that_is_killed_leaves_a_job_that_is_said_to_have_died_and_loses_nothing(
    real: EmbeddedBroker, broker: Broker, elsewhere: Broker, owner: User, workers: Workers, url: str
) -> None:
    source, target = filled(real), declare(real)
    before = connections(real)
    job = move_row(broker, source, target, elsewhere)
    worker = workers.one()
    send(job, url)
    wait_until(lambda: current(job).counts.get("moved", 0) > 0)

    of_worker = connections(real) - before
    kill(worker)
    # What it had sent is read to the end, and what it held is back.
    wait_until(lambda: connections(real).isdisjoint(of_worker))
    at_death = ready(real, target)
    Operation.objects.filter(pk=job.pk).update(heartbeat_at=now() - SILENT_AFTER - timedelta(seconds=1))
    page = browser(owner).get(reverse("job", args=[job.pk])).content.decode()

    # The broker gives the task to the next worker, which ends what died and begins nothing anew.
    workers.one()
    wait_until(lambda: current(job).is_finished)
    assert of_worker
    assert ready(real, source) + at_death >= MANY
    assert "has probably died" in page
    assert (job.state, at_death) == (State.FAILED, ready(real, target))
    assert "What was done stays done, the rest is at the source" in job.error


def test_of_many_workers_that_want_a_job_at_once_one_gets_it(broker: Broker) -> None:
    job = job_row(broker=broker)

    def claim(_: int) -> bool:
        try:
            return Operation.objects.claim(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1
