"""Connections and their channels, read and closed on ours and on a RabbitMQ."""

from __future__ import annotations

import pika.exceptions
import pytest

from brokerctl.clients.rabbitmq.channels import parse
from brokerctl.errors import ObjectNotFound
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_for, wait_until


def test_connection_is_read_with_its_channels_and_closed_with_a_reason(place: Place) -> None:
    # RabbitMQ still tells of connections that have just ended.
    others = _of_one_channel(place)
    connection = place.running.connect(VHOST)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=9)
    channel.confirm_delivery()
    name = wait_for(lambda: "".join(_of_one_channel(place) - others))

    found = place.client.connection(name)
    wait_until(lambda: bool(place.client.connection_channels(name)))
    [of_connection] = place.client.connection_channels(name)
    wait_until(lambda: place.client.channel(of_connection.name).prefetch == 9)
    place.client.close_connection(name, "für die\nWartung")

    assert (found.name, found.vhost, found.user, found.channels) == (name, VHOST, "guest", 1)
    assert (found.protocol, found.tls, found.peer_host) == ("AMQP 0-9-1", False, "127.0.0.1")
    assert (of_connection.number, of_connection.connection_name, of_connection.vhost) == (1, name, VHOST)
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker, match="für die Wartung"):
        channel.queue_declare("nothing", passive=True)
    with pytest.raises(ObjectNotFound):
        place.client.connection("no such connection")
    with pytest.raises(ObjectNotFound):
        place.client.channel("no such channel")


def test_a_channel_whose_connection_is_not_told_yet_has_it_in_its_name() -> None:
    found = parse({"name": "127.0.0.1:5000 -> 127.0.0.1:5672 (12)", "number": 12, "connection_details": []})

    assert (found.connection_name, found.number) == ("127.0.0.1:5000 -> 127.0.0.1:5672", 12)


def _of_one_channel(place: Place) -> set[str]:
    return {each.name for each in place.client.connections() if each.vhost == VHOST and each.channels == 1}
