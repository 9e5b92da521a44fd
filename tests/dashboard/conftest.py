"""A broker that people registered, and those who may see some of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from dashboard import brokers
from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import member, person
from tests.dashboard.places import OTHER_VHOST, api, register
from tests.support import embedded
from tests.support.brokers import Place, place_on
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ

REAL = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]


@pytest.fixture(scope="session")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Shared by the tests of the dashboard: what others leave on theirs is on many of its pages."""
    with embedded.running(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="session")
def real(embedded_broker: EmbeddedBroker) -> EmbeddedBroker:
    """The shared broker, with a second vhost."""
    with api(embedded_broker) as asked:
        asked.put(f"/vhosts/{OTHER_VHOST}").raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        asked.put(f"/permissions/{OTHER_VHOST}/guest", json=rights).raise_for_status()
    return embedded_broker


@pytest.fixture(autouse=True)
def _forget_tries() -> None:
    cache.clear()


@pytest.fixture
def broker(db: None, real: EmbeddedBroker) -> Iterator[Broker]:
    row = register(real)
    yield row
    brokers.forget(row.pk)


@pytest.fixture(scope="session")
def our_place(embedded_broker: EmbeddedBroker) -> Iterator[Place]:
    with place_on(embedded_broker) as place:
        yield place


@pytest.fixture(scope="session")
def their_place(rabbitmq: RabbitMQ) -> Iterator[Place]:
    with place_on(rabbitmq) as place:
        yield place


@pytest.fixture(params=["our_place", pytest.param("their_place", marks=REAL)])
def place(request: pytest.FixtureRequest) -> Place:
    """A vhost of the embedded broker, and of a real RabbitMQ."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def bench(db: None, place: Place) -> Iterator[Broker]:
    """That broker, registered."""
    row = register(place.running)
    yield row
    brokers.forget(row.pk)


@pytest.fixture
def unreachable(db: None, real: EmbeddedBroker, closed_port: int) -> Iterator[Broker]:
    row = register(real, "gone", amqp_port=closed_port, api_port=closed_port)
    yield row
    brokers.forget(row.pk)


@pytest.fixture
def closed_port() -> int:
    """A port nothing listens on: the discard service's, which nobody runs."""
    return 9


@pytest.fixture
def owner(db: None) -> User:
    return person("owner", is_owner=True)


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger")


@pytest.fixture
def viewer(broker: Broker) -> User:
    return member(broker, Role.VIEWER)


@pytest.fixture
def operator(broker: Broker) -> User:
    return member(broker, Role.OPERATOR)
