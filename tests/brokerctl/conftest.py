"""A fresh embedded broker where a test changes it for good, one for the session where tests keep to their own names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import embedded
from tests.support.embedded import EmbeddedBroker


@pytest.fixture(scope="session")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Shared: use queue and exchange names of your own."""
    with embedded.running(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path
