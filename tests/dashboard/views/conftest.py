"""Views answer as soon as they can, and wait for a broker for as long as a busy machine stops it."""

from __future__ import annotations

import pytest

from dashboard import brokers
from dashboard.live import collector
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "PAGE_TIMEOUT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(collector, "TIMEOUT_SECONDS", PATIENCE_SECONDS)
    for each in (brokers.address, brokers.client):
        monkeypatch.setattr(each, "__defaults__", (PATIENCE_SECONDS,))
