"""Queues, exchanges and bindings are made and deleted from pages, on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl.errors import ObjectNotFound
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import look
from tests.support.brokers import VHOST, Place

NAME = "made/ö here"


@pytest.fixture
def client(bench: Broker, owner: User) -> Client:
    look(bench)
    return browser(owner)


def text_of(answer: Any) -> str:
    found: str = answer.content.decode()
    return found.replace("&#x27;", "'").replace("&quot;", '"')


def last() -> tuple[str, str, dict[str, Any], str]:
    row = Operation.objects.latest("pk")
    return row.kind, row.state, row.parameters, row.error


def delete_if_there(place: Place, *queues: str) -> None:
    for name in queues:
        try:
            place.client.delete_queue(VHOST, name)
        except ObjectNotFound:
            continue


def test_a_queue_is_declared_with_typed_arguments_and_recorded(place: Place, bench: Broker, client: Client) -> None:
    delete_if_there(place, NAME)
    form = {
        "step": "do",
        "name": NAME,
        "vhost": VHOST,
        "type": "classic",
        "durable": "on",
        "set_message-ttl": "60000",
        "set_single-active-consumer": "true",
        "set_overflow": "reject-publish",
        "argument_name": ["x-max-priority", ""],
        "argument_type": ["number", "string"],
        "argument_value": ["4", ""],
    }

    answer = client.post(reverse("queue-add", args=["bench"]), form)

    assert answer["Location"] == reverse("queue", args=["bench", VHOST, NAME])
    queue = place.client.queue(VHOST, NAME)
    wanted = {
        "x-queue-type": "classic",
        "x-message-ttl": 60000,
        "x-single-active-consumer": True,
        "x-overflow": "reject-publish",
        "x-max-priority": 4,
    }
    assert (queue.durable, queue.arguments) == (True, wanted)
    kind, state, parameters, _ = last()
    assert (kind, state, parameters["noun"], parameters["name"]) == ("create", "done", "queue", NAME)
    assert "is declared in vhost" in text_of(client.get(answer["Location"]))
    job = text_of(client.get(reverse("job", args=[Operation.objects.latest("pk").pk])))
    assert f"Create queue {NAME}" in job
    assert "x-max-priority" in job

    again = client.post(reverse("queue-add", args=["bench"]), {**form, "set_message-ttl": "5"})

    assert "inequivalent arg 'x-message-ttl'" in text_of(again)
    assert 'id="id_set_message-ttl_hint">' in text_of(again)
    assert last()[:2] == ("create", "failed")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Give the queue a name."),
        ({"name": "amq.mine"}, "Names that begin with amq. are the broker’s own."),
        ({"name": "x" * 256}, "AMQP takes at most 255."),
        ({"vhost": "nowhere"}, "Choose a vhost."),
        ({"type": "quorum", "durable": ""}, "A quorum queue is always durable."),
        ({"type": "quorum", "set_max-priority": "3"}, "A quorum queue does not have this. Empty it."),
        ({"set_message-ttl": "soon"}, "Message TTL takes a whole number of ms, at least 0."),
        ({"set_message-ttl": "-1"}, "Message TTL takes a whole number of ms, at least 0."),
        ({"argument_name": ["a"], "argument_type": ["number"], "argument_value": ["many"]}, "'many' is not a number."),
        ({"argument_name": ["a"], "argument_type": ["list"], "argument_value": ["{}"]}, "is not a JSON array"),
        ({"argument_name": ["a"], "argument_type": ["number"], "argument_value": ["1e999"]}, "is not a number."),
        ({"argument_name": ["a"], "argument_type": ["json"], "argument_value": ["[" * 9999]}, "is not JSON"),
        ({"argument_name": [""], "argument_type": ["string"], "argument_value": ["v"]}, "value v has no name"),
        ({"set_max-length": "1", "argument_name": ["x-max-length"], "argument_type": ["number"],
          "argument_value": ["2"]}, "x-max-length is filled in above already"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_queue_is_said_at_its_field(
    values: dict[str, Any], sentence: str, broker: Broker, owner: User
) -> None:
    look(broker)
    form = {"step": "do", "name": "n", "vhost": "/", "type": "classic", "durable": "on", **values}

    answer = browser(owner).post(reverse("queue-add", args=["bench"]), form)

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert not Operation.objects.exists()


def test_another_row_keeps_what_was_typed(broker: Broker, owner: User) -> None:
    look(broker)
    form = {"add_header": "1", "name": "kept", "vhost": "/", "type": "quorum", "set_expires": "77",
            "argument_name": ["mine"], "argument_type": ["json"], "argument_value": ["{}"]}  # fmt: skip

    text = text_of(browser(owner).post(reverse("queue-add", args=["bench"]), form))

    assert 'value="kept"' in text
    assert 'value="77"' in text
    assert text.count('name="argument_name"') == 3
    assert 'value="quorum" checked' in text
    assert 'name="durable" checked' not in text


def test_an_exchange_lives_from_its_declaration_over_bindings_to_its_end(
    place: Place, bench: Broker, client: Client
) -> None:
    delete_if_there(place, "bound")
    place.client.declare_queue(VHOST, "bound")
    form = {"step": "do", "name": "life", "vhost": VHOST, "type": "headers", "durable": "on", "internal": "on",
            "set_alternate-exchange": "amq.fanout"}  # fmt: skip
    made = client.post(reverse("exchange-add", args=["bench"]), form)
    assert made["Location"] == reverse("exchange", args=["bench", VHOST, "life"])
    exchange = place.client.exchange(VHOST, "life")
    assert (exchange.type, exchange.internal, exchange.arguments) == (
        "headers",
        True,
        {"alternate-exchange": "amq.fanout"},
    )

    bound = client.post(
        reverse("queue-bind", args=["bench", VHOST, "bound"]),
        {"step": "do", "exchange": "life", "routing_key": "k", "match": "any",
         "argument_name": ["h"], "argument_type": ["string"], "argument_value": ["v"]},
    )  # fmt: skip
    assert bound["Location"] == reverse("queue", args=["bench", VHOST, "bound"]) + "#bindings"
    [binding] = place.client.exchange_bindings(VHOST, "life")[0]
    assert (binding.routing_key, binding.arguments) == ("k", {"x-match": "any", "h": "v"})

    page = text_of(client.get(reverse("exchange", args=["bench", VHOST, "life"])))
    address = page.split('href="')[[part.split('"')[0].count("unbind/") for part in page.split('href="')].index(1)]
    address = address.split('"')[0].replace("&amp;", "&")
    asks = text_of(client.get(address))
    assert "Messages published to life with the key k no longer reach queue bound by this binding." in asks
    assert "Nothing else leads from life to bound." in asks
    assert "bound then gets only messages that are published to it by name." in asks
    deleting = text_of(client.get(reverse("exchange-delete", args=["bench", VHOST, "life"])))
    assert "1 binding goes with it: to bound." in deleting
    assert "Type <b" in deleting
    assert client.post(address, {"seen": "0"}).status_code == 302
    assert place.client.exchange_bindings(VHOST, "life")[0] == []
    assert client.get(address).status_code == 404

    gone = client.post(reverse("exchange-delete", args=["bench", VHOST, "life"]), {"seen": "0"})
    assert gone["Location"] == reverse("exchanges", args=["bench"])
    assert [row.kind for row in Operation.objects.order_by("pk")] == ["create", "create", "remove", "remove"]


def test_a_binding_names_the_end_that_is_missing(place: Place, bench: Broker, client: Client) -> None:
    address = reverse("exchange-bind", args=["bench", VHOST, "amq.topic"])

    queue = client.post(address, {"step": "do", "to": "queue", "destination": "nobody"})
    exchange = client.post(address, {"step": "do", "to": "exchange", "destination": "nobody"})

    assert f"There is no queue nobody in vhost {VHOST}. Declare it, or name another." in text_of(queue)
    assert f"There is no exchange nobody in vhost {VHOST}." in text_of(exchange)


def test_a_queue_is_deleted_when_its_name_is_typed_with_all_that_goes(
    place: Place, bench: Broker, client: Client
) -> None:
    queue = place.queue("doomed")
    place.fill(queue, [b"1", b"2"])
    place.client.bind(VHOST, "amq.topic", "queue", queue, "doom.*")
    address = reverse("queue-delete", args=["bench", VHOST, queue])
    with place.channel() as channel:
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(queue, lambda *_: None)
        # Statistics of RabbitMQ are a second old; a passive declare tells what is so now.
        page = text_of(client.get(address))
        assert "1 binding goes with it: amq.topic (doom.*)." in page
        wrong = client.post(address, {"seen": "2", "typed_name": "doom"})
        in_use = client.post(address, {"seen": "2", "typed_name": queue, "if_unused": "on"})
    right = client.post(address, {"seen": "2", "typed_name": queue})

    assert f"Type {queue} to confirm." in text_of(wrong)
    assert "Nothing was done." in text_of(in_use)
    assert right["Location"] == reverse("queues", args=["bench"])
    with pytest.raises(ObjectNotFound):
        place.client.queue(VHOST, queue)
    kind, state, parameters, _ = last()
    assert (kind, state, parameters["before"]["bindings"]) == ("remove", "done", 1)
    assert Operation.objects.filter(state="failed").count() == 1


def test_amqs_own_exchanges_cannot_be_deleted(broker: Broker, owner: User) -> None:
    client = browser(owner)
    page = text_of(client.get(reverse("exchange", args=["bench", "/", "amq.topic"])))

    assert client.get(reverse("exchange-delete", args=["bench", "/", "amq.topic"])).status_code == 404
    assert "Delete…" not in page
    assert "Bind…" in page


def test_only_administrators_of_a_vhost_are_offered_to_change_it(broker: Broker, owner: User) -> None:
    look(broker)
    pages = [reverse("queues", args=["bench"]), reverse("exchange", args=["bench", "/", "amq.topic"])]

    for user, offered in ((member(broker, Role.OPERATOR), False), (member(broker, Role.ADMIN), True)):
        found = [text_of(browser(user).get(page)) for page in pages]
        assert ("Add queue" in found[0], "Bind…" in found[1]) == (offered, offered)
    form = text_of(browser(member(broker, Role.ADMIN, name="one")).get(reverse("queue-add", args=["bench"])))
    assert '<option value="/"' in form
    assert '<option value="other"' not in form
