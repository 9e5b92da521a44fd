"""Shovels, upstreams and links on a page: how they are, restarted, deleted; and what to do where there are none."""

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
from tests.support.proxied import NO_PLUGIN, answering
from tests.support.shovels import federating, found, linked, shoveling
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
        assert reverse("shovel-edit", args=["bench", VHOST, NAME]) in page
        assert reverse("shovel-add", args=["bench"]) in page
        for_viewer = text_of(browser(member(bench, Role.VIEWER, "")).get(address))
        assert NAME in for_viewer
        assert "Restart" not in for_viewer
        assert "Edit" not in for_viewer
        assert "Add shovel" not in for_viewer

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


def test_upstreams_and_links_are_listed_restarted_and_deleted(their_place: Place, db: None, owner: User) -> None:
    bench = register(their_place.running)
    look(bench)
    client, address = browser(owner), reverse("shovels", args=["bench"])

    with federating(their_place, NAME) as link:
        page = text_of(client.get(address))
        for told in (NAME, "amqp://ann@127.0.0.1:9", "reconnect-delay=3600", link.name, "Add upstream"):
            assert told in page
        assert "s3cret" not in page
        for_viewer = text_of(browser(member(bench, Role.VIEWER, "")).get(address))
        assert "amqp://ann@127.0.0.1:9" in for_viewer
        assert "Restart" not in for_viewer

        again = client.post(reverse("link-restart", args=["bench", VHOST, link.id, link.node]), follow=True)
        assert f"The link of {link.name} to {NAME} starts again." in text_of(again)
        assert last()[2]["after"] == {"upstream": NAME, "restarted": True}
        wait_until(lambda: linked(their_place, link.name) is not None)
        unknown = client.post(reverse("link-restart", args=["bench", VHOST, "none", link.node]))
        assert (unknown.status_code, "There is no link none in vhost" in text_of(unknown)) == (404, True)

        deleting = reverse("upstream-delete", args=["bench", VHOST, NAME])
        assert f"1 link ends: {link.name}." in text_of(client.get(deleting))
        assert client.post(deleting, {"seen": "0"})["Location"] == address
        kind, state, parameters, _ = last()
        assert (kind, state, parameters["noun"]) == ("remove", "done", "upstream")
        assert parameters["before"] == {"uri": "amqp://ann@127.0.0.1:9", "reconnect-delay": 3_600}
        missing = client.get(deleting)
        assert missing.status_code == 404
        assert f"There is no upstream {NAME} in vhost {VHOST} on bench." in text_of(missing)


def test_what_is_not_enabled_says_how_to_enable_it(their_place: Place, db: None, owner: User) -> None:
    paths = ("/api/federation-links", "/api/shovels")
    with answering(their_place.address.api_port, {f"GET {path}": NO_PLUGIN for path in paths}) as (port, asked):
        look(register(their_place.running, api_port=port))
        client = browser(owner)

        page = text_of(client.get(reverse("shovels", args=["bench"])))
        shovel, upstream = (
            text_of(client.get(reverse(name, args=["bench"]))) for name in ("shovel-add", "upstream-add")
        )

    for plugin, form in (("shovel", shovel), ("federation", upstream)):
        assert f"rabbitmq-plugins enable rabbitmq_{plugin} rabbitmq_{plugin}_management" in page
        assert f"The plugin rabbitmq_{plugin}_management is not enabled on bench" in form
        assert 'id="link-title"' not in form
    assert "Add shovel" not in page
    assert "Add upstream" not in page
    assert {f"GET {path}" for path in paths} <= set(asked)


def test_who_may_not_read_parameters_is_told_so(their_place: Place, db: None, owner: User) -> None:
    refused = 401, '{"error":"not_authorised","reason":"User not policymaker"}'
    with answering(their_place.address.api_port, {"GET /api/parameters/federation-upstream": refused}) as (port, _):
        look(register(their_place.running, api_port=port))

        page = text_of(browser(owner).get(reverse("shovels", args=["bench"])))

    assert "that takes the tag policymaker" in page
    assert "Federation links" in page


def test_a_shovel_of_a_lavinmq_is_paused_and_goes_on(their_place: Place, db: None, owner: User) -> None:
    """Its answers are written from its sources: it is RabbitMQ but for them."""
    overview = '{"lavinmq_version":"2.9.1","node":"n","object_totals":{},"queue_totals":{}}'
    state = '{"name":"s","vhost":"/","state":"%s","error":null,"message_count":7}'
    answers = {
        "GET /api/overview": (200, overview),
        "GET /api/shovels": (200, f"[{state % 'Running'}]"),
        "PUT /api/shovels/%2F/s/pause": (204, ""),
        "PUT /api/shovels/%2F/s/resume": (204, ""),
    }
    names = ["bench", "/", "s"]
    with answering(their_place.address.api_port, answers) as (port, asked):
        look(register(their_place.running, api_port=port))
        client = browser(owner)

        assert reverse("shovel-pause", args=names) in text_of(client.get(reverse("shovels", args=["bench"])))
        paused = client.post(reverse("shovel-pause", args=names))
        assert last()[2]["after"] == {"paused": True}
        answers["GET /api/shovels"] = (200, f"[{state % 'Paused'}]")
        page = text_of(client.get(paused["Location"]))
        assert reverse("shovel-resume", args=names) in page
        assert "LavinMQ cannot restart a shovel" in page
        assert "Shovel s goes on." in text_of(client.post(reverse("shovel-resume", args=names), follow=True))

    assert {"PUT /api/shovels/%2F/s/pause", "PUT /api/shovels/%2F/s/resume"} <= set(asked)


def test_the_embedded_broker_says_what_it_has_instead(broker: Broker, owner: User) -> None:
    look(broker)

    page = text_of(browser(owner).get(reverse("shovels", args=["bench"])))

    assert "The embedded broker has no shovels. Move… on a queue takes its messages" in page
    assert "The embedded broker is not federated with others." in page
    assert "rabbitmq-plugins" not in page
    assert "Add shovel" not in page
    assert "Add upstream" not in page


@pytest.mark.parametrize(("role", "vhost", "listing", "acting"), [
    (Role.ADMIN, "/", 404, 404),
    (Role.VIEWER, "", 200, 403),
    (Role.ADMIN, "", 200, 404),
])  # fmt: skip
def test_the_list_is_for_who_sees_the_whole_broker_and_acting_for_who_runs_it(
    role: Role, vhost: str, listing: int, acting: int, broker: Broker, stranger: User
) -> None:
    user, names = member(broker, role, vhost), ["bench", "/", "any"]
    forms = [
        *(reverse(name, args=["bench"]) for name in ("shovel-add", "upstream-add")),
        *(reverse(name, args=names) for name in ("shovel-edit", "shovel-delete", "upstream-edit", "upstream-delete")),
    ]
    posts = [
        *(reverse(name, args=names) for name in ("shovel-restart", "shovel-pause", "shovel-resume")),
        reverse("link-restart", args=[*names, "node"]),
    ]

    for person, expected in ((user, (listing, acting)), (stranger, (404, 404))):
        assert browser(person).get(reverse("shovels", args=["bench"])).status_code == expected[0]
        for address in forms:
            assert browser(person).get(address).status_code == expected[1], address
        for address in posts:
            assert browser(person).post(address).status_code in (expected[1], 502 if expected[1] == acting else 0)
    for address in (*forms, *posts):
        assert browser(user, checks_csrf=True).post(address).status_code == 403
        assert browser().post(address).status_code == 302
    assert browser().get(reverse("shovels", args=["bench"])).status_code == 302
