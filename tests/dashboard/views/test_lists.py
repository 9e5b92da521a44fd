"""What every list shares, seen at the list of queues: columns, saved views, export."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker, ChosenColumns, SavedView
from dashboard.models.grant import Role
from dashboard.models.list_choice import MAX_VIEWS
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, declare, look
from tests.support.embedded import EmbeddedBroker

LIST = "/brokers/bench/queues/"
COLUMNS = reverse("list-columns", args=["queues"])
VIEWS = reverse("list-views", args=["queues"])


@pytest.fixture
def two(real: EmbeddedBroker, broker: Broker) -> Broker:
    declare(real, "lists-a", bodies=(b"1",) * 2)
    declare(real, "lists-b", vhost=OTHER_VHOST)
    look(broker)
    return broker


def heads(user: User, query: str = "") -> list[str]:
    text = browser(user).get(f"{LIST}?q=lists-{query}").content.decode()
    return re.findall(r"<th scope=\"col\".*?<(?:a|span)[^>]*>([^<]+)<", text)


def test_columns_are_chosen_kept_shown_in_the_address_and_given_back(two: Broker, owner: User, viewer: User) -> None:
    here = browser(owner)

    answer = here.post(COLUMNS, {"columns": ["bytes", "ready", "nonsense"], "next": f"{LIST}?q=lists-&page=1"})

    assert answer["Location"] == f"{LIST}?q=lists-&columns=bytes,ready"
    assert heads(owner) == ["Name", "Bytes", "Ready"]
    assert "Vhost" in heads(viewer)
    assert heads(viewer, "&columns=vhost") == ["Name", "Vhost"]
    here.post(COLUMNS, {"columns": ["bytes"], "reset": "1", "next": LIST})
    assert "State" in heads(owner)
    assert not ChosenColumns.objects.exists()


def test_a_view_is_saved_as_a_tab_of_its_person_and_broker_replaced_and_removed(
    two: Broker, owner: User, viewer: User
) -> None:
    here = browser(owner)
    for query in ("?q=lists-&sort=name&page=2", "?q=lists-+ready%3E1&sort=-ready&columns=ready"):
        here.post(VIEWS, {"title": " Mine ", "broker": "bench", "next": LIST + query})

    view = SavedView.objects.get()
    text = here.get(LIST, {"q": "lists-"}).content.decode()
    tab = re.search(r'<a href="([^"]+)"><svg[^>]+><use href="#i-star"/></svg>Mine <span class="tabs__n">(\d+)<', text)

    assert tab is not None
    assert tab[1] == "?q=lists-+ready%3E1&amp;sort=-ready&amp;columns=ready"
    assert tab[2] == "1"
    assert "Mine" not in browser(viewer).get(LIST).content.decode()
    browser(viewer).post(reverse("list-view-remove", args=[view.pk]), {"next": LIST})
    assert SavedView.objects.exists()
    assert here.post(reverse("list-view-remove", args=[view.pk]), {"next": LIST}).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("title", ["", "   ", "x" * 41])
def test_a_view_needs_a_name(title: str, two: Broker, owner: User) -> None:
    answer = browser(owner).post(VIEWS, {"title": title, "broker": "bench", "next": LIST}, follow=True)

    assert "Name the view with at most 40 characters." in answer.content.decode()
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_views(two: Broker, owner: User) -> None:
    here = browser(owner)
    for number in range(MAX_VIEWS + 1):
        answer = here.post(VIEWS, {"title": f"v{number}", "broker": "bench", "next": LIST}, follow=True)

    assert SavedView.objects.count() == MAX_VIEWS
    assert f"There are {MAX_VIEWS} saved views already." in answer.content.decode()


def test_choices_are_only_about_our_own_lists(two: Broker, owner: User, stranger: User) -> None:
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "", "javascript:alert(1)"):
        assert browser(owner).post(COLUMNS, {"columns": ["ready"], "next": address}).status_code == 404
    unknown = reverse("list-columns", args=["secrets"])
    assert browser(owner).post(unknown, {"columns": ["ready"], "next": LIST}).status_code == 404
    assert browser(stranger).post(VIEWS, {"title": "x", "broker": "bench", "next": LIST}).status_code == 404
    assert browser(owner).get(COLUMNS).status_code == 405
    assert browser().post(COLUMNS, {"columns": ["ready"], "next": LIST})["Location"].startswith("/login/")


def test_export_has_what_the_person_may_see(two: Broker, owner: User, stranger: User) -> None:
    other = member(two, Role.VIEWER, OTHER_VHOST)
    address = f"{LIST}?q=lists-&sort=name&columns=vhost,ready&format=csv"

    mine, theirs = (browser(user).get(address).getvalue().decode() for user in (owner, other))

    assert mine == "name,vhost,ready\r\nlists-a,/,2\r\nlists-b,other,0\r\n"
    assert theirs == "name,vhost,ready\r\nlists-b,other,0\r\n"
    assert browser(stranger).get(address).status_code == 404
