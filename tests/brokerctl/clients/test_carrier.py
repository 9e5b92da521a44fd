"""Carrying: exactly as many as asked for, whoever else takes from the queue or publishes into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokerctl.clients import carrier
from brokerctl.clients.base import PublishResult, Taken
from tests.support.brokers import PERSISTENT, VHOST, Place, numbered

MANY = 1500


WINDOW = f"{carrier.WINDOW:,}"
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("path", ["templates/move/_guarantee.html", "docs/cli.md"])
def test_what_a_crash_can_double_is_said_with_its_number(path: str) -> None:
    assert WINDOW in (ROOT / path).read_text()


@pytest.fixture(autouse=True)
def small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "WINDOW", 300)
    monkeypatch.setattr(carrier, "GETS", 100)


def carry(place: Place, source: str, target: str, total: int, *, consume: bool = True, keep: bool = False) -> list[str]:
    """What became of each, in the order in which it was told."""
    told = []

    def settle(message: Taken, result: PublishResult) -> None:
        told.append(f"{message.body.decode()}{'' if result.confirmed and result.routed else ' stayed'}")

    def decide(message: Taken) -> Taken:
        return message._replace(exchange=b"", routing_key=target.encode())

    with place.client.carrier(VHOST, place.client, VHOST) as carried:
        carried.carry(source, total, decide, settle, consume=consume, keep=keep)
    return told


@pytest.mark.parametrize("consume", [True, False])
def test_no_more_than_asked_for_are_taken(place: Place, consume: bool) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    told = carry(place, source, target, MANY - 7, consume=consume)

    assert told == [body.decode() for body in numbered(MANY - 7)]
    seen = place.look(source).seen
    assert [each.message.body for each in seen] == numbered(7, start=MANY - 7)
    # Never handed to a consumer that then had to give them back.
    assert not any(each.message.redelivered for each in seen)
    assert place.bodies(target) == numbered(MANY - 7)


def test_carrying_ends_when_somebody_else_took_the_rest(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))
    with place.channel() as channel:
        channel.basic_qos(prefetch_count=400)
        channel.basic_consume(source, lambda *_: None)
        channel.queue_declare(source, passive=True)

        told = carry(place, source, target, MANY)

    assert 0 < len(told) < MANY
    place.settled(source, MANY - len(told))
    assert sorted(place.bodies(source) + place.bodies(target)) == sorted(numbered(MANY))


def test_large_messages_are_not_all_held_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too few fit into the window for a consumer, so they are got one after the other."""
    monkeypatch.setattr(carrier, "WINDOW_BYTES", 20_000)
    source, target = place.queue(), place.queue()
    bodies = [bytes([65 + number % 20]) * 3000 for number in range(200)]
    place.fill(source, bodies)

    told = carry(place, source, target, 200)

    assert len(told) == 200
    assert place.bodies(target) == bodies


def test_original_header_is_the_copys_and_both_are_there(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(3))

    carry(place, source, target, 3, keep=True)

    assert [each.message.header for each in place.look(target).seen] == [PERSISTENT] * 3
    assert place.bodies(source) == place.bodies(target) == numbered(3)
