from __future__ import annotations

import pytest

from brokerctl.clients.links import SHOVEL, LinkSetup, Shovel, completed, without_password, without_passwords


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("amqp://ann:secret@host:5672/shop", "amqp://ann@host:5672/shop"),
        ("amqps://ann:se@cr:et@host", "amqps://ann@host"),
        ("amqp://ann:se/cret@host", "amqp://ann@host"),
        ("amqp://host/%2F?heartbeat=5", "amqp://host/%2F?heartbeat=5"),
        (
            "amqps://ann@host?keyfile=/k.pem&password=secret&verify=x",
            "amqps://ann@host?keyfile=/k.pem&password=…&verify=x",
        ),
        ("amqp://", "amqp://"),
        ("secret", "…"),
    ],
)
def test_a_uri_is_shown_without_its_password(uri: str, shown: str) -> None:
    assert without_password(uri) == shown


def test_uris_in_a_text_are_shown_so() -> None:
    text = 'Validation failed "amqp://ann:secret@host:port" not valid, nor amqps://bob:secret@other'

    assert without_passwords(text) == 'Validation failed "amqp://ann@host:port" not valid, nor amqps://bob@other'


def test_a_setup_does_not_print_its_uris() -> None:
    setup = LinkSetup(SHOVEL, "/", "s", {"src-uri": ("amqp://ann:secret@host",)}, {"ack-mode": "no-ack"})

    assert "secret" not in repr(setup)
    assert setup.shown().uris == {"src-uri": ("amqp://ann@host",)}


def test_a_shovel_that_does_not_run_has_the_ends_that_it_was_set_up_with() -> None:
    starting = Shovel("/", "s", "n", "starting", is_dynamic=True, since="")
    uris = {"src-uri": ("amqp://ann:secret@a", "amqp://b"), "dest-uri": ("amqp://c",)}
    settings = {"src-exchange": "logs", "src-exchange-key": "a.*", "dest-queue": "kept", "dest-protocol": "amqp10"}

    found = completed(starting, LinkSetup(SHOVEL, "/", "s", uris, settings))

    assert (found.source, found.source_uri) == ("exchange logs, key a.*", "amqp://ann@a amqp://b")
    assert (found.destination, found.destination_uri) == ("queue kept", "amqp://c")
    assert not found.is_amqp_091
