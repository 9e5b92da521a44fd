"""People with roles, and their browsers."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import Broker, Grant
from dashboard.models.grant import Role

PASSWORD = "correct horse battery"


def person(name: str, *, is_owner: bool = False) -> User:
    create = User.objects.create_superuser if is_owner else User.objects.create_user
    return create(name, password=PASSWORD)


def member(broker: Broker, role: Role, vhost: str = "/", name: str = "") -> User:
    """Somebody with this one grant."""
    user = person(name or f"{role.value}-{User.objects.count()}")
    Grant.objects.create(user=user, broker=broker, vhost=vhost, role=role)
    return user


def browser(user: User | None = None, *, checks_csrf: bool = False) -> Client:
    """A browser in which this person is logged in; nobody for None."""
    client = Client(enforce_csrf_checks=checks_csrf)
    if user is not None:
        client.force_login(user)
    return client


def check_whole_broker_only(
    address: str, broker: Broker, stranger: User, *, there: int = 200, posts: bool = True
) -> None:
    """The page is for administrators of all vhosts together; `there` is what they get of it."""
    for user, status in (
        (stranger, 404),
        (member(broker, Role.ADMIN, "/"), 404),
        (member(broker, Role.OPERATOR, ""), 403),
        (member(broker, Role.ADMIN, ""), there),
    ):
        assert browser(user).get(address).status_code == status
        assert not posts or browser(user, checks_csrf=True).post(address).status_code == 403
    assert browser().get(address).status_code == 302
