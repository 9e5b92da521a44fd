"""A vhost on the embedded broker, on a real RabbitMQ, and on each of them in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.brokers import Place, place_on
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ

REAL = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]


@pytest.fixture(scope="session")
def ours(embedded_broker: EmbeddedBroker) -> Iterator[Place]:
    with place_on(embedded_broker) as place:
        yield place


@pytest.fixture(scope="session")
def real(rabbitmq: RabbitMQ) -> Iterator[Place]:
    with place_on(rabbitmq) as place:
        yield place


@pytest.fixture(params=["ours", pytest.param("real", marks=REAL)])
def place(request: pytest.FixtureRequest) -> Place:
    """The test runs on both."""
    found: Place = request.getfixturevalue(request.param)
    return found
