from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from dashboard import secrets, setup
from dashboard.models import Broker

pytestmark = pytest.mark.django_db


def test_the_first_administrator_gets_a_password_that_is_shown_once() -> None:
    password = setup.first_administrator(None)

    assert password is not None
    assert len(password) >= 16
    assert authenticate(username="admin", password=password) is not None
    assert setup.first_administrator(None) is None
    assert User.objects.count() == 1


def test_a_given_password_is_taken_and_not_shown() -> None:
    assert setup.first_administrator("chosen by somebody") is None
    assert authenticate(username="admin", password="chosen by somebody") is not None


def test_an_installation_with_people_gets_nobody_new() -> None:
    User.objects.create_user("somebody")

    assert setup.first_administrator("x") is None
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_embedded_broker_follows_its_settings(settings: Any) -> None:
    first = setup.embedded_broker()
    sealed = bytes(first.password_encrypted)
    again = setup.embedded_broker()
    settings.BROKER_AMQP_PORT = 12345
    settings.BROKER_PASSWORD = "other"
    moved = setup.embedded_broker()

    assert Broker.objects.count() == 1
    assert bytes(again.password_encrypted) == sealed
    assert moved.amqp_port == 12345
    assert secrets.decrypt(bytes(moved.password_encrypted)) == "other"


def test_a_lost_key_is_no_trouble_for_the_embedded_broker(settings: Any) -> None:
    setup.embedded_broker()
    settings.ENCRYPTION_KEY = "00" * 32

    assert secrets.decrypt(bytes(setup.embedded_broker().password_encrypted)) == settings.BROKER_PASSWORD
