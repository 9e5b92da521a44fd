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
