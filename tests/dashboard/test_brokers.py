"""Clients of registered brokers."""

from __future__ import annotations

from django.test import override_settings

from dashboard import brokers
from dashboard.models import Broker


@override_settings(ANSWER_SECONDS=7.5)
def test_pages_wait_for_an_answer_as_long_as_is_set_and_others_twice_as_long(broker: Broker) -> None:
    assert brokers.address(broker).timeout_seconds == 7.5
    assert brokers.address(broker, brokers.unwatched_seconds()).timeout_seconds == 15.0
