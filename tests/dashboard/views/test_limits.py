"""Vhosts are made, changed and deleted, and limits set and cleared, on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl.clients.models import User as BrokerUser
from brokerctl.errors import ObjectNotFound
from dashboard import setup
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from tests.dashboard.people import browser, check_whole_broker_only, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import VHOST, Place

NEW = "made here/ö"


@pytest.fixture
def client(place: Place, bench: Broker, owner: User) -> Iterator[Client]:
    look(bench)
    yield browser(owner)
    try:
        place.client.delete_vhost(NEW)
    except ObjectNotFound:
        return


def limits_of(place: Place, name: str, *, users: bool = False) -> dict[str, int]:
    found = place.client.user_limits() if users else place.client.vhost_limits()
    return next((dict(each.values) for each in found if each.name == name), {})


def test_a_vhost_lives_from_its_form_over_an_edit_to_its_end(place: Place, bench: Broker, client: Client) -> None:
    form = {"name": NEW, "description": "for tests", "tags": "one, two"}

    made = client.post(reverse("vhost-add", args=["bench"]), form)

    assert made["Location"] == reverse("vhost", args=["bench", NEW])
    there = place.client.vhost(NEW)
    assert (there.description, there.tags) == ("for tests", ("one", "two"))
    again = client.post(reverse("vhost-add", args=["bench"]), form)
    assert "There is a vhost of this name already. Edit that one." in text_of(again)

    edit = reverse("vhost-edit", args=["bench", NEW])
    page = text_of(client.get(edit))
    assert 'value="one, two"' in page
    assert ("disabled" in page.split('name="is_traced"')[1].split(">")[0]) == place.is_embedded
    traced = {} if place.is_embedded else {"is_traced": "on"}
    client.post(edit, {**form, "description": "changed", **traced})
    there = place.client.vhost(NEW)
    assert (there.description, there.is_traced) == ("changed", not place.is_embedded)
    client.post(edit, {**form, "description": "changed"})
    assert not place.client.vhost(NEW).is_traced
    assert last()[2]["before"]["description"] == "changed"

    place.client.declare_queue(NEW, "inside")
    place.client.bind(NEW, "amq.topic", "queue", "inside", "k")
    deleting = reverse("vhost-delete", args=["bench", NEW])
    asks = text_of(client.get(deleting))
    assert "1 queue with 0 messages: inside." in asks
    assert "0 exchanges, 1 binding and 0 policies." in asks
    assert "Permissions in it go: of guest." in asks
    wrong = client.post(deleting, {"seen": "0", "typed_name": "made"})
    right = client.post(deleting, {"seen": "0", "typed_name": NEW})
    assert f"Type {NEW} to confirm." in text_of(wrong)
    assert right["Location"] == reverse("vhosts", args=["bench"])
    assert NEW not in {each.name for each in place.client.vhosts()}
    assert [row.kind for row in Operation.objects.order_by("pk")] == ["create", "change", "change", "remove"]


def test_limits_are_set_changed_and_cleared(place: Place, bench: Broker, client: Client) -> None:
    address = reverse("limits", args=["bench"])
    place.client.put_user(BrokerUser("limited", ()), "secret")

    def save(of: str, name: str, **values: str) -> str:
        form = {"of": of, "name": name, **{key.replace("_", "-"): value for key, value in values.items()}}
        return text_of(client.post(address, form, follow=True))

    save("vhost", VHOST, max_connections="100", max_queues="50")
    save("user", "limited", max_connections="", max_channels="7")
    page = text_of(client.get(address, {"q": "tests/"}))
    assert limits_of(place, VHOST) == {"max-connections": 100, "max-queues": 50}
    assert limits_of(place, "limited", users=True) == {"max-channels": 7}
    assert 'name="max-queues" value="50"' in page
    assert "limited" not in page
    assert last()[2]["after"] == {"max-channels": 7}

    save("vhost", VHOST, max_connections="", max_queues="60")
    assert limits_of(place, VHOST) == {"max-queues": 60}
    assert "Nothing was different." in save("vhost", VHOST, max_connections="", max_queues="60")
    wrong = save("vhost", VHOST, max_connections="many", max_queues="-4")
    assert wrong.count("A limit is a whole number, 0 for none at all; empty for no limit.") == 2
    save("vhost", VHOST, max_connections="", max_queues="")
    save("user", "limited", max_connections="", max_channels="")
    assert limits_of(place, VHOST) == limits_of(place, "limited", users=True) == {}
    assert "were not changed" in save("vhost", "no such vhost", max_connections="1", max_queues="")
    place.client.delete_user("limited")


@pytest.mark.parametrize("page", ["vhost-add", "limits", "vhost-edit", "vhost-delete"])
def test_only_those_who_run_the_whole_broker_get_in(page: str, broker: Broker, stranger: User) -> None:
    address = reverse(page, args=["bench", "/"] if page in ("vhost-edit", "vhost-delete") else ["bench"])
    check_whole_broker_only(address, broker, stranger)


def test_the_vhost_of_our_own_jobs_is_not_deleted(broker: Broker, owner: User) -> None:
    setup.embedded_broker()

    assert browser(owner).get(reverse("vhost-delete", args=["local", "postroom"])).status_code == 404


def test_the_lists_lead_to_the_forms_of_those_who_may(broker: Broker, owner: User) -> None:
    look(broker)
    listing, one = reverse("vhosts", args=["bench"]), reverse("vhost", args=["bench", "/"])

    for user, offered in ((owner, True), (member(broker, Role.ADMIN, "/"), False)):
        found = [text_of(browser(user).get(page)) for page in (listing, one)]
        assert ["Add vhost" in found[0], "Delete…" in found[1]] == [offered, offered]
