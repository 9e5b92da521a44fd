from __future__ import annotations

from datetime import UTC, datetime

from dashboard.reading.deaths import deaths
from tests.dashboard.reading.letters import letter


def death(queue: str, reason: str, second: int, count: int = 1) -> dict[str, object]:
    return {
        "queue": queue,
        "reason": reason,
        "count": count,
        "time": datetime(2026, 3, 12, 14, 2, second),
        "exchange": "orders",
        "routing-keys": ["order.new"],
    }


def test_deaths_are_in_the_order_of_time_with_reasons_in_words() -> None:
    headers = {"x-death": [death("orders.retry", "expired", 42, 2), death("orders.new", "rejected", 12, 3)]}

    first, second = deaths(letter(headers=headers).message)

    assert (first.queue, first.count, first.is_severe) == ("orders.new", 3, True)
    assert first.at == datetime(2026, 3, 12, 14, 2, 12, tzinfo=UTC)
    assert first.routing_keys == ("order.new",)
    assert (second.queue, second.is_severe) == ("orders.retry", False)
    assert second.sentence == "It waited longer than its TTL."


def test_a_message_without_history_has_no_deaths() -> None:
    assert deaths(letter().message) == ()


def test_a_header_of_another_shape_is_no_history_and_no_fault() -> None:
    for strange in ("text", [1, "a"], {"queue": "q"}, [{"count": "many", "routing-keys": 4, "time": "never"}]):
        found = deaths(letter(headers={"x-death": strange}).message)

        assert all(entry.at is None and entry.count == 1 for entry in found)


def test_an_unknown_reason_is_named() -> None:
    (only,) = deaths(letter(headers={"x-death": [death("q", "eaten", 1)]}).message)

    assert only.sentence == "The broker gave the reason eaten."
