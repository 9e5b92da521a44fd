from __future__ import annotations

from typing import Any

from dashboard.forms.destination import MoveForm
from tests.dashboard.forms.posted import posted

BROKERS = [("local", "local"), ("prod", "rabbit-prod")]


def move(**values: Any) -> MoveForm:
    data = posted(
        **{"action": "move", "to": "queue", "broker": "local", "vhost": "/", "queue": "parked", "keys": "own", **values}
    )
    return MoveForm(data, source=("local", "/", "orders"), brokers=BROKERS)


def test_a_queue_is_reached_by_the_default_exchange() -> None:
    form = move()

    assert form.is_valid(), form.errors
    assert form.destination() == {"broker": "local", "vhost": "/", "exchange": "", "routing_key": "parked"}


def test_an_exchange_takes_each_messages_own_key_or_one_for_all() -> None:
    own = move(to="exchange", exchange="orders", routing_key="typed before the choice changed")
    one = move(to="exchange", exchange="orders", keys="one", routing_key="order.new")

    assert own.is_valid(), own.errors
    assert one.is_valid(), one.errors
    assert own.destination()["routing_key"] is None
    assert one.destination() == {"broker": "local", "vhost": "/", "exchange": "orders", "routing_key": "order.new"}


def test_the_queue_the_messages_are_in_is_no_destination() -> None:
    assert move(queue="orders").errors["queue"] == ["The messages are in orders already. Name another queue."]
    assert move(queue="orders", vhost="shop").is_valid()
    assert move(queue="orders", broker="prod").is_valid()


def test_the_default_exchange_with_own_keys_is_refused() -> None:
    assert move(to="exchange", exchange="").errors["exchange"] == [
        "Name an exchange, or use one key for all: the default one routes by queue name."
    ]


def test_what_is_missing_is_said_beside_its_field() -> None:
    assert move(queue="").errors["queue"] == ["Name the queue to send to."]
    assert move(vhost="").errors["vhost"] == ["Name the vhost to send to; the first one is called /."]
    assert move(broker="other").errors["broker"] == ["Choose a broker from the list."]


def test_the_selection_travels_in_one_field() -> None:
    form = move(selection="a.0 b.1\n c.0")

    assert form.is_valid()
    assert form.cleaned_data["selection"] == ("a.0", "b.1", "c.0")
