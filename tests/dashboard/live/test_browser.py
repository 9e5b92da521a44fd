"""The one websocket, as browsers use it: a real web process, a real broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from websockets.exceptions import InvalidStatus

from dashboard.live.browser import BAD_MESSAGE, NOT_LOGGED_IN
from dashboard.live.protocol import MAX_FEEDS
from dashboard.models import Broker, Grant
from dashboard.models.grant import Role
from tests.dashboard.live.conftest import session_of
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import member
from tests.dashboard.places import OTHER_VHOST, declare, ready
from tests.support.embedded import EmbeddedBroker
from tests.support.web import Tab, Web

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[[User], Tab]


def until(tab: Tab, feed: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first message of a feed of which this holds."""
    while True:
        message = tab.next(feed)
        if holds(message):
            return message


def live(
    tab: Tab, feed: str, only: list[str] | None = None, holds: Callable[[dict[str, Any]], object] = bool
) -> dict[str, Any]:
    """The data of a feed once the broker has answered and what is waited for is there."""
    data: dict[str, Any] = {}
    message = tab.subscribe(feed, only)
    while True:
        assert message["type"] != "refused"
        if message["type"] == "snapshot":
            data.clear()
        merge(data, message["data"])
        is_live = data.get("state") == "live" or any(
            card["state"] == "live" for card in data.get("brokers", {}).values()
        )
        if is_live and holds(data):
            return data
        message = tab.next(feed)


def merge(target: dict[str, Any], patch: dict[str, Any]) -> None:
    """RFC 7396, as the page's script does it."""
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = value


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1", "http://localhost"]
)
def test_a_page_of_another_origin_opens_no_socket(origin: str | None, process: Web, owner: User) -> None:
    with pytest.raises(InvalidStatus) as refused, Tab(process, session_of(owner), origin=origin):
        pass

    assert refused.value.response.status_code == 403


def test_the_same_host_name_and_port_may(process: Web, owner: User) -> None:
    with Tab(process, session_of(owner), origin=f"http://localhost:{process.port}", host="localhost") as tab:
        assert tab.subscribe("jobs")["type"] == "snapshot"


def test_nobody_gets_a_socket_without_a_login(process: Web, transactional_db: None) -> None:
    with Tab(process) as tab:
        assert tab.close_code() == NOT_LOGGED_IN


@pytest.mark.parametrize("text", ["", "[]", "{", '{"op": "drop"}', '{"op": "subscribe", "feed": 1}', "[" * 20_000])
def test_what_is_not_of_the_protocol_closes_the_socket(text: str, tab: Open, owner: User) -> None:
    mine = tab(owner)
    mine.socket.send(text)

    assert mine.close_code() == BAD_MESSAGE


def test_bytes_close_the_socket_too(tab: Open, owner: User) -> None:
    mine = tab(owner)
    mine.socket.send(b"\xff")

    assert mine.close_code() == BAD_MESSAGE


def test_one_tab_has_a_limit_of_feeds(tab: Open, broker: Broker, owner: User) -> None:
    mine = tab(owner)
    for number in range(MAX_FEEDS + 1):
        mine.say(op="subscribe", feed=f"queue:bench:~2F:q{number}")

    assert mine.close_code() == BAD_MESSAGE


@pytest.mark.parametrize(
    "feed",
    [
        "",
        "nothing",
        "brokers:bench",
        "queues",
        "queues:nowhere",
        "queue:bench:~2F",
        "queue:bench:~FF:a",
        "queue:bench:~2F:~FF",
        "job:x",
        "job:" + "9" * 5000,
        "job:\u0661",
    ],
)
def test_a_feed_that_is_none_is_refused_and_disturbs_no_other(
    feed: str, tab: Open, broker: Broker, owner: User, process: Web
) -> None:
    mine = tab(owner)

    refused = mine.subscribe(feed)

    assert refused["type"] == "refused"
    assert live(mine, "queues:bench")["state"] == "live"
    assert "Traceback" not in process.log.read_text()


def test_half_a_character_in_a_name_closes_only_this_socket(tab: Open, owner: User, process: Web) -> None:
    mine, other = tab(owner), tab(owner)
    mine.socket.send('{"op": "subscribe", "feed": "\\ud800"}')

    assert mine.close_code() == BAD_MESSAGE
    assert other.subscribe("jobs")["type"] == "snapshot"
    assert "Traceback" not in process.log.read_text()


def test_everything_comes_first_then_only_what_changed_in_sequence(
    real: EmbeddedBroker, broker: Broker, tab: Open, owner: User
) -> None:
    name = declare(real, "live-one")
    mine = tab(owner)
    row = f"~2F/{name}"
    live(mine, "queues:bench", [row], lambda data: data["rows"])
    first = mine.subscribe("queues:bench", [row])

    declare(real, name, bodies=(b"a", b"b"))
    then = until(mine, "queues:bench", lambda message: message["data"].get("rows", {}).get(row, {}).get("ready") == 2)

    assert first["type"] == "snapshot"
    assert first["data"]["rows"][row]["ready"] == 0
    assert then["type"] == "delta"
    assert then["seq"] > first["seq"]
    assert "consumers" not in then["data"]["rows"][row]
    assert "state" not in then["data"]


def test_a_queue_that_went_away_is_removed_by_null(
    real: EmbeddedBroker, broker: Broker, tab: Open, owner: User
) -> None:
    name = declare(real, "live-gone")
    mine = tab(owner)
    live(mine, "queues:bench", None, lambda data: f"~2F/{name}" in data["rows"])

    with real.connect() as connection:
        connection.channel().queue_delete(name)

    until(mine, "queues:bench", lambda message: message["data"].get("rows", {}).get(f"~2F/{name}", 0) is None)


def test_the_page_of_a_queue_gets_its_past_and_then_points(
    real: EmbeddedBroker, broker: Broker, tab: Open, owner: User
) -> None:
    declare(real, "live-chart", bodies=(b"x",))
    mine = tab(owner)
    # Not any point: one may be of the moment between the queue and its message.
    live(mine, "queue:bench:~2F:live-chart", None, lambda data: (data["points"]["1m"] or [0, 0])[1] == 1)

    message = mine.subscribe("queue:bench:~2F:live-chart")
    later = until(mine, "queue:bench:~2F:live-chart", lambda message: "points" in message["data"])

    assert set(message["data"]["history"]) == {"1m", "10m", "1h"}
    assert message["data"]["history"]["1m"][-1][1] == 1
    assert later["type"] == "delta"
    assert "history" not in later["data"]


def test_a_member_gets_rows_and_counts_of_granted_vhosts_only(real: EmbeddedBroker, broker: Broker, tab: Open) -> None:
    declare(real, "live-hidden", bodies=(b"1",) * 5)
    declare(real, "live-mine", vhost=OTHER_VHOST, bodies=(b"1",))
    job_row(broker=broker)
    seen = job_row(broker=broker, vhost=OTHER_VHOST)
    mine = tab(member(broker, Role.ADMIN, OTHER_VHOST))

    queues = live(mine, "queues:bench", None, lambda data: "other/live-mine" in data["rows"])
    card = live(mine, "brokers")
    jobs = mine.subscribe("jobs")["data"]["jobs"]
    exchanges = mine.subscribe("exchanges:bench")["data"]

    assert {key.partition("/")[0] for key in queues["rows"]} == {"other"}
    assert queues["count"] == len(queues["rows"])
    assert card["brokers"]["bench"]["queues"] == queues["count"]
    assert card["brokers"]["bench"].get("connections") is None
    assert card["points"] == {}
    assert card.get("history", {}) == {}
    assert set(jobs) == {str(seen.pk)}
    assert {key.partition("/")[0] for key in exchanges.get("rows", {})} <= {"other"}
    assert mine.subscribe("queue:bench:~2F:live-hidden")["type"] == "refused"


def test_a_stranger_gets_empty_feeds_or_none(broker: Broker, tab: Open, stranger: User) -> None:
    job = job_row(broker=broker)
    mine = tab(stranger)

    assert mine.subscribe("brokers")["data"] == {"brokers": {}, "points": {}, "marks": {}, "history": {}}
    assert mine.subscribe("jobs")["data"] == {"jobs": {}}
    assert mine.subscribe(f"job:{job.pk}")["type"] == "refused"
    assert mine.subscribe("queues:bench")["type"] == "refused"


def test_the_progress_of_a_job_comes_by_itself(broker: Broker, tab: Open, owner: User) -> None:
    job = job_row(broker=broker)
    mine = tab(owner)
    first = mine.subscribe(f"job:{job.pk}")

    job.counts, job.state = {"moved": 7}, "running"
    job.save()
    then = mine.next(f"job:{job.pk}")

    assert first["data"]["jobs"][str(job.pk)]["done"] == 0
    assert then["data"] == {"jobs": {str(job.pk): {"state": "running", "done": 7, "counts": {"moved": 7}}}}


def test_a_socket_that_renews_stays(tab: Open, owner: User, process: Web) -> None:
    mine = tab(owner)

    mine.say(op="renew")

    assert mine.subscribe("jobs")["type"] == "snapshot"
    assert "Traceback" not in process.log.read_text()


def logged_out(user: User) -> None:
    Session.objects.all().delete()


def disabled(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def other_password(user: User) -> None:
    user.set_password("changed because it leaked")
    user.save()


def deleted(user: User) -> None:
    user.delete()


@pytest.mark.parametrize("ended", [logged_out, disabled, other_password, deleted])
def test_a_login_that_ended_closes_its_socket_at_the_next_renewal(
    ended: Callable[[User], None], tab: Open, owner: User
) -> None:
    mine = tab(owner)
    mine.subscribe("jobs")

    ended(owner)
    mine.say(op="renew")

    assert mine.close_code() == NOT_LOGGED_IN


def test_a_grant_that_was_taken_away_ends_its_feeds_at_the_next_renewal(broker: Broker, tab: Open) -> None:
    mine = tab(member(broker, Role.VIEWER))
    live(mine, "queues:bench")
    cards = live(mine, "brokers")

    Grant.objects.all().delete()
    mine.say(op="renew")
    refused = until(mine, "queues:bench", lambda message: message["type"] == "refused")

    assert "bench" in cards["brokers"]
    assert refused["reason"] == "no such feed"
    assert until(mine, "brokers", lambda message: message["type"] == "snapshot")["data"]["brokers"] == {}


def test_a_new_grant_widens_its_feeds_at_the_next_renewal(real: EmbeddedBroker, broker: Broker, tab: Open) -> None:
    for vhost in ("/", OTHER_VHOST):
        declare(real, "live-both", vhost=vhost)
    user = member(broker, Role.VIEWER)
    mine = tab(user)
    before = live(mine, "queues:bench", None, lambda data: "~2F/live-both" in data["rows"])

    Grant.objects.create(user=user, broker=broker, vhost=OTHER_VHOST, role=Role.VIEWER)
    mine.say(op="renew")
    after = until(mine, "queues:bench", lambda message: message["type"] == "snapshot")["data"]
    while {key.partition("/")[0] for key in after["rows"]} != {"~2F", "other"}:
        # The collector may be just meeting this test's broker.
        merge(after, mine.next("queues:bench")["data"])

    assert {key.partition("/")[0] for key in before["rows"]} == {"~2F"}


def test_a_look_by_sockets_touches_no_message(real: EmbeddedBroker, broker: Broker, tab: Open, owner: User) -> None:
    name = declare(real, "live-still", bodies=(b"1",))

    live(tab(owner), f"queue:bench:~2F:{name}")

    assert ready(real, name) == 1
