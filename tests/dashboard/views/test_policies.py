"""Policies are reviewed, saved, edited and deleted from pages, on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl.clients.models import Policy
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import VHOST, Place

REVIEWED = re.compile(r'name="reviewed" value="([0-9a-f]+)"><input type="hidden" name="reviewed_count" value="(\d+)"')
FORM = {"name": "limits", "vhost": VHOST, "pattern": "^pol", "apply_to": "queues", "priority": "1",
        "set_max-length": "100"}  # fmt: skip


@pytest.fixture
def client(place: Place, bench: Broker, owner: User) -> Iterator[Client]:
    place.client.declare_queue(VHOST, "policed")
    _clean(place)
    look(bench)
    yield browser(owner)
    _clean(place)


def _clean(place: Place) -> None:
    for each in place.client.policies(VHOST):
        place.client.delete_policy(VHOST, each.name)
    for each in place.client.operator_policies(VHOST):
        place.client.delete_operator_policy(VHOST, each.name)


def save(client: Client, address: str, form: dict[str, Any]) -> tuple[str, Any]:
    """Review, then save just that; the review's page, and the answer to saving."""
    text = text_of(client.post(address, {**form, "step": "review"}))
    found = REVIEWED.search(text)
    assert found, text
    return text, client.post(address, {**form, "step": "do", "reviewed": found[1], "reviewed_count": found[2]})


def test_a_policy_is_reviewed_saved_edited_in_place_and_deleted(place: Place, bench: Broker, client: Client) -> None:
    add, edit = reverse("policy-add", args=["bench"]), reverse("policy-edit", args=["bench", VHOST, "limits"])

    review, saved = save(client, add, FORM)

    assert "<b>1</b> of 1 that match become different" in review
    assert "no policy → limits" in review
    assert "<ins>max-length: 100</ins>" in review
    assert saved["Location"] == reverse("policies", args=["bench"])
    assert place.client.policies(VHOST) == [Policy(VHOST, "limits", "^pol", {"max-length": 100}, 1, "queues")]
    listed = text_of(client.get(saved["Location"]))
    assert "The policy limits is in force." in listed
    assert "max-length=100" in listed

    page = text_of(client.get(edit))
    assert 'value="^pol"' in page
    assert 'id="id_set_max-length" name="set_max-length" value="100"' in page
    review, _ = save(client, edit, {**FORM, "set_max-length": "7", "set_overflow": "reject-publish"})
    assert "<del>max-length: 100</del><ins>max-length: 7</ins>" in review
    assert place.client.policies(VHOST)[0].definition == {"max-length": 7, "overflow": "reject-publish"}
    kind, state, parameters, _ = last()
    assert (kind, state, parameters["before"]["max-length"], parameters["after"]["max-length"]) == (
        "change",
        "done",
        100,
        7,
    )

    again = text_of(client.post(add, {**FORM, "step": "review"}))
    assert "There is a policy of this name. Edit that one." in again

    deleting = reverse("policy-delete", args=["bench", VHOST, "limits"])
    page = text_of(client.get(deleting))
    assert "1 queue loses it: policed." in page
    assert "max-length from 7 to not set" in page
    assert client.post(deleting, {"seen": "1"}).status_code == 302
    assert place.client.policies(VHOST) == []
    assert client.get(edit).status_code == 404


def test_an_operator_policy_has_its_own_list_and_keys(place: Place, bench: Broker, client: Client) -> None:
    add = reverse("policy-add", args=["bench"]) + "?kind=operator"

    page = text_of(client.get(add))
    _, saved = save(client, add, {**FORM, "name": "cap"})

    assert "set_dead-letter-exchange" not in page
    assert saved["Location"].endswith("?kind=operator")
    assert place.client.operator_policies(VHOST)[0].definition == {"max-length": 100}
    assert "cap" in text_of(client.get(saved["Location"]))
    deleting = reverse("operator-policy-delete", args=["bench", VHOST, "cap"])
    assert client.post(deleting, {"seen": "1"}).status_code == 302
    assert place.client.operator_policies(VHOST) == []


def test_what_changes_after_the_review_needs_another(place: Place, bench: Broker, client: Client) -> None:
    add = reverse("policy-add", args=["bench"])
    text = text_of(client.post(add, {**FORM, "step": "review"}))
    found = REVIEWED.search(text)
    assert found
    sure = {"step": "do", "reviewed": found[1], "reviewed_count": found[2]}

    other = client.post(add, {**FORM, "set_max-length": "1", **sure})
    place.client.declare_queue(VHOST, "police")
    look(bench)
    grown = client.post(add, {**FORM, **sure})

    assert (other.status_code, grown.status_code) == (200, 200)
    assert place.client.policies(VHOST) == []
    place.client.delete_queue(VHOST, "police")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"pattern": "a("}, "This is not a regular expression"),
        ({"pattern": ""}, "Write a regular expression; .* matches every name."),
        ({"priority": "high"}, "A priority is a whole number"),
        ({"set_max-length": ""}, "Set at least one thing"),
        ({"set_max-length": "x"}, "Max length takes a whole number of messages"),
        ({"name": ""}, "Give the policy a name."),
    ],
)
def test_what_cannot_be_a_policy_is_said_at_its_field(
    values: dict[str, str], sentence: str, broker: Broker, owner: User
) -> None:
    look(broker)

    text = text_of(
        browser(owner).post(reverse("policy-add", args=["bench"]), {**FORM, "vhost": "/", "step": "review", **values})
    )

    assert sentence in text
    assert "data-review" not in text


def test_what_the_broker_refuses_is_said_at_the_field(place: Place, bench: Broker, client: Client) -> None:
    form = {**FORM, "argument_name": ["no-such-key"], "argument_type": ["string"], "argument_value": ["v"]}

    _, answer = save(client, reverse("policy-add", args=["bench"]), form)

    assert "no-such-key" in text_of(answer)
    assert "not recognised policy settings" in text_of(answer)
    assert last()[:2] == ("create", "failed")
    assert Operation.objects.count() == 1


def test_members_see_policies_of_their_vhost_and_change_them_as_administrators(
    place: Place, bench: Broker, client: Client
) -> None:
    place.client.put_policy(Policy(VHOST, "mine", "x", {"max-length": 1}))
    place.client.put_operator_policy(Policy(VHOST, "cap", "x", {"max-length": 1}, 0, "queues"))
    viewer, admin = member(bench, Role.VIEWER, VHOST), member(bench, Role.ADMIN, VHOST)
    elsewhere = member(bench, Role.ADMIN, "/")
    listing = reverse("policies", args=["bench"])

    seen, other = text_of(browser(viewer).get(listing)), text_of(browser(elsewhere).get(listing))
    own = text_of(browser(admin).get(listing))
    operators = text_of(browser(admin).get(listing + "?kind=operator"))

    assert ("mine" in seen, "Delete…" in seen) == (True, False)
    assert "mine" not in other
    assert "Delete…" in own
    assert ("cap" in operators, "Delete…" in operators) == (True, False)
    assert browser(admin).get(reverse("operator-policy-edit", args=["bench", VHOST, "cap"])).status_code == 404
