"""What a job's row promises to the workers and people that compete for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from dashboard.models import Operation
from dashboard.models.operation import SILENT_AFTER, State
from tests.dashboard.operations.rows import job_row

pytestmark = pytest.mark.django_db

LONG_AGO = SILENT_AFTER + timedelta(seconds=1)


def test_only_one_worker_gets_a_job() -> None:
    row = job_row()

    assert Operation.objects.claim(row.pk)
    assert not Operation.objects.claim(row.pk)


def test_a_waiting_job_is_cancelled_at_once_and_cannot_be_claimed() -> None:
    row = job_row()

    Operation.objects.cancel(row.pk)

    row.refresh_from_db()
    assert row.state == State.CANCELLED
    assert not Operation.objects.claim(row.pk)


def test_a_running_job_is_asked_to_stop() -> None:
    row = job_row(state=State.RUNNING, heartbeat_at=now())

    Operation.objects.cancel(row.pk)

    row.refresh_from_db()
    assert (row.state, row.cancel_requested) == (State.RUNNING, True)


def test_a_finished_job_cannot_be_cancelled() -> None:
    row = job_row(state=State.DONE)

    Operation.objects.cancel(row.pk)

    row.refresh_from_db()
    assert (row.state, row.cancel_requested) == (State.DONE, False)


def test_a_job_whose_worker_died_is_told_from_a_slow_one_and_can_be_ended() -> None:
    dead = job_row(state=State.RUNNING, heartbeat_at=now() - LONG_AGO)
    slow = job_row(state=State.RUNNING, heartbeat_at=now())

    assert dead.is_silent
    assert not slow.is_silent
    Operation.objects.cancel(dead.pk)

    dead.refresh_from_db()
    slow.refresh_from_db()
    assert (dead.state, slow.state) == (State.FAILED, State.RUNNING)
    assert "probably died" in dead.error
