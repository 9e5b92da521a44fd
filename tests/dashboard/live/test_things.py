"""Feeds of what a broker is asked for only while somebody watches: a real web process, a real broker."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.live.test_browser import Open, live, until
from tests.dashboard.live.test_collector import LOOKS, wire
from tests.dashboard.people import member
from tests.dashboard.places import OTHER_VHOST, declare, register
from tests.support.counting import Wire
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until

__all__ = ["wire"]

PREFETCH = 4711

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wired(transactional_db: None, real: EmbeddedBroker, wire: Wire) -> Broker:
    """Under a name of its own: a tab of another test that went without a word is watching for a while yet."""
    return register(real, "looked", api_port=wire.port)


def test_connections_are_asked_for_once_for_all_who_watch_and_only_while_somebody_does(
    wire: Wire, wired: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    wait_until(lambda: wire.count("/api/overview") > LOOKS)
    assert wire.count("/api/connections") == 0

    with real.connect() as connection:
        channel = connection.channel()
        tabs = [tab(owner) for _ in range(4)]
        seen = [live(each, "connections:looked", None, lambda data: data.get("count")) for each in tabs]
        wire.asked.clear()
        # What takes a busy machine long is asked for more rarely.
        wait_until(lambda: wire.count("/api/connections") >= 1 and wire.count("/api/overview") > LOOKS)
        asked, looks = wire.count("/api/connections"), wire.count("/api/overview")
        channel.close()

    assert all(data["rows"] for data in seen)
    # Each as often as the broker's queues, whoever watches.
    assert asked <= looks + 1


def test_a_connections_numbers_move_and_its_chart_has_a_past(
    wired: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    queue = declare(real, bodies=(b"1", b"2"))
    with real.connect() as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        everything = live(tab(owner), "channels:looked", None, ours)
        (name,) = ours(everything)
        mine = tab(owner)
        data = live(mine, f"channel:looked:{name}", None, lambda found: "history" in found)
        message = channel.basic_get(queue)
        changed = until(mine, f"channel:looked:{name}", lambda found: found["data"].get("unacked") is not None)

    assert message[0] is not None
    assert set(data["history"]) == {"1m", "10m", "1h"}
    assert data["shape"]
    assert changed["data"]["unacked"] >= 0


def ours(data: dict[str, Any]) -> list[str]:
    """The channel that asked for PREFETCH: others may be open on the shared broker."""
    return [name for name, row in data.get("rows", {}).items() if row["prefetch"] == PREFETCH]


def newest(data: dict[str, Any], number: int) -> float | None:
    """One of the numbers of a chart's last point; its first is the time."""
    point = (data.get("points") or {}).get("1m")
    return point[number] if point else None


@pytest.mark.parametrize(
    "feed",
    [
        "broker:looked",
        "nodes:looked",
        "node:looked:x",
        "vhost:looked:~2F",
        "queue-details:looked:~2F:q",
        "connections:nobodys",
        "connection:looked",
        "connection:looked:~FF",
    ],
)
def test_what_is_not_for_a_member_is_refused(feed: str, wired: Broker, tab: Open, broker: Broker) -> None:
    user = member(wired, Role.ADMIN, OTHER_VHOST)

    assert tab(user).subscribe(feed)["type"] == "refused"


def test_a_broker_as_a_whole_has_its_charts_and_what_it_counts_beside_them(
    wired: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    queue = declare(real, bodies=(b"1",))
    mine = tab(owner)

    whole = live(mine, "broker:looked", None, lambda data: (newest(data, 1) or 0) >= 1)
    with real.connect() as connection:
        connection.channel().basic_get(queue, auto_ack=True)
        # Of nine numbers the fifth: got without an ack.
        live(mine, "nodes:looked", None, lambda data: newest(data, 5) is not None)

    assert set(whole["history"]) == {"1m", "10m", "1h"}
    assert newest(whole, 2) is not None


def test_a_member_gets_the_rows_of_their_vhosts_and_nobody_elses_connection(
    wired: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    user = member(wired, Role.VIEWER, OTHER_VHOST)
    with real.connect(), real.connect(OTHER_VHOST):
        everything = live(tab(owner), "connections:looked", None, lambda data: data.get("count", 0) > 1)
        mine = live(tab(user), "connections:looked", None, lambda data: data.get("count"))
        others = next(name for name in everything["rows"] if name not in mine["rows"])
        feed = f"connection:looked:{others}"
        # Its chart is there, because somebody else watches it.
        charted = live(tab(owner), feed, None, lambda data: any((data.get("points") or {}).values()))
        hidden = live(tab(user), feed, None, lambda data: "gone" in data)

    assert len(mine["rows"]) == mine["count"] < everything["count"]
    assert charted["history"]
    assert hidden["gone"]
    assert not {"rows", "history"} & hidden.keys()
    assert not hidden.get("points")
