from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from dashboard import brokers
from dashboard.frame import Frame, frame
from dashboard.models.grant import Role
from dashboard.models.operation import State
from tests.dashboard.operations.rows import broker_row, job_row
from tests.dashboard.people import member
from tests.dashboard.snapshots import row, snapshot

pytestmark = pytest.mark.django_db


def seen(user: User | AnonymousUser) -> Frame | None:
    request = RequestFactory().get("/")
    request.user = user
    return frame(request).get("frame")


def test_nobody_gets_no_frame() -> None:
    assert seen(AnonymousUser()) is None


def test_the_frame_holds_the_brokers_and_running_jobs_that_are_for_the_person(owner: User) -> None:
    local, other = broker_row(), broker_row("other")
    for state in (State.QUEUED, State.RUNNING, State.DONE):
        job_row(broker=local, state=state)
    job_row(broker=other)
    job_row(broker=local, vhost="/shop")
    brokers.remember(local.pk, snapshot(row("a"), row("b", "/shop")))

    whole, part = seen(owner), seen(member(local, Role.VIEWER, "/shop"))
    brokers.forget(local.pk)

    assert whole is not None
    assert part is not None
    assert ([each.broker.slug for each in whole.brokers], whole.running_jobs) == (["local", "other"], 4)
    assert ([len(each.snapshot.queues) for each in part.brokers], part.running_jobs) == ([1], 1)


def test_a_request_that_never_reached_the_login_has_no_frame() -> None:
    assert frame(RequestFactory().get("/")) == {}
