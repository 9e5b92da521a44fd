"""The command palette: what fits best comes first, only what somebody may see and do, and little of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from brokerctl.clients.models import Exchange
from dashboard import brokers
from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.snapshots import row, snapshot


def found(user: User, text: str, broker: str = "bench") -> list[dict[str, Any]]:
    answer = browser(user).get("/palette/", {"q": text, "broker": broker})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    listed: list[dict[str, Any]] = answer.json()["found"]
    return listed


def labels(items: list[dict[str, Any]], kind: str) -> list[str]:
    return [each["label"] for each in items if each["kind"] == kind]


def known(broker: Broker) -> None:
    rows = [row(name) for name in ("orders.in", "old.orders", "orders")] + [row("orders.of.others", "other")]
    exchange = Exchange("/", "orders.x", "topic", True, False, False, {}, None, 0, 0)
    brokers.remember(broker.pk, snapshot(*rows, *(row(f"many-{n}") for n in range(20)), exchanges=(exchange,)))


def test_queues_come_best_first_with_their_verdict_and_what_can_be_done(broker: Broker, owner: User) -> None:
    known(broker)

    items = found(owner, " ORDERS ")

    assert labels(items, "Queues") == ["orders", "orders.in", "orders.of.others", "old.orders"]
    assert items[0]["detail"] == "Idle · bench · /"
    assert (items[0]["status"], items[0]["href"]) == ("idle", "/brokers/bench/~2F/queues/orders/")
    assert labels(items, "Exchanges") == ["orders.x"]
    assert labels(items, "Actions") == [
        f"{verb} orders" for verb in ("Browse messages of", "Publish to", "Move messages of", "Purge", "Delete")
    ]
    assert len(labels(found(owner, "many"), "Queues")) == 8


def test_pages_and_brokers_are_there_before_anything_is_typed(broker: Broker, owner: User) -> None:
    known(broker)

    items = found(owner, "")

    assert labels(items, "Queues") == labels(items, "Actions") == []
    assert "Overview" in labels(items, "Pages")
    assert labels(items, "Brokers") == ["bench"]
    assert labels(found(owner, "queues"), "Pages") == ["Queues"]


def test_pages_of_the_whole_broker_are_for_those_who_see_it(broker: Broker, owner: User) -> None:
    known(broker)
    watching, administering = member(broker, Role.VIEWER, ""), member(broker, Role.ADMIN, "/")

    assert labels(found(owner, "users"), "Pages") == ["Users"]
    assert labels(found(owner, "nodes"), "Pages") == labels(found(watching, "nodes"), "Pages") == ["Nodes"]
    assert labels(found(watching, "users"), "Pages") == labels(found(administering, "users"), "Pages") == []
    assert labels(found(administering, "nodes"), "Pages") == []


def test_nobody_is_told_of_what_is_not_theirs(broker: Broker, viewer: User, stranger: User) -> None:
    known(broker)
    other = member(broker, Role.OPERATOR, "other")

    assert labels(found(viewer, "orders"), "Queues") == ["orders", "orders.in", "old.orders"]
    assert labels(found(viewer, "orders"), "Actions") == []
    assert labels(found(other, "orders"), "Queues") == ["orders.of.others"]
    assert "Delete orders.of.others" not in labels(found(other, "orders"), "Actions")
    assert labels(found(stranger, "orders"), "Queues") == labels(found(stranger, ""), "Brokers") == []
    assert browser().get("/palette/").status_code == 302
