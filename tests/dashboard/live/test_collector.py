"""The collector of a real web process: what it asks a broker, and what it makes of one that goes away."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from dashboard import brokers, secrets
from dashboard.live import collector
from dashboard.live.collector import BACKOFF_SECONDS
from dashboard.live.feeds import Feeds
from dashboard.models import Broker
from dashboard.snapshot import Snapshot
from tests.dashboard.live.test_browser import Open, live, merge
from tests.dashboard.live.test_many_queues import run
from tests.dashboard.places import OTHER_VHOST, declare, nobody, register
from tests.support.counting import Wire, wire_to
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until
from tests.support.web import Tab, Web

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = 6
ONCE = "/api/extensions"
"""What a broker can do is asked when it is met."""


@pytest.fixture
def wire(real: EmbeddedBroker) -> Iterator[Wire]:
    with wire_to(real.api_port) as found:
        yield found


@pytest.fixture
def wired(transactional_db: None, real: EmbeddedBroker, wire: Wire) -> Broker:
    return register(real, "wired", api_port=wire.port)


def card(tab: Tab, holds: Callable[[dict[str, Any]], bool], slug: str = "wired") -> dict[str, Any]:
    """The broker's card as soon as this holds of it."""
    data: dict[str, Any] = {}
    message = tab.subscribe("brokers")
    while True:
        merge(data, message["data"])
        if holds(data["brokers"].get(slug, {})):
            found: dict[str, Any] = data["brokers"].get(slug, {})
            return found
        message = tab.next("brokers")


def asked_per_look(wire: Wire) -> list[list[str]]:
    """What was asked in each whole look; a look begins with the overview."""
    looks: list[list[str]] = []
    for asked in list(wire.asked):
        path = asked.partition("?")[0]
        if path == "/api/overview":
            looks.append([])
        elif looks and path != ONCE:
            looks[-1].append(path)
    return looks[:-1]


def lasting_questions(look: list[str]) -> tuple[str, ...]:
    """What the broker can do is asked once, and queues not always where that takes long (test_many_queues.py)."""
    return tuple(path for path in look if path not in ("/api/extensions", "/api/queues"))


def test_what_a_broker_is_asked_does_not_depend_on_who_watches(
    wire: Wire, wired: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    declare(real, "watched")
    wait_until(lambda: wire.count("/api/overview") > LOOKS)
    alone = asked_per_look(wire)

    for _ in range(8):
        mine = tab(owner)
        for feed in ("brokers", "queues:wired", "queue:wired:~2F:watched"):
            live(mine, feed)
    wire.asked.clear()
    wait_until(lambda: wire.count("/api/overview") > LOOKS)
    watched = asked_per_look(wire)

    assert {lasting_questions(look) for look in watched} <= {lasting_questions(look) for look in alone}
    assert all(look.count("/api/queues") <= 1 for look in watched)


def test_exchanges_are_asked_every_time_only_while_somebody_looks_at_them(
    wire: Wire, wired: Broker, tab: Open, owner: User
) -> None:
    wait_until(lambda: wire.count("/api/overview") > LOOKS)
    alone = asked_per_look(wire)

    live(tab(owner), "exchanges:wired")
    wire.asked.clear()
    wait_until(lambda: wire.count("/api/overview") > LOOKS)

    assert any("/api/exchanges" not in look for look in alone)
    assert all(look.count("/api/exchanges") == 1 for look in asked_per_look(wire))


def test_a_broker_that_goes_away_is_unreachable_with_a_sentence_and_comes_back(
    wire: Wire, wired: Broker, real: EmbeddedBroker, tab: Open, owner: User, process: Web
) -> None:
    declare(real, "survivor", bodies=(b"1",))
    mine = tab(owner)
    live(mine, "queues:wired", None, lambda data: data["rows"].get("~2F/survivor", {}).get("ready") == 1)

    wire.cut()
    away = card(mine, lambda card: card.get("state") == "unreachable")
    last = mine.subscribe("queues:wired", ["~2F/survivor"])["data"]["rows"]
    wire.mend()
    back = card(mine, lambda card: card.get("state") == "live")

    assert f"127.0.0.1:{wire.port}" in away["error"]
    assert away["ready"] >= last["~2F/survivor"]["ready"] == 1
    assert away["retry_at"] > 0
    assert back["error"] == ""
    assert "Traceback" not in process.log.read_text()


def test_a_broker_that_stays_away_is_asked_less_and_less_often(
    unreachable: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = tuple(seconds / 20 for seconds in BACKOFF_SECONDS[:3])
    announced: list[float] = []

    def remember(broker_id: int, taken: Snapshot) -> None:
        assert taken.retry_at is not None
        announced.append(taken.retry_at.timestamp())

    monkeypatch.setattr(collector, "BACKOFF_SECONDS", pauses)
    monkeypatch.setattr(brokers, "remember", remember)

    run(unreachable, Feeds(nobody), lambda: wait_until(lambda: len(announced) > len(pauses)))

    # Each look fails no earlier than it was announced, and announces the next one later than that.
    assert tuple(sorted(set(BACKOFF_SECONDS))) == BACKOFF_SECONDS
    for (before, after), pause in zip(itertools.pairwise(announced), [*pauses[1:], pauses[-1]], strict=False):
        assert after - before >= pause


def test_a_broker_that_is_away_delays_no_other(
    wire: Wire, wired: Broker, broker: Broker, real: EmbeddedBroker, tab: Open, owner: User
) -> None:
    wire.cut()
    mine = tab(owner)
    card(mine, lambda card: card.get("state") == "unreachable")

    name = declare(real)

    live(mine, "queues:bench", None, lambda data: f"~2F/{name}" in data["rows"])


def test_a_broker_that_was_removed_leaves_the_overview_and_is_asked_no_more(
    wire: Wire, wired: Broker, broker: Broker, tab: Open, owner: User
) -> None:
    mine = tab(owner)
    card(mine, lambda card: card.get("state") == "live")

    wired.delete()
    card(mine, lambda card: card == {})
    wire.asked.clear()
    live(mine, "queues:bench")
    for _ in range(LOOKS):
        mine.tick()
    card(mine, lambda card: card.get("state") == "live", "bench")

    # One look may have been on its way.
    assert wire.count("/api/overview") <= 1


def test_a_new_address_is_noticed(wire: Wire, wired: Broker, tab: Open, owner: User, closed_port: int) -> None:
    mine = tab(owner)
    card(mine, lambda card: card.get("state") == "live")

    Broker.objects.filter(pk=wired.pk).update(api_port=closed_port)
    away = card(mine, lambda card: "nothing listens there" in card.get("error", ""))
    Broker.objects.filter(pk=wired.pk).update(api_port=wire.port)
    card(mine, lambda card: card.get("state") == "live")

    assert (away["state"], away["ready"]) == ("unreachable", 0)


def test_a_wrong_password_is_a_sentence_and_a_right_one_helps(
    wired: Broker, tab: Open, owner: User, process: Web
) -> None:
    Broker.objects.filter(pk=wired.pk).update(password_encrypted=secrets.encrypt("wrong"))
    mine = tab(owner)

    card(mine, lambda card: "refused user guest" in card.get("error", ""))
    Broker.objects.filter(pk=wired.pk).update(password_encrypted=b"\x01" + b"x" * 40)
    undecryptable = card(mine, lambda card: "decrypted" in card.get("error", ""))
    Broker.objects.filter(pk=wired.pk).update(password_encrypted=secrets.encrypt("guest"))
    card(mine, lambda card: card.get("state") == "live")

    assert "edit the broker and type it again" in undecryptable["error"]
    assert "Traceback" not in process.log.read_text()


def test_a_broker_that_is_added_appears(tab: Open, owner: User, real: EmbeddedBroker) -> None:
    mine = tab(owner)
    mine.subscribe("brokers")

    register(real, "added")

    assert card(mine, lambda card: card.get("state") == "live", "added")["connections"] is not None


def test_queues_of_any_name_and_vhost_are_rows(real: EmbeddedBroker, broker: Broker, tab: Open, owner: User) -> None:
    declare(real, "a:b/c ü", vhost=OTHER_VHOST)
    mine = tab(owner)

    live(mine, "queues:bench", None, lambda data: "other/a~3Ab~2Fc~20~C3~BC" in data["rows"])
    live(mine, "queue:bench:other:a~3Ab~2Fc~20~C3~BC", None, lambda data: data.get("ready") == 0)
