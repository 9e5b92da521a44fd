"""Shovels on a page: how they are, restarted, deleted; and what to do where there are none."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import look, register
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import VHOST, Place
from tests.support.shovels import found, shoveling
from tests.support.waiting import wait_until

NAME = "shown/ö"


def test_shovels_are_listed_restarted_and_deleted(their_place: Place, db: None, owner: User) -> None:
    bench = register(their_place.running)
    look(bench)
    client, address = browser(owner), reverse("shovels", args=["bench"])

    with shoveling(their_place, NAME) as shovel:
        page = text_of(client.get(address))
        assert NAME in page
        assert shovel.source in page
        assert "<span>Running</span>" in page
        assert "rabbitmq-plugins enable rabbitmq_federation rabbitmq_federation_management" in page
        for_viewer = text_of(browser(member(bench, Role.VIEWER, "")).get(address))
        assert NAME in for_viewer
        assert "Restart" not in for_viewer

        again = client.post(reverse("shovel-restart", args=["bench", VHOST, NAME]), follow=True)
        assert f"Shovel {NAME} starts again." in text_of(again)
        assert last()[2]["after"] == {"restarted": True}
        wait_until(lambda: found(their_place, NAME) is not None)
        deleting = reverse("shovel-delete", args=["bench", VHOST, NAME])
        assert "What it has taken and not passed on stays at its source" in text_of(client.get(deleting))
        done = client.post(deleting, {"seen": "0"})
        assert done["Location"] == address
        wait_until(lambda: found(their_place, NAME) is None)
        missing = client.get(deleting)
        assert missing.status_code == 404
        assert f"There is no shovel {NAME} in vhost {VHOST} on bench." in text_of(missing)


def test_the_embedded_broker_says_what_it_has_instead(broker: Broker, owner: User) -> None:
    look(broker)

    page = text_of(browser(owner).get(reverse("shovels", args=["bench"])))

    assert "The embedded broker has no shovels. Move… on a queue takes its messages" in page
    assert "The embedded broker is not federated with others." in page
    assert "rabbitmq-plugins" not in page


@pytest.mark.parametrize(("role", "vhost", "listing", "acting"), [
    (Role.ADMIN, "/", 404, 404),
    (Role.VIEWER, "", 200, 403),
    (Role.ADMIN, "", 200, 404),
])  # fmt: skip
def test_the_list_is_for_who_sees_the_whole_broker_and_acting_for_who_runs_it(
    role: Role, vhost: str, listing: int, acting: int, broker: Broker, stranger: User
) -> None:
    user, names = member(broker, role, vhost), ["bench", "/", "any"]

    for person, expected in ((user, (listing, acting)), (stranger, (404, 404))):
        assert browser(person).get(reverse("shovels", args=["bench"])).status_code == expected[0]
        assert browser(person).get(reverse("shovel-delete", args=names)).status_code == expected[1]
        assert browser(person).post(reverse("shovel-restart", args=names)).status_code == expected[1]
    assert browser(user, checks_csrf=True).post(reverse("shovel-restart", args=names)).status_code == 403
    assert browser().get(reverse("shovels", args=["bench"])).status_code == 302
