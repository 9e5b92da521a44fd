"""What happened to one queue, told to those who may know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard import activity
from dashboard.models import Broker, Mark, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import Kind, State
from tests.dashboard.operations.rows import broker_row, job_row
from tests.dashboard.people import browser, member, person
from tests.dashboard.places import declare
from tests.support.embedded import EmbeddedBroker

BEGUN = datetime(2026, 3, 9, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


def job(kind: Kind, minutes: int, queue: str = "orders", **columns: Any) -> Operation:
    return job_row(kind, queue=queue, created_at=at(minutes), started_at=at(minutes), **columns)


@pytest.mark.django_db
def test_jobs_changes_and_what_was_noticed_stand_together_newest_first() -> None:
    owner, broker = person("owner", is_owner=True), broker_row()
    Mark.objects.create(broker=broker, vhost="/", queue="orders", at=at(3), label="consumers lost")
    Mark.objects.create(broker=broker, at=at(4), label="memory alarm rabbit@two")
    Mark.objects.create(broker=broker, vhost="/", queue="other", at=at(5), label="consumers lost")
    job(Kind.PURGE, 1, parameters={}, total=12, state=State.DONE, created_by=owner)
    job(Kind.MOVE, 2, total=3)
    to_here = {"broker": "local", "vhost": "/", "exchange": "", "routing_key": "orders", "fingerprints": None}
    job(Kind.MOVE, 6, "orders.dlq", parameters=to_here, total=312)
    job(Kind.PURGE_MANY, 7, "", parameters={"queues": [["/", "a"], ["/", "orders"]]}, total=2, vhost="/")
    job(Kind.PURGE_MANY, 8, "", parameters={"queues": [["/", "a"], ["x", "orders"]]}, total=2, vhost="/")
    for minutes, kind, noun, name, told in (
        (9, Kind.CREATE, "queue", "orders", {}),
        (10, Kind.CREATE, "binding", "in → orders", {"after": {"source": "in", "queue": "orders"}}),
        (11, Kind.REMOVE, "binding", "in → orders", {"before": {"source": "in", "exchange": "orders"}}),
        (12, Kind.CHANGE, "policy", "limits", {}),
        (13, Kind.CHANGE, "policy", "others", {}),
    ):
        job(kind, minutes, "", parameters={"noun": noun, "name": name, **told})

    found = activity.of_queue(owner, broker, "/", "orders", "limits")

    assert [((each.at - BEGUN).seconds // 60, each.what) for each in found] == [
        (12, "Change policy limits"),
        (10, "Create binding in → orders"),
        (9, "Create queue orders"),
        (7, "Purge 2 queues"),
        (6, "Move 312 messages here from orders.dlq"),
        (4, "Memory alarm: publishers were blocked rabbit@two"),
        (3, "Its last consumer left"),
        (2, "Move 3 messages to parked"),
        (1, "Purge 12 messages"),
    ]
    assert [(each.who, each.is_unfinished) for each in found[-2:]] == [("somebody who is gone", True), ("owner", False)]
    assert found[-1].result == "Done."
    assert (found[6].who, found[6].job, found[6].result) == ("local", None, "")


@pytest.mark.django_db
@pytest.mark.parametrize("queue", ["größe", 'a "quoted" 100% \\ one', "plain_name"])
def test_a_job_on_many_queues_is_found_by_any_name(queue: str) -> None:
    owner, broker = person("owner", is_owner=True), broker_row()
    asked = job(Kind.PURGE_MANY, 1, "", parameters={"queues": [["/", queue]]}, vhost="/")
    done = job(Kind.PURGE_MANY, 2, "", parameters={}, items=[{"vhost": "/", "queue": queue}], vhost="/")
    job(Kind.PURGE_MANY, 3, "", parameters={"queues": [["/", "plainXname"]]}, vhost="/")

    assert [each.job for each in activity.of_queue(owner, broker, "/", queue)] == [done.pk, asked.pk]


def test_the_tab_links_jobs_and_tells_a_member_nothing_of_others(
    real: EmbeddedBroker, broker: Broker, owner: User
) -> None:
    name = declare(real)
    purge = job(Kind.PURGE, 1, name, broker=broker, parameters={}, total=1, state=State.DONE, created_by=owner)
    arrived = {"broker": "bench", "vhost": "/", "exchange": "", "routing_key": name, "fingerprints": None}
    elsewhere = job(Kind.MOVE, 2, "secret", broker=broker, vhost="other", parameters=arrived, total=1, created_by=owner)
    address = reverse("queue", args=["bench", "/", name])

    mine = browser(owner).get(address).content.decode()
    theirs = browser(member(broker, Role.VIEWER)).get(address).content.decode()

    for page, hidden in ((mine, False), (theirs, True)):
        assert f'href="{reverse("job", args=[purge.pk])}"' in page
        assert (f'href="{reverse("job", args=[elsewhere.pk])}"' not in page, "secret" not in page) == (hidden, hidden)
    empty = browser(owner).get(reverse("queue", args=["bench", "/", declare(real)])).content.decode()
    assert "Nothing yet. Purges, moves, publishes" in empty
