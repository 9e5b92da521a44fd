"""What every test can ask for, and what happens where the machine lacks a RabbitMQ or a browser.

For a person a missing one is a skip that says so; on CI (CI=true) it is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import embedded
from tests.support import rabbitmq as real
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ

# How long an example takes is up to the machine.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One worker of xdist gets all tests of the real RabbitMQ, so there is one of it; RELIABILITY_TEST chooses."""
    for item in items:
        if "rabbitmq" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.rabbitmq)
            item.add_marker(pytest.mark.xdist_group("rabbitmq"))
    if number := os.environ.get("RELIABILITY_TEST"):
        chosen = [item for item in items if any(number in mark.args for mark in item.iter_markers("reliability"))]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def lacking(what: str, remedy: str) -> None:
    """End the test: the machine lacks this."""
    text = f"this machine has no {what}: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Shared: use queue and exchange names of your own."""
    with embedded.running(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    if not real.is_installed():
        lacking("RabbitMQ", "install Debian's package rabbitmq-server")
    with real.running(tmp_path_factory.mktemp("rabbitmq")) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path
