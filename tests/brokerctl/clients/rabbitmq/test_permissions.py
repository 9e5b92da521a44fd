"""Permissions and topic permissions, given, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brokerctl.clients.models import Permission, TopicPermission, User
from brokerctl.errors import PermissionDenied, RequestRefused
from tests.support.brokers import VHOST, Place, client_at

NAME = "grants/ö"


@pytest.fixture
def user(place: Place) -> Iterator[str]:
    place.client.put_user(User(NAME, ("monitoring",)), "g")
    yield NAME
    place.client.delete_user(NAME)


def test_permissions_are_listed_changed_and_taken_away(place: Place, user: str) -> None:
    first, second = Permission(user, VHOST, "^own\\.", "", ".*"), Permission(user, VHOST, "", "", "")

    place.client.put_permission(first)
    assert first in place.client.permissions()
    place.client.put_permission(second)
    assert [each for each in place.client.permissions() if each.user == user] == [second]
    place.client.delete_permission(user, VHOST)

    assert [each.user for each in place.client.permissions() if each.user == user] == []
    assert Permission("guest", VHOST, ".*", ".*", ".*") in place.client.permissions()


def test_pattern_that_is_none_is_refused(place: Place, user: str) -> None:
    with pytest.raises(RequestRefused, match="regexp"):
        place.client.put_permission(Permission(user, VHOST, "(", "", ""))


def test_permissions_are_for_administrators(place: Place, user: str) -> None:
    with client_at(place.address, username=user, password="g") as client:
        with pytest.raises(PermissionDenied):
            client.permissions()
        with pytest.raises(PermissionDenied):
            client.topic_permissions()


def test_topic_permissions_are_given_for_one_exchange_and_taken_for_one_or_all(place: Place, user: str) -> None:
    place.client.put_permission(Permission(user, VHOST, "", "", ""))
    place.client.declare_exchange(VHOST, "grants/topic", "topic")
    first = TopicPermission(user, VHOST, "amq.topic", "^a\\.", ".*")
    second = TopicPermission(user, VHOST, "grants/topic", "", "^b")

    def granted() -> set[TopicPermission]:
        return {each for each in place.client.topic_permissions() if each.user == user}

    place.client.put_topic_permission(first)
    place.client.put_topic_permission(second)
    assert granted() == {first, second}
    place.client.delete_topic_permission(user, VHOST, "amq.topic")
    assert granted() == {second}
    place.client.delete_topic_permission(user, VHOST)

    assert granted() == set()
    place.client.delete_exchange(VHOST, "grants/topic")
