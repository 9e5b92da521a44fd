"""Clients of registered brokers."""

from __future__ import annotations

from pytest_django.fixtures import SettingsWrapper

from dashboard import brokers
from dashboard.models import Broker


def test_pages_wait_for_an_answer_as_long_as_is_set_and_others_twice_as_long(
    broker: Broker, settings: SettingsWrapper
) -> None:
    settings.ANSWER_SECONDS = 7.5

    assert brokers.address(broker).timeout_seconds == 7.5
    assert brokers.address(broker, brokers.unwatched_seconds()).timeout_seconds == 15.0
