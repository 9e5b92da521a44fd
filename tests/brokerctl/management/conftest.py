"""The API over its real socket: the session's broker, a vhost and people of each test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from brokerctl.names import path
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

_numbers = itertools.count()

Login = Callable[..., httpx.Client]


def client(broker: EmbeddedBroker, user: str, password: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{broker.api_port}/api", auth=(user, password), timeout=PATIENCE_SECONDS
    )


@pytest.fixture(scope="session")
def api(embedded_broker: EmbeddedBroker) -> Iterator[httpx.Client]:
    """guest, the administrator."""
    with client(embedded_broker, "guest", "guest") as found:
        yield found


@pytest.fixture
def vhost(api: httpx.Client) -> Iterator[str]:
    """A vhost of the test's own, with a slash in its name because people have those."""
    name = f"test/{next(_numbers)}"
    api.put(path("vhosts", name)).raise_for_status()
    yield name
    api.delete(path("vhosts", name))


@pytest.fixture
def queue(api: httpx.Client, vhost: str) -> str:
    """The path of a queue `q`."""
    api.put(path("queues", vhost, "q"), json={"durable": True}).raise_for_status()
    return path("queues", vhost, "q")


@pytest.fixture
def login(embedded_broker: EmbeddedBroker, api: httpx.Client) -> Iterator[Login]:
    """`login("management", vhost)` makes a user with these tags and all rights in these vhosts, and is it."""
    with ExitStack() as cleaning:

        def make(tags: str, *vhosts: str, configure: str = ".*", write: str = ".*", read: str = ".*") -> httpx.Client:
            name = f"person-{next(_numbers)}"
            body = {"password": "secret", "tags": tags}
            api.put(path("users", name), json=body).raise_for_status()
            cleaning.callback(api.delete, path("users", name))
            for vhost in vhosts:
                rights = {"configure": configure, "write": write, "read": read}
                api.put(path("permissions", vhost, name), json=rights).raise_for_status()
            return cleaning.enter_context(client(embedded_broker, name, "secret"))

        yield make
