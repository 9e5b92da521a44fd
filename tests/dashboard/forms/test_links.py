from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.links import SHOVEL, LinkSetup
from dashboard.forms.links import ShovelForm, UpstreamForm, initial_of
from dashboard.forms.uris import is_told, problem_of
from tests.dashboard.forms.posted import posted

RABBITMQ, LAVINMQ = ("RabbitMQ", "4.1.0"), ("LavinMQ", "2.9.1")
SHOVEL_FORM = {
    "vhost": "/",
    "name": "s",
    "source_uri": "amqp://a",
    "source_type": "queue",
    "source": "from",
    "destination_uri": "amqp://b",
    "destination_type": "queue",
    "destination": "to",
    "ends": "never",
}


def shovel(broker: tuple[str, str] = RABBITMQ, **values: Any) -> ShovelForm:
    return ShovelForm(posted(**SHOVEL_FORM | values), vhosts=["/"], there=None, broker=broker)


def upstream(broker: tuple[str, str] = RABBITMQ, **values: Any) -> UpstreamForm:
    return UpstreamForm(
        posted(**{"vhost": "/", "name": "u", "uri": "amqp://a"} | values), vhosts=["/"], there=None, broker=broker
    )


@pytest.mark.parametrize(
    "uri",
    [
        *("amqp://", "amqp:///shop", "amqps://host", "amqp://ann:p%40ss@host:5671/%2F?heartbeat=5"),
        *("AMQP://[::1]:5672", "amqps://host?cacertfile=/etc/ca.pem&verify=verify_peer"),
    ],
)
def test_a_uri_that_brokers_take_is_taken(uri: str) -> None:
    assert problem_of(uri) == ""


@pytest.mark.parametrize(
    ("uri", "advice"),
    [
        ("http://ann:s3cret@host", "Begin it with amqp://"),
        ("host:5672", "Begin it with amqp://"),
        ("amqp://ann:s3@cret@host", "write @ as %40"),
        ("amqp://ann:s3/cret@host", "write @ as %40"),
        ("amqp://ann:s3#cret@host", "write @ as %40"),
        ("amqp://ann:s3%cret@host", "A % begins an escaped character"),
        ("amqp://host:port", "Its port is no number"),
        ("amqp://host:0", "the vhost alone"),
        ("amqp://host//", "its / written as %2F"),
        ("amqp://host/#shop", "the vhost alone"),
        ("amqp://host/", "name the vhost after it"),
    ],
)
def test_what_is_wrong_with_a_uri_is_said_without_repeating_it(uri: str, advice: str) -> None:
    said = problem_of(uri)

    assert advice in said
    assert not {"s3", "cret"} & set(said.replace("@", " ").split())


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("amqp://ann:secret@host", True),
        ("amqp://host//", True),
        ("amqp://ann:***@host", False),
        ("amqp://ann:[redacted]@host", False),
        ("hidden", False),
    ],
)
def test_what_a_broker_hides_is_known(uri: str, told: bool) -> None:
    assert is_told([uri]) is told
    assert not is_told([])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"destination": ""}, "destination"),
        ({"source": ""}, "source"),
        ({"ends": "count"}, "ends_after"),
        ({"ends": "count", "ends_after": "0"}, "ends_after"),
        ({"ends": "count", "ends_after": "5", "set_ack-mode": "no-ack"}, "ends"),
        ({"ends": "queue-length", "source_type": "exchange"}, "ends"),
        ({"broker": LAVINMQ, "ends": "count", "ends_after": "5"}, "ends"),
        ({"destination_uri": ""}, "destination_uri"),
        (
            {"argument_name": ["src-uri"], "argument_type": ["string"], "argument_value": ["amqp://ann:s3cret@host"]},
            "extra",
        ),
    ],
)
def test_what_a_shovel_cannot_be_is_said_at_its_field(values: dict[str, Any], field: str) -> None:
    form = shovel(**values)

    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_shovel_says_the_keys_of_its_ends() -> None:
    to_default = shovel(destination_type="exchange", destination="", destination_key="to")
    as_published = shovel(destination_type="own", destination="ignored")

    assert to_default.is_valid()
    assert as_published.is_valid()
    ends = {"src-queue": "from", "src-delete-after": "never"}
    assert to_default.setup().settings == {**ends, "dest-exchange": "", "dest-exchange-key": "to"}
    assert as_published.setup().settings == ends


def test_a_lavinmq_takes_one_uri_and_is_not_offered_what_it_ignores() -> None:
    form = upstream(LAVINMQ, uri="amqp://a amqp://b")

    assert form.errors["uri"] == ["LavinMQ takes one URI for an upstream. Name one."]
    ignored = [each.known.key for each in form.offered() if each.reason_against]
    assert ignored == ["trust-user-id", "queue-type"]
    assert upstream(uri="amqp://a amqp://b").is_valid()


def test_a_form_of_what_is_there_holds_no_uri() -> None:
    settings = {"src-queue": "a", "dest-exchange": "x", "src-delete-after": 5, "src-consumer-args": {"a": 1}}
    there = LinkSetup(SHOVEL, "/", "s", {"src-uri": ("amqp://ann:secret@host",), "dest-uri": ()}, settings)

    initial = initial_of(there)

    assert (initial["source_type"], initial["source"], initial["destination_type"]) == ("queue", "a", "exchange")
    assert (initial["ends"], initial["ends_after"]) == ("count", 5)
    assert [row.name for row in initial["extra"]] == ["src-consumer-args"]
    assert "secret" not in str(initial)
