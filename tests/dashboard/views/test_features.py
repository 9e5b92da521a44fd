"""The page of feature flags, and enabling one, for good."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import Place
from tests.support.rabbitmq import LATER_FLAG


def test_flags_are_listed_with_what_is_not_enabled_first_and_one_is_enabled(
    place: Place, bench: Broker, owner: User
) -> None:
    look(bench)
    client, address = browser(owner), reverse("features", args=["bench"])

    page = text_of(client.get(address))

    if place.is_embedded:
        assert page.count("The embedded broker has none: it is one node") == 2
        missing = client.get(reverse("feature-enable", args=["bench", "quorum_queue"]))
        assert missing.status_code == 404
        assert "There is no feature quorum_queue on bench." in text_of(missing)
        return
    assert "9, 1 not enabled" in page
    assert page.index(LATER_FLAG) < page.index("quorum_queue")
    assert "RabbitMQ tells of these from 3.13; this is 3.10." in page
    for_viewer = text_of(browser(member(bench, Role.VIEWER, "")).get(address))
    assert LATER_FLAG in for_viewer
    assert "Enable…" not in for_viewer

    enabling = reverse("feature-enable", args=["bench", LATER_FLAG])
    asks = text_of(client.get(enabling))
    assert "Support setting version for classic mirrored queues." in asks
    assert "It cannot be disabled again" in asks
    done = text_of(client.post(enabling, {"seen": "0"}, follow=True))
    assert f"Feature flag {LATER_FLAG} is enabled." in done
    assert (last()[0], last()[2]["after"]) == ("change", {"state": "enabled"})
    assert "Enable…" not in done
    assert "It is enabled already." in text_of(client.post(enabling, {"seen": "0"}))


@pytest.mark.parametrize(("role", "vhost", "listing", "enabling"), [
    (Role.ADMIN, "/", 404, 404),
    (Role.VIEWER, "", 200, 403),
    (Role.ADMIN, "", 200, 404),
])  # fmt: skip
def test_the_list_is_for_who_sees_the_whole_broker_and_enabling_for_who_runs_it(
    role: Role, vhost: str, listing: int, enabling: int, broker: Broker, stranger: User
) -> None:
    pages = [reverse("features", args=["bench"]), reverse("feature-enable", args=["bench", "any"])]
    user = member(broker, role, vhost)

    assert [browser(user).get(page).status_code for page in pages] == [listing, enabling]
    assert [browser(stranger).get(page).status_code for page in pages] == [404, 404]
    assert [browser().get(page).status_code for page in pages] == [302, 302]
