"""Shovels and upstreams are added and edited from pages, and no password of theirs is ever seen."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl import names
from brokerctl.clients.links import SHOVEL, UPSTREAM
from brokerctl.errors import ObjectNotFound
from dashboard import brokers
from dashboard.models import Broker, Operation
from tests.dashboard.people import browser
from tests.dashboard.places import look, register
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import VHOST, Place
from tests.support.proxied import answering
from tests.support.shovels import found, shoveling
from tests.support.waiting import wait_until

NAME, SECRET = "added/ö", "s3cret"
URI = f"amqp://ann:{SECRET}@127.0.0.1:9/%2F"
SHOWN = "amqp://ann@127.0.0.1:9/%2F"
UPSTREAM_FORM = {"step": "do", "vhost": VHOST, "name": NAME, "uri": URI}
SHOVEL_FORM = {
    "step": "do",
    "vhost": VHOST,
    "name": NAME,
    "source_uri": URI,
    "source_type": "queue",
    "source": "from",
    "destination_uri": URI,
    "destination_type": "queue",
    "destination": "to",
    "ends": "never",
}


@pytest.fixture
def row(their_place: Place, db: None) -> Iterator[Broker]:
    made = register(their_place.running)
    look(made)
    yield made
    brokers.forget(made.pk)
    for component in (SHOVEL, UPSTREAM):
        with their_place.api() as api:
            api.delete(names.path("parameters", component, VHOST, NAME))


@pytest.fixture
def client(row: Broker, owner: User) -> Client:
    return browser(owner)


def everything_kept() -> str:
    """All that the audit holds."""
    return json.dumps([[each.parameters, each.error, each.items] for each in Operation.objects.all()])


def test_an_upstream_is_added_and_edited_and_keeps_its_uri(client: Client, their_place: Place) -> None:
    add, edit = reverse("upstream-add", args=["bench"]), reverse("upstream-edit", args=["bench", VHOST, NAME])
    free = {"argument_name": ["bind-nowait"], "argument_type": ["boolean"], "argument_value": ["true"]}
    asked = {"set_prefetch-count": "50", "set_ack-mode": "on-publish", "set_trust-user-id": "true"}

    added = client.post(add, {**UPSTREAM_FORM, **asked, **free})

    assert added["Location"] == reverse("shovels", args=["bench"])
    settings = {"prefetch-count": 50, "ack-mode": "on-publish", "trust-user-id": True, "bind-nowait": True}
    there = their_place.client.link_setup(UPSTREAM, VHOST, NAME)
    assert (there.uris, there.settings) == ({"uri": (URI,)}, settings)
    assert last()[:2] == ("create", "done")
    assert last()[2]["after"] == {"uri": SHOWN, **settings}

    page = text_of(client.get(edit))
    assert SHOWN in page
    assert 'value="50"' in page
    assert 'value="bind-nowait"' in page
    kept = client.post(edit, {"step": "do", "set_max-hops": "3", "uri": ""}, follow=True)
    assert f"Upstream {NAME} is saved" in text_of(kept)
    there = their_place.client.link_setup(UPSTREAM, VHOST, NAME)
    assert (there.uris, there.settings) == ({"uri": (URI,)}, {"max-hops": 3})
    assert last()[2]["before"] == {"uri": SHOWN, **settings}
    assert last()[2]["after"] == {"uri": SHOWN, "max-hops": 3}

    client.post(edit, {"step": "do", "uri": "amqp://ann:n3w@a amqps://b"})
    assert their_place.client.link_setup(UPSTREAM, VHOST, NAME).uris == {"uri": ("amqp://ann:n3w@a", "amqps://b")}
    assert last()[2]["after"] == {"uri": "amqp://ann@a amqps://b (given anew)"}
    for text in (page, text_of(kept), text_of(client.get(added["Location"])), everything_kept()):
        assert SECRET not in text
        assert "n3w" not in text


def test_a_shovel_is_added_and_edited(client: Client, their_place: Place) -> None:
    add, edit = reverse("shovel-add", args=["bench"]), reverse("shovel-edit", args=["bench", VHOST, NAME])
    asked = {
        "source_type": "exchange",
        "source": "logs",
        "source_key": "a.*",
        "ends": "count",
        "ends_after": "500",
        "set_src-prefetch-count": "20",
        "set_dest-add-forward-headers": "true",
    }

    added = client.post(add, {**SHOVEL_FORM, **asked})

    assert added["Location"] == reverse("shovels", args=["bench"])
    settings = {
        "src-exchange": "logs",
        "src-exchange-key": "a.*",
        "dest-queue": "to",
        "src-delete-after": 500,
        "src-prefetch-count": 20,
        "dest-add-forward-headers": True,
    }
    there = their_place.client.link_setup(SHOVEL, VHOST, NAME)
    assert (there.uris, there.settings) == ({"src-uri": (URI,), "dest-uri": (URI,)}, settings)
    assert last()[2]["after"] == {"src-uri": SHOWN, "dest-uri": SHOWN, **settings}
    # It does not connect, and its row tells its ends all the same.
    wait_until(lambda: found(their_place, NAME) is not None)
    listed = text_of(client.get(added["Location"]))
    assert "exchange logs, key a.*" in listed

    page = text_of(client.get(edit))
    assert page.count(SHOWN) == 2
    assert '<option value="count" selected>' in page
    changed = {"destination_uri": "amqp:///%2F", "destination_type": "own", "destination": ""}
    client.post(edit, {**SHOVEL_FORM, **asked, "source_uri": "", **changed, "ends": "never"})
    there = their_place.client.link_setup(SHOVEL, VHOST, NAME)
    assert there.uris == {"src-uri": (URI,), "dest-uri": ("amqp:///%2F",)}
    assert "dest-queue" not in there.settings
    assert there.settings["src-delete-after"] == "never"
    assert SECRET not in page + listed + everything_kept()


def test_one_that_was_made_with_old_names_is_edited_with_new_ones(client: Client, their_place: Place) -> None:
    with shoveling(their_place, NAME):
        value = {"src-uri": URI, "src-queue": "a", "src-protocol": "amqp091", "dest-uri": URI, "dest-queue": "b"}
        old = {"prefetch-count": 7, "delete-after": "queue-length", "add-forward-headers": True}
        with their_place.api() as api:
            path = names.path("parameters", SHOVEL, VHOST, NAME)
            api.put(path, json={"value": {**value, **old}}).raise_for_status()
        edit = reverse("shovel-edit", args=["bench", VHOST, NAME])

        page = text_of(client.get(edit))
        typed = {"source_uri": "", "destination_uri": "", "ends": "queue-length", "set_src-prefetch-count": "7"}
        client.post(edit, {**SHOVEL_FORM, **typed})
        there = their_place.client.link_setup(SHOVEL, VHOST, NAME)

    assert '<option value="queue-length" selected>' in page
    assert 'value="7"' in page
    assert "prefetch-count" not in there.settings
    assert there.settings["src-prefetch-count"] == 7
    assert there.settings["src-protocol"] == "amqp091"


def test_what_the_broker_refuses_stands_at_the_form_and_what_was_typed_is_remembered(client: Client) -> None:
    add = reverse("upstream-add", args=["bench"])
    wrong = {"argument_name": ["wrong"], "argument_type": ["number"], "argument_value": ["1"]}

    refused = text_of(client.post(add, {**UPSTREAM_FORM, "set_max-hops": "4", **wrong}))

    assert "Unrecognised terms" in refused
    assert f'value="{NAME}"' in refused
    assert 'value="4"' in refused
    assert 'value="wrong"' in refused
    assert SHOWN in refused
    assert last()[1] == "failed"
    assert SECRET not in refused + everything_kept()
    [carried] = [part.split('"')[0] for part in refused.split('name="carried" value="')[1:]]
    assert client.post(add, {**UPSTREAM_FORM, "uri": "", "carried": "made up"}).status_code == 200
    assert client.post(add, {**UPSTREAM_FORM, "uri": "", "carried": carried}).status_code == 302
    assert last()[2]["after"] == {"uri": SHOWN}


def test_a_uri_in_the_wrong_place_is_not_sent_back(client: Client) -> None:
    free = {"argument_name": ["uri", "x"], "argument_type": ["string", "string"], "argument_value": [URI, "kept"]}

    page = text_of(client.post(reverse("upstream-add", args=["bench"]), {**UPSTREAM_FORM, **free}))

    assert "uri has a field of its own above." in page
    assert 'value="kept"' in page
    assert SECRET not in page


def test_another_row_is_offered_without_a_script_and_loses_nothing(client: Client) -> None:
    row = {"argument_name": ["bind-nowait"], "argument_type": ["boolean"], "argument_value": ["true"]}

    page = text_of(
        client.post(reverse("upstream-add", args=["bench"]), {**UPSTREAM_FORM, **row, "step": "", "add_header": "1"})
    )

    assert page.count('name="argument_name"') == 3
    assert SHOWN in page
    assert 'name="carried"' in page
    assert SECRET not in page


def test_nothing_is_overwritten_by_adding(client: Client, their_place: Place) -> None:
    client.post(reverse("upstream-add", args=["bench"]), UPSTREAM_FORM)

    again = client.post(reverse("upstream-add", args=["bench"]), {**UPSTREAM_FORM, "uri": "amqp://other"})

    assert "There is an upstream of this name." in text_of(again)
    assert their_place.client.link_setup(UPSTREAM, VHOST, NAME).uris == {"uri": (URI,)}


def test_what_is_not_told_must_be_given_anew(their_place: Place, owner: User, db: None) -> None:
    value = {"uri": "amqp://ann:*****@host", "max-hops": 2}
    told = {"component": UPSTREAM, "vhost": "/", "name": "u", "value": value}
    with answering(
        their_place.address.api_port, {"GET /api/parameters/federation-upstream/%2F/u": (200, json.dumps(told))}
    ) as (port, _):
        look(register(their_place.running, api_port=port))
        client, address = browser(owner), reverse("upstream-edit", args=["bench", "/", "u"])

        page = text_of(client.get(address))
        again = text_of(client.post(address, {"step": "do", "uri": ""}))

    assert "The broker does not tell the URI that it has: give it anew." in page
    assert "Say where it connects to" in again
    with pytest.raises(ObjectNotFound):
        their_place.client.link_setup(UPSTREAM, "/", "u")


def test_a_shovel_of_another_protocol_is_not_edited(client: Client, their_place: Place) -> None:
    value = {"src-uri": URI, "src-queue": "a", "dest-protocol": "amqp10", "dest-uri": URI, "dest-address": "b"}
    with their_place.api() as api:
        api.put(names.path("parameters", SHOVEL, VHOST, NAME), json={"value": value}).raise_for_status()
    wait_until(lambda: found(their_place, NAME) is not None)

    page = client.get(reverse("shovel-edit", args=["bench", VHOST, NAME]))
    listed = text_of(client.get(reverse("shovels", args=["bench"])))

    assert "only shovels of AMQP 0-9-1 are edited from here" in text_of(page)
    assert 'title="It speaks AMQP 1.0 or is local' in listed
    assert SECRET not in text_of(page) + listed
