"""Differences of definitions: what is new, other or gone, and not what is only written differently."""

from __future__ import annotations

import json

import pytest

from brokerctl.clients.models import Definitions, Vhost
from brokerctl.errors import RequestRefused
from brokerctl.operations.diff import Change, What, diff, parse
from tests.support.brokers import Place

BINDING = {"vhost": "/", "source": "e", "destination": "q", "destination_type": "queue", "routing_key": "k"}


def test_added_changed_and_removed_are_told_apart_in_the_order_of_an_import() -> None:
    first = Definitions(
        {
            "queues": [{"vhost": "/", "name": "gone", "durable": True}, {"vhost": "/", "name": "q", "durable": True}],
            "users": [{"name": "u", "password_hash": "old", "tags": "administrator"}],
            "bindings": [BINDING],
        }
    )
    second = Definitions(
        {
            "bindings": [{**BINDING, "arguments": {"x": 1}}, BINDING],
            "users": [{"name": "u", "password_hash": "new", "tags": ["administrator"]}],
            "queues": [{"vhost": "/", "name": "q", "durable": True, "arguments": {"x-max-length": 3}}],
        }
    )

    changes = diff(first, second)

    assert [(each.what, each.kind) for each in changes] == [
        (What.CHANGED, "users"),
        (What.REMOVED, "queues"),
        (What.CHANGED, "queues"),
        (What.ADDED, "bindings"),
    ]
    assert changes[0] == Change(
        What.CHANGED, "users", ("u",), {"password_hash": "(hidden)"}, {"password_hash": "(hidden)"}
    )
    assert (changes[2].before, changes[2].after) == ({"arguments": {}}, {"arguments": {"x-max-length": 3}})


def test_passwords_in_uris_are_compared_and_not_shown() -> None:
    def upstream(*passwords: str) -> Definitions:
        uris = [f"amqp://ann:{password}@host" for password in passwords]
        item = {"component": "federation-upstream", "vhost": "/", "name": "u", "value": {"uri": uris, "max-hops": 1}}
        return Definitions({"parameters": [item]})

    [changed] = diff(upstream("old", "older"), upstream("new"))

    assert changed.before == {"value": {"uri": ["amqp://ann@host", "amqp://ann@host"], "max-hops": 1}}
    assert changed.after == {"value": {"uri": ["amqp://ann@host"], "max-hops": 1}}
    assert diff(upstream("old"), upstream("old")) == []


def test_the_same_in_other_words_is_no_difference() -> None:
    old = {
        "users": [{"name": "u", "tags": "b,a"}],
        "vhosts": [{"name": "/", "description": "d", "tags": ["x"]}],
        "queues": [{"vhost": "/", "name": "q", "durable": True, "arguments": []}],
        "policies": [{"vhost": "/", "name": "p", "pattern": "", "definition": {"max-length": 1}}],
        "rabbitmq_version": "3.8.1",
    }
    new = {
        "users": [{"name": "u", "tags": ["a", "b"], "limits": {}}],
        "vhosts": [{"name": "/", "metadata": {"description": "d", "tags": ["x"], "default_queue_type": "undefined"}}],
        "queues": [{"vhost": "/", "name": "q", "durable": True, "type": "classic", "auto_delete": False}],
        "policies": [{"vhost": "/", "name": "p", "pattern": "", "definition": {"max-length": 1}, "apply-to": "all"}],
        "rabbitmq_version": "4.1.0",
    }

    assert diff(Definitions(old), Definitions({key: new[key] for key in reversed(new)})) == []


def test_export_of_one_vhost_is_compared_with_its_part_of_another(place: Place) -> None:
    place.client.put_vhost(Vhost("diff/ö", "", 0, 0))
    place.client.declare_queue("diff/ö", "first")
    before = place.client.definitions("diff/ö")
    place.client.declare_queue("diff/ö", "second")

    after = place.client.definitions("diff/ö")
    place.client.delete_vhost("diff/ö")

    changes = diff(before, after)
    assert [(each.what, each.kind, each.name) for each in changes] == [(What.ADDED, "queues", ("diff/ö", "second"))]
    assert diff(after, parse(json.dumps({**after.document, "original_vhost_name": "diff/ö"}), "file")) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": 1}', "[" * 100_000])
def test_file_that_holds_no_definitions_is_named(text: str) -> None:
    with pytest.raises(RequestRefused, match="that file"):
        parse(text, "that file")
