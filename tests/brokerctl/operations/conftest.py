"""Operations in both ways: taking messages by AMQP, as with every broker, and inside one that does it itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brokerctl.clients import carrier
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq.client import RabbitMQClient
from brokerctl.operations import inside
from tests.brokerctl.conftest import REAL
from tests.support.brokers import Place, address_of
from tests.support.embedded import EmbeddedBroker

TAKING = ["plain", pytest.param("real", marks=REAL)]


@pytest.fixture(scope="session")
def plain(embedded_broker: EmbeddedBroker, ours: Place) -> Iterator[Place]:
    """The embedded broker, by a client that knows nothing of its extensions."""
    address = address_of(embedded_broker)
    client = RabbitMQClient(address, Http(address))
    yield Place(embedded_broker, client)
    client.close()


@pytest.fixture(params=["ours", *TAKING])
def place(request: pytest.FixtureRequest) -> Place:
    """The test runs inside the embedded broker, by taking messages from it, and from a RabbitMQ."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=TAKING)
def taking(request: pytest.FixtureRequest) -> Place:
    """Where messages are taken and given back."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that something can happen in the middle of a move."""
    monkeypatch.setattr(carrier, "WINDOW", 100)
    monkeypatch.setattr(carrier, "GETS", 50)
    monkeypatch.setattr(carrier, "FIRST", 20)
    monkeypatch.setattr(inside, "BATCH", 50)
