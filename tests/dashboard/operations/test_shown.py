from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.models.operation import Kind, State
from dashboard.operations.shown import job
from tests.dashboard.operations.rows import job_row

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "columns", "title"),
    [
        (Kind.MOVE, {"total": 42}, "Move 42 messages"),
        (Kind.MOVE, {"total": 1}, "Move 1 message"),
        (Kind.MOVE, {}, "Move all messages"),
        (Kind.COPY, {"parameters": {"fingerprints": ["a", "b"]}}, "Copy 2 messages"),
        (Kind.PURGE, {"parameters": {}}, "Purge orders.dlq"),
        (Kind.PURGE, {"parameters": {}, "total": 1204}, "Purge 1,204 messages"),
        (Kind.PUBLISH, {"parameters": {"exchange": "", "routing_key": "q"}}, "Publish a message"),
    ],
)
def test_a_title_says_what_and_how_many(kind: Kind, columns: dict[str, Any], title: str) -> None:
    assert job(job_row(kind, **columns)).title == title


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({}, "parked"),
        ({"vhost": "shop"}, "parked in vhost shop"),
        ({"broker": "prod", "vhost": "/"}, "parked in vhost / on prod"),
        ({"exchange": "orders", "routing_key": None}, "exchange orders, own keys"),
        ({"exchange": "orders", "routing_key": "a"}, "exchange orders, key a"),
        ({"exchange": None, "routing_key": None}, "their own exchanges, own keys"),
    ],
)
def test_a_destination_leaves_out_what_is_the_sources_own(asked: dict[str, Any], place: str) -> None:
    given = {"broker": "local", "vhost": "/", "exchange": "", "routing_key": "parked"}

    assert job(job_row(parameters={**given, **asked})).destination == place


def test_shares_fill_the_bar_one_after_the_other() -> None:
    row = job_row(state=State.RUNNING, total=40, counts={"moved": 20, "unroutable": 2, "refused": 1}, started_at=START)

    shown = job(row, START + timedelta(seconds=10))

    assert [(share.label, share.count, share.status) for share in shown.shares] == [
        ("Moved", 20, "done"),
        ("Missing", 0, "skip"),
        ("Unroutable", 2, "warn"),
        ("Refused", 1, "crit"),
    ]
    assert [(share.start, share.percent) for share in shown.shares] == [(0, 50), (50, 0), (50, 5), (55, 2.5)]
    assert shown.to_do == 17
    assert shown.per_second == pytest.approx(2.3)
    assert shown.seconds_left == pytest.approx(17 / 2.3)


def test_without_a_total_nothing_is_left_to_say() -> None:
    shown = job(job_row(state=State.RUNNING, started_at=START), START)

    assert (shown.to_do, shown.per_second, shown.seconds_left) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "counts", "status", "sentence"),
    [
        (Kind.MOVE, {"moved": 42}, "ok", "Done."),
        (Kind.MOVE, {"moved": 41, "missing": 1}, "ok", "Done, 1 gone before we took it."),
        (Kind.MOVE, {"moved": 39, "refused": 1, "unroutable": 2}, "warn",
         "Done, 1 refused and 2 unroutable: still at the source."),
        (Kind.PUBLISH, {"published": 1}, "ok", "Confirmed by the broker and routed."),
        (Kind.PUBLISH, {"unroutable": 1}, "warn", "Unroutable: no binding matched, so the message is in no queue."),
        (Kind.PUBLISH, {"refused": 1}, "crit", "Refused by the broker. The message is in no queue."),
    ],
)  # fmt: skip
def test_an_end_is_one_sentence(kind: Kind, counts: dict[str, int], status: str, sentence: str) -> None:
    shown = job(job_row(kind, state=State.DONE, counts=counts))

    assert (shown.status, shown.sentence) == (status, sentence)


def test_a_job_that_no_worker_takes_says_so() -> None:
    row = job_row(created_at=START)

    assert job(row, START + timedelta(seconds=9)).sentence == "Waits for a worker."
    assert job(row, START + timedelta(seconds=60)).sentence == (
        "No worker has taken it for 60 s. Is the worker running?"
    )


def test_a_job_whose_worker_died_says_so() -> None:
    shown = job(job_row(state=State.RUNNING, started_at=START, heartbeat_at=START))

    assert shown.status == "crit"
    assert "probably died" in shown.sentence


def test_a_failure_is_the_brokers_own_sentence() -> None:
    shown = job(job_row(state=State.FAILED, error="rabbit-prod does not answer."))

    assert (shown.status, shown.sentence) == ("crit", "rabbit-prod does not answer.")
