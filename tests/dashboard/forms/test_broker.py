from __future__ import annotations

from typing import Any

import pytest

from dashboard.forms.broker import BrokerForm
from dashboard.models import Broker
from tests.dashboard.forms.posted import posted

pytestmark = pytest.mark.django_db


def broker_form(instance: Broker | None = None, **values: Any) -> BrokerForm:
    given = {
        "name": "rabbit-prod",
        "host": "rabbit.example.com",
        "amqp_port": 5672,
        "api_port": 15672,
        "username": "postroom",
        "password": "secret",
    }
    return BrokerForm(posted(**{**given, **values}), instance=instance)


@pytest.mark.parametrize(
    "host", ["rabbit", "rabbit.example.com", "127.0.0.1", "::1", "[::1]", "10.0.0.7", "2001:db8::7"]
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert broker_form(host=host).is_valid()


@pytest.mark.parametrize(
    "host",
    [
        "http://rabbit",
        "rabbit:5672",
        "127.0.0.1:5672",
        "dead:5672",
        "fe80::1%eth0",
        "user@rabbit",
        "a/b",
        "a b",
        "-x",
        "a\n",
    ],
)
def test_a_url_is_no_host(host: str) -> None:
    form = broker_form(host=host)

    if host.strip() != host:
        assert form.is_valid()
    else:
        assert form.errors["host"] == ["Write only the host's name or address, without http:// and without a port."]


@pytest.mark.parametrize("number", ["0", "65536", "amqp", ""])
def test_a_port_is_a_number(number: str) -> None:
    assert broker_form(amqp_port=number).errors["amqp_port"] == ["A port is a number from 1 to 65535."]


def test_a_new_broker_needs_a_password_and_a_known_one_keeps_its_own() -> None:
    known = Broker.objects.create(slug="b", name="b", host="h", username="u", password_encrypted=b"x")

    assert broker_form(password="").errors["password"] == ["Give the password of this user."]
    assert broker_form(known, password="").is_valid()


def test_a_password_is_never_rendered_back() -> None:
    assert "secret" not in str(broker_form()["password"])


def test_the_address_is_the_name_and_stays_free_of_clashes() -> None:
    Broker.objects.create(slug="rabbit-prod", name="Rabbit Prod", host="h", username="u", password_encrypted=b"x")
    taken, reserved = broker_form(), broker_form(name="New")
    assert taken.is_valid(), taken.errors
    assert reserved.is_valid()

    assert taken.slug() == "rabbit-prod-2"
    assert reserved.slug() == "new-2"


def test_a_name_without_a_letter_is_told() -> None:
    assert broker_form(name="///").errors["name"] == [
        "The name needs at least one letter or digit; it becomes part of addresses."
    ]
