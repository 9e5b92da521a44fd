"""Users and permissions, read from ours and from a RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brokerctl.clients.models import Permission, User
from brokerctl.errors import PermissionDenied
from brokerctl.names import path
from tests.support.brokers import VHOST, Place, client_at

NAME = "jürgen/ops"


@pytest.fixture
def user(place: Place) -> Iterator[str]:
    with place.api() as api:
        api.put(path("users", NAME), json={"password": "j", "tags": "monitoring,policymaker"}).raise_for_status()
        rights = {"configure": "^own\\.", "write": "", "read": ".*"}
        api.put(path("permissions", VHOST, NAME), json=rights).raise_for_status()
        yield NAME
        api.delete(path("users", NAME)).raise_for_status()


def test_users_are_listed_with_their_tags(place: Place, user: str) -> None:
    found = {each.name: each.tags for each in place.client.users()}

    assert found["guest"] == ("administrator",)
    assert sorted(found[user]) == ["monitoring", "policymaker"]
    assert User(user, found[user]) in place.client.users()


def test_permissions_are_listed_with_their_patterns(place: Place, user: str) -> None:
    found = place.client.permissions()

    assert Permission(user, VHOST, configure="^own\\.", write="", read=".*") in found
    assert Permission("guest", VHOST, ".*", ".*", ".*") in found


def test_users_are_for_administrators(place: Place, user: str) -> None:
    with client_at(place.address, username=user, password="j") as client:
        with pytest.raises(PermissionDenied):
            client.users()
        with pytest.raises(PermissionDenied):
            client.permissions()
