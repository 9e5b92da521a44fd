"""The past of charts, for those who may see it."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import User

from dashboard.models import Broker, Mark, Preferences, Sample, Track
from dashboard.models.grant import Role
from dashboard.past import SPANS
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST

QUEUE, WHOLE = "/brokers/bench/~2F/queues/orders/history/", "/brokers/bench/history/"


@pytest.fixture
def measured(broker: Broker) -> int:
    """Ten minutes ago the broker and its queue were sampled; when."""
    at = int(time.time() - 600) // 600 * 600
    for vhost, queue in (("", ""), ("/", "orders")):
        track = Track.objects.create(broker=broker, vhost=vhost, queue=queue)
        Sample.objects.bulk_create(
            Sample(track=track, step=step, at=at, ready=4, unacked=1, publish=2, deliver=2, ack=2) for step in (60, 600)
        )
    return at


def test_each_long_range_has_points_and_a_short_one_marks_only(measured: int, owner: User) -> None:
    mine = browser(owner)
    for address, (name, span) in product((QUEUE, WHOLE), SPANS.items()):
        found = mine.get(address, {"range": name}).json()
        expected = [[measured // span.point * span.point, 4, 1, 2, 2, 2]] if span.seconds > 3600 else []
        assert found == {"points": expected, "marks": [], "step": span.point}


def test_a_member_of_the_vhost_sees_the_queue_and_no_broker_as_a_whole(measured: int, broker: Broker) -> None:
    mine = browser(member(broker, Role.VIEWER))

    assert len(mine.get(QUEUE, {"range": "8h"}).json()["points"]) == 1
    assert mine.get("/history/", {"range": "8h"}).json() == {"points": {}, "marks": [], "step": 60}
    assert mine.get(WHOLE, {"range": "8h"}).status_code == 404


def test_the_overview_has_each_broker(measured: int, owner: User) -> None:
    found = browser(owner).get("/history/", {"range": "24h"}).json()

    assert [point[1] for point in found["points"]["bench"]] == [4]


def test_nobody_else_learns_that_there_is_a_queue(measured: int, broker: Broker, stranger: User) -> None:
    for user in (stranger, member(broker, Role.VIEWER, OTHER_VHOST)):
        assert browser(user).get(QUEUE, {"range": "8h"}).status_code in (403, 404)


@pytest.mark.parametrize("asked", ["", "9h", "1h'", "\x00"])
def test_a_range_that_is_none_is_told_so(asked: str, measured: int, owner: User) -> None:
    answer = browser(owner).get(QUEUE, {"range": asked})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("range takes one of 1m, 10m, 1h, 8h, 24h, 7d, 30d; without it from and to")


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "20", "to": "10"},
        {"from": "10", "to": "10"},
        {"from": "10"},
        {"from": "-1", "to": "10"},
        {"from": "nan", "to": "inf"},
        {"from": "1" * 30, "to": "2" * 30},
        {"from": "1", "to": "2", "range": "9h"},
    ],
)
def test_a_span_that_is_none_is_told_so(asked: dict[str, str], measured: int, owner: User) -> None:
    for address in (QUEUE, WHOLE, "/history/"):
        assert browser(owner).get(address, asked).status_code == 400


def test_a_span_has_the_finest_samples_that_are_kept_of_it_and_its_marks_only(
    measured: int, broker: Broker, owner: User
) -> None:
    track = Track.objects.get(broker=broker, queue="")
    Sample.objects.bulk_create(Sample(track=track, step=10, at=measured + at, ready=at) for at in range(0, 60, 10))
    for at in (5, 25, 45):
        Mark.objects.create(broker=broker, at=datetime.fromtimestamp(measured + at, UTC), label=f"at {at}")
    mine = browser(owner)

    near = mine.get("/history/", {"from": measured + 20, "to": measured + 40}).json()
    far = mine.get("/history/", {"from": measured - 3 * 86_400, "to": measured + 40}).json()

    assert [point[:2] for point in near["points"]["bench"]] == [[measured + at, at] for at in (20, 30, 40)]
    assert (near["marks"], near["step"]) == ([[measured + 25, "at 25"]], 10)
    assert (far["step"], len(far["points"]["bench"])) == (300, 1)


CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>")
TAGS = re.compile(r"<[^>]+>")


@pytest.mark.parametrize("address", [QUEUE, WHOLE, "/history/"])
def test_without_script_the_same_is_a_table_in_the_viewers_zone(
    address: str, measured: int, broker: Broker, owner: User
) -> None:
    Preferences.objects.create(user=owner, time_zone="Asia/Kolkata")
    begun = datetime.fromtimestamp(measured, UTC)
    Mark.objects.create(broker=broker, at=begun + timedelta(seconds=9), label="memory alarm")

    page = browser(owner).get(address, {"range": "8h", "view": "table"}).content.decode()

    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [TAGS.sub("", cell) for cell in CELL.findall(body)]
    assert cells[0].endswith((begun + timedelta(hours=5.5)).strftime("%H:%M:%S"))
    assert cells[1:] == ["4", "1", "2.0", "2.0", "2.0", "memory alarm"]
    assert f'title="{begun:%Y-%m-%d %H:%M:%S} UTC"' in body
    assert '<a href="?view=table&amp;range=8h" aria-current="page">8h</a>' in page


def test_a_table_of_what_nobody_measured_says_so_and_is_no_more_open_than_the_chart(
    measured: int, broker: Broker, stranger: User
) -> None:
    mine = browser(member(broker, Role.VIEWER))
    asked = {"range": "10m", "view": "table"}

    assert "Nothing is kept of this time" in mine.get("/history/", asked).content.decode()
    assert "Past of orders" in mine.get(QUEUE, asked).content.decode()
    assert browser(stranger).get(QUEUE, asked).status_code == 404
