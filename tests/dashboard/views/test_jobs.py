from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.timezone import now

from dashboard.live.feeds import Refused, _scope
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import SILENT_AFTER, Kind, State
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST


def listed(user: User, **query: str) -> str:
    answer = browser(user).get(reverse("jobs"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_jobs_that_run_come_before_those_that_ended(broker: Broker, owner: User) -> None:
    ended = job_row(broker=broker, state=State.DONE, finished_at=now())
    waiting = job_row(broker=broker, created_at=now() - timedelta(days=1))

    text = listed(owner)

    assert text.index(f"j-{waiting.pk}") < text.index(f"j-{ended.pk}")


def test_mine_are_those_that_i_started(broker: Broker, owner: User, operator: User) -> None:
    mine, theirs = job_row(broker=broker, created_by=operator), job_row(broker=broker, created_by=owner)

    text = listed(operator, whose="mine")

    assert f"j-{mine.pk}" in text
    assert f"j-{theirs.pk}" not in text


def test_fifty_finished_jobs_are_shown_and_the_rest_counted(broker: Broker, owner: User) -> None:
    for _ in range(53):
        job_row(broker=broker, state=State.DONE, finished_at=now())

    assert "3 older" in listed(owner)


def test_jobs_of_other_vhosts_are_not_listed(broker: Broker) -> None:
    job = job_row(broker=broker)

    assert f"j-{job.pk}" not in listed(member(broker, Role.ADMIN, OTHER_VHOST))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
def test_a_job_of_every_kind_has_a_page_in_every_state(kind: Kind, state: State, broker: Broker, owner: User) -> None:
    job = job_row(kind, broker=broker, state=state, started_at=now(), heartbeat_at=now(), error="why not", total=3)

    page, part = (
        browser(owner).get(reverse("job", args=[job.pk]), headers=headers) for headers in ({}, {"X-Partial": "1"})
    )

    assert page.status_code == part.status_code == 200
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()


def test_a_job_whose_worker_died_says_so_and_can_be_given_up(broker: Broker, operator: User) -> None:
    silent = now() - SILENT_AFTER - timedelta(seconds=1)
    job = job_row(broker=broker, state=State.RUNNING, started_at=silent, heartbeat_at=silent)
    client = browser(operator)

    before = client.get(reverse("job", args=[job.pk])).content.decode()
    client.post(reverse("job-cancel", args=[job.pk]))

    job.refresh_from_db()
    assert "Its worker gave no sign of life and has probably died." in before
    assert "Give it up" in before
    assert job.state == State.FAILED


def test_jobs_of_a_removed_broker_stay_for_the_owner_only(broker: Broker, owner: User, operator: User) -> None:
    job = job_row(broker=broker, state=State.DONE, finished_at=now())
    broker.delete()

    assert browser(owner).get(reverse("job", args=[job.pk])).status_code == 200
    assert browser(operator).get(reverse("job", args=[job.pk])).status_code == 404


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_a_job_that_never_was_is_a_404(number: str, owner: User) -> None:
    assert browser(owner).get(f"/jobs/{number}/").status_code == 404


def test_a_job_on_several_vhosts_is_stopped_by_who_started_it_and_by_who_has_them_all(broker: Broker) -> None:
    job = job_row(Kind.PURGE_MANY, broker=broker, vhost="", queue="")
    mine, others = (member(broker, Role.OPERATOR, name=name) for name in ("mine", "others"))
    Operation.objects.filter(pk=job.pk).update(created_by=mine)

    refused = browser(others).post(reverse("job-cancel", args=[job.pk]))
    page = browser(mine).get(reverse("job", args=[job.pk])).content.decode()
    stopped = browser(mine).post(reverse("job-cancel", args=[job.pk]))

    assert refused.status_code == 404
    assert reverse("job-cancel", args=[job.pk]) in page
    assert stopped.status_code == 302
    assert Operation.objects.get(pk=job.pk).state == State.CANCELLED
    assert _scope(mine, f"job:{job.pk}") is None
    with pytest.raises(Refused):
        _scope(others, f"job:{job.pk}")
