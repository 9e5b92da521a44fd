"""Moves in small steps, so that something can happen in their middle."""

from __future__ import annotations

import pytest

from brokerctl.clients import carrier


@pytest.fixture(autouse=True)
def small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "WINDOW", 100)
    monkeypatch.setattr(carrier, "GETS", 50)
    monkeypatch.setattr(carrier, "FIRST", 20)
