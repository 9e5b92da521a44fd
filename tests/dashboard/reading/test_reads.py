from __future__ import annotations

from datetime import UTC, datetime

from dashboard.reading.reads import MAX_AGE_SECONDS, Read, ReadCache, ReadKey
from tests.dashboard.reading.letters import letter

AT = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)


def key(queue: str, session: str = "s1") -> ReadKey:
    return ReadKey(session, "local", "/", queue)


def read_of(size_bytes: int) -> Read:
    return Read(AT, 10, (letter(b"x" * size_bytes),), ready=1)


def test_a_read_is_kept_for_its_person_and_queue_only() -> None:
    cache = ReadCache()
    look = read_of(10)

    cache.keep(key("orders"), look)

    assert cache.get(key("orders")) is look
    assert cache.get(key("users")) is None
    assert cache.get(key("orders", session="s2")) is None


def test_the_least_recently_used_read_goes_when_memory_is_short() -> None:
    cache = ReadCache(max_bytes=10_000)
    for queue in ("a", "b"):
        cache.keep(key(queue), read_of(2_000))
    cache.get(key("a"))

    cache.keep(key("c"), read_of(2_000))

    assert cache.get(key("b")) is None
    assert cache.get(key("a")) is not None
    assert cache.get(key("c")) is not None


def test_reading_again_replaces_and_does_not_add_up() -> None:
    cache = ReadCache(max_bytes=10_000)
    cache.keep(key("a"), read_of(100))

    for _ in range(20):
        cache.keep(key("b"), read_of(4_000))

    assert cache.get(key("a")) is not None


def test_a_read_is_forgotten_after_half_an_hour() -> None:
    now = [0.0]
    cache = ReadCache(clock=lambda: now[0])
    cache.keep(key("orders"), read_of(1))

    now[0] = MAX_AGE_SECONDS + 1

    assert cache.get(key("orders")) is None


def test_messages_are_found_by_fingerprint_in_queue_order() -> None:
    entries = tuple(letter(position=position) for position in (1, 2, 3))
    look = Read(AT, 10, entries, ready=3)

    assert look.chosen([entries[2].fingerprint, entries[0].fingerprint, "gone"]) == [entries[0], entries[2]]
    assert look.find(entries[1].fingerprint) is entries[1]
    assert look.find("gone") is None
