"""Samples and marks of the database as charts get them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard import past
from dashboard.models import Broker, Mark, Sample, Track
from dashboard.models.operation import Kind
from dashboard.past import HELD, SPANS, Span
from tests.dashboard.operations.rows import broker_row, job_row

pytestmark = pytest.mark.django_db

BEGUN = 1_700_000_400
"""A multiple of ten minutes."""

MINUTES = Span(600, 60, 60)
QUEUE = ("/", "orders")


def sample(at: int, ready: float | None, queue: str = "", step: int = 60) -> None:
    vhost = "/" if queue else ""
    track, _ = Track.objects.get_or_create(broker=broker_row(), vhost=vhost, queue=queue)
    Sample.objects.create(track=track, step=step, at=at, ready=ready, unacked=0, publish=1.5, deliver=None, ack=0)


def test_points_are_in_order_and_a_gap_stays_a_gap() -> None:
    for minute in (3, 0, 1, 5):
        sample(BEGUN + 60 * minute, minute)

    points = past.points(broker_row(), None, MINUTES, BEGUN + 360)

    assert [(at and at - BEGUN, ready) for at, ready, *_ in points] == [
        (0, 0),
        (60, 1),
        (120, None),
        (180, 3),
        (240, None),
        (300, 5),
    ]
    assert points[0] == [BEGUN, 0, 0, 1.5, None, 0]


def test_wider_points_are_means_of_what_is_known() -> None:
    for minute, ready in enumerate((1, None, 5, 7)):
        sample(BEGUN + 60 * minute, ready)

    points = past.points(broker_row(), None, Span(600, 60, 120), BEGUN + 360)

    assert [(at and at - BEGUN, ready) for at, ready, *_ in points] == [(0, 1), (120, 6)]


def test_a_queue_that_did_not_change_holds_while_its_broker_was_measured() -> None:
    for minute in (0, 1, 2, 5):
        sample(BEGUN + 60 * minute, 0)
    sample(BEGUN - 60, 4, "orders")
    sample(BEGUN + 60, 9, "orders")
    sample(BEGUN + 60, 1, "other")

    points = past.points(broker_row(), QUEUE, MINUTES, BEGUN + 360)

    assert [ready for _, ready, *_ in points] == [4, 9, 9, None, 9]


def test_a_queue_that_was_not_sampled_for_long_is_not_known() -> None:
    sample(BEGUN, 0)
    sample(BEGUN - HELD * 60 - 60, 4, "orders")

    assert past.points(broker_row(), QUEUE, MINUTES, BEGUN + 360) == []


def test_brokers_together_are_the_sum_of_what_is_known() -> None:
    one: past.Points = [[10, 1, None, 2, 0, None], [20, None, None, None, None, None]]
    other: past.Points = [[10, 4, None, 0.5, 0, 3], [30, 7, 0, 0, 0, 0]]

    together = past.summed([one, other])

    assert together == [[10, 5, None, 2.5, 0, 3], [20, *[None] * 5], [30, 7, 0, 0, 0, 0]]


def test_no_range_has_more_points_than_a_chart_has_pixels() -> None:
    assert all(span.seconds / span.point <= 1_010 for span in SPANS.values())


def test_marks_are_of_the_queue_its_broker_and_jobs_in_order() -> None:
    broker = broker_row()
    _mark(broker, 10, "memory alarm")
    _mark(broker, 30, "consumers lost", "orders")
    _mark(broker, 40, "consumers lost", "other")
    _mark(broker, -10, "long ago")
    _job(Kind.PURGE, 20, queue="orders")
    _job(Kind.MOVE, 25, queue="other")
    _job(Kind.DELETE, 50, queue="", items=[{"vhost": "/", "queue": "orders"}])
    _job(Kind.PUBLISH, 55, queue="orders")

    of_queue = past.marks(broker, QUEUE, BEGUN, BEGUN + 60)
    of_broker = past.marks(broker, None, BEGUN, BEGUN + 60)

    assert [(mark.at - BEGUN, mark.label) for mark in of_queue] == [
        (10, "memory alarm"),
        (20, "purge"),
        (30, "consumers lost"),
        (50, "delete"),
    ]
    assert [mark.label for mark in of_broker] == ["memory alarm", "purge orders", "move other", "delete"]


def test_of_a_million_marks_the_newest_are_read() -> None:
    broker = broker_row()
    for second in range(past.MAX_MARKS + 5):
        _mark(broker, second, "consumers lost", "orders")
        _mark(broker, second, "memory alarm")

    with CaptureQueriesContext(connection) as asked:
        found = past.marks(broker, QUEUE, BEGUN, BEGUN + 600)

    assert len(found) == past.MAX_MARKS
    assert {mark.at - BEGUN for mark in found} == set(range(35, past.MAX_MARKS + 5))
    assert all(f"LIMIT {past.MAX_MARKS}" in query["sql"] for query in asked)


def _mark(broker: Broker, at: int, label: str, queue: str = "") -> None:
    when = datetime.fromtimestamp(BEGUN + at, UTC)
    Mark.objects.create(broker=broker, vhost="/" if queue else "", queue=queue, at=when, label=label)


def _job(kind: Kind, at: int, **columns: object) -> None:
    job_row(kind, started_at=datetime.fromtimestamp(BEGUN + at, UTC), **columns)
