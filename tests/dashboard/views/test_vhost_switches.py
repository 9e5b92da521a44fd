"""A vhost is protected from deletion, and started again where it stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl.clients.models import Vhost
from brokerctl.errors import ObjectNotFound
from dashboard import brokers
from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import look, register
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import Place
from tests.support.rabbitmq import RabbitMQ

NAME = "switched/ö"
STOPPED = "stopped"


@pytest.fixture
def client(place: Place, bench: Broker, owner: User) -> Iterator[Client]:
    place.client.put_vhost(Vhost(NAME, "", 0, 0))
    look(bench)
    yield browser(owner)
    try:
        place.client.delete_vhost(NAME)
    except ObjectNotFound:
        return


def test_a_vhost_is_protected_and_says_why_it_is_not_deleted(place: Place, client: Client) -> None:
    page, protect, unprotect, delete = (
        reverse(name, args=["bench", NAME]) for name in ("vhost", "vhost-protect", "vhost-unprotect", "vhost-delete")
    )
    shown = text_of(client.get(page))
    if not place.is_embedded:
        # Of the RabbitMQ that the tests have.
        assert 'disabled title="RabbitMQ has this from 4.0; this is 3' in shown
        assert "RabbitMQ has this from 4.0" in text_of(client.post(protect))
        return
    assert f'action="{protect}"' in shown

    done = text_of(client.post(protect, follow=True))

    assert "is protected from deletion." in done
    assert f'action="{unprotect}"' in done
    assert last()[:3] == (
        *("change", "done"),
        {"noun": "vhost", "name": NAME, "after": {"protected": True}, "before": {"protected": False}},
    )
    asks = text_of(client.get(delete))
    assert "It is protected from deletion. Take the protection away on its page first." in asks
    client.post(delete, {"seen": "0", "typed_name": NAME})
    assert place.client.vhost(NAME).is_protected
    client.post(unprotect)
    client.post(delete, {"seen": "0", "typed_name": NAME})
    assert NAME not in {each.name for each in place.client.vhosts()}


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
def test_a_vhost_that_stopped_is_started_on_its_node(their_place: Place, rabbitmq: RabbitMQ, owner: User) -> None:
    row = register(rabbitmq)
    look(row)
    their_place.client.put_vhost(Vhost(STOPPED, "", 0, 0))
    (node,) = their_place.client.vhost(STOPPED).cluster_state
    page, start = reverse("vhost", args=["bench", STOPPED]), reverse("vhost-start", args=["bench", STOPPED, node])
    mine = browser(owner)
    assert start not in text_of(mine.get(page))
    rabbitmq.evaluate(f'rabbit_vhost_sup_sup:stop_and_delete_vhost(<<"{STOPPED}">>).')
    assert their_place.client.vhost(STOPPED).cluster_state == {node: "stopped"}

    done = text_of(mine.post(start, follow=True))

    assert f"is started on {node}." in done
    assert their_place.client.vhost(STOPPED).cluster_state == {node: "running"}
    assert last()[2]["after"] == {"started on": node}
    their_place.client.delete_vhost(STOPPED)


@pytest.mark.parametrize("page", ["vhost-protect", "vhost-unprotect", "vhost-start"])
def test_only_those_who_run_the_whole_broker_switch_it(page: str, broker: Broker, stranger: User) -> None:
    node = brokers.client(broker).nodes()[0].name
    address = reverse(page, args=["bench", "/", node] if page == "vhost-start" else ["bench", "/"])

    for user, status in (
        (stranger, 404),
        (member(broker, Role.ADMIN, "/"), 404),
        (member(broker, Role.OPERATOR, ""), 403),
        (member(broker, Role.ADMIN, ""), 302),
    ):
        assert browser(user).post(address).status_code == status
        assert browser(user, checks_csrf=True).post(address).status_code == 403
    assert browser().get(address).status_code in (302, 405)
    brokers.client(broker).protect_vhost("/", False)
