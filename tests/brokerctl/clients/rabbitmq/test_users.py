"""Users and their limits, made, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brokerctl.clients.models import Limits, Permission, User
from brokerctl.errors import LoginRefused, ObjectNotFound, PermissionDenied
from tests.support.brokers import VHOST, Place, client_at

NAME = "jürgen/ops"
TAGS = ("monitoring", "policymaker")


@pytest.fixture
def user(place: Place) -> Iterator[str]:
    place.client.put_user(User(NAME, TAGS), "j")
    place.client.put_permission(Permission(NAME, VHOST, "^own\\.", "", ".*"))
    yield NAME
    place.client.delete_user(NAME)


def test_users_are_listed_with_their_tags(place: Place, user: str) -> None:
    found = {each.name: each.tags for each in place.client.users()}

    assert found["guest"] == ("administrator",)
    assert sorted(found[user]) == sorted(TAGS)
    assert place.client.user(user) == User(user, found[user], has_password=True)


def test_who_one_is_needs_no_rights(place: Place, user: str) -> None:
    with client_at(place.address, username=user, password="j") as client:
        assert (client.whoami().name, sorted(client.whoami().tags)) == (user, sorted(TAGS))


def test_users_are_for_administrators(place: Place, user: str) -> None:
    with client_at(place.address, username=user, password="j") as client, pytest.raises(PermissionDenied):
        client.users()


def test_changed_tags_leave_the_password_and_a_new_password_replaces_it(place: Place, user: str) -> None:
    """The API clears a password that is not sent again."""
    place.client.put_user(User(user, ("management",)))
    with client_at(place.address, username=user, password="j") as client:
        assert client.whoami().tags == ("management",)

    place.client.put_user(User(user, ()), "other")

    with client_at(place.address, username=user, password="j") as client, pytest.raises(LoginRefused):
        client.whoami()
    assert place.client.user(user).tags == ()


def test_a_password_is_taken_away_and_the_tags_stay(place: Place, user: str) -> None:
    place.client.put_user(User(user, TAGS), "")

    there = place.client.user(user)
    assert (there.has_password, sorted(there.tags)) == (False, sorted(TAGS))
    with client_at(place.address, username=user, password="") as client, pytest.raises(LoginRefused):
        client.whoami()


def test_new_user_without_a_password_cannot_log_in_with_any(place: Place) -> None:
    place.client.put_user(User("mute", ("management",)))

    with client_at(place.address, username="mute", password="") as client, pytest.raises(LoginRefused):
        client.whoami()
    place.client.delete_user("mute")
    with pytest.raises(ObjectNotFound):
        place.client.user("mute")


def test_limits_of_a_user_are_set_read_and_taken_away(place: Place, user: str) -> None:
    place.client.put_user_limit(user, "max-channels", 3)
    place.client.put_user_limit(user, "max-connections", 2)
    both = [each for each in place.client.user_limits() if each.name == user]
    place.client.delete_user_limit(user, "max-channels")
    one = [each for each in place.client.user_limits() if each.name == user]

    assert both == [Limits(user, {"max-channels": 3, "max-connections": 2})]
    assert one == [Limits(user, {"max-connections": 2})]
