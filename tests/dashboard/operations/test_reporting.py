from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerctl.operations.progress import Outcome, Tally
from dashboard.models import Operation
from dashboard.models.operation import State
from dashboard.operations.reporting import INTERVAL_SECONDS, Reporter
from tests.dashboard.operations.rows import job_row

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def claimed() -> Operation:
    row = job_row()
    assert Operation.objects.claim(row.pk)
    return row


def test_progress_is_written_at_most_twice_a_second() -> None:
    row, clock, tally = claimed(), Clock(), Tally(total=1000)
    reporter = Reporter(row.pk, clock)

    with CaptureQueriesContext(connection) as queries:
        for _ in range(1000):
            tally.add(Outcome.MOVED)
            clock.now += 0.001
            reporter.report(tally)

    updates = [query for query in queries if query["sql"].startswith("UPDATE")]
    assert len(updates) == 2
    row.refresh_from_db()
    assert row.total == 1000
    assert 400 < row.counts["moved"] <= 1000


def test_a_wish_to_cancel_is_seen_within_the_interval() -> None:
    row, clock = claimed(), Clock()
    control = Reporter(row.pk, clock).control
    assert not control.is_cancelled()

    Operation.objects.cancel(row.pk)
    clock.now += INTERVAL_SECONDS

    assert control.is_cancelled()


def test_a_row_that_others_ended_stops_its_worker_and_keeps_its_end() -> None:
    row, clock = claimed(), Clock()
    reporter = Reporter(row.pk, clock)
    Operation.objects.filter(pk=row.pk).update(state=State.FAILED, error="given up")

    clock.now += INTERVAL_SECONDS

    assert reporter.is_cancelled()
    reporter.finish(State.DONE, Tally())
    row.refresh_from_db()
    assert (row.state, row.error) == (State.FAILED, "given up")


def test_the_end_keeps_counts_and_problems() -> None:
    row = claimed()
    tally = Tally(total=2)
    tally.add(Outcome.MOVED)
    tally.add_problem(Outcome.UNROUTABLE, "abc.0", "NO_ROUTE")

    Reporter(row.pk).finish(State.DONE, tally)

    row.refresh_from_db()
    assert (row.state, row.counts) == (State.DONE, {"moved": 1, "unroutable": 1})
    assert row.problems == [{"outcome": "unroutable", "fingerprint": "abc.0", "reason": "NO_ROUTE"}]
    assert row.finished_at is not None
