"""watch and tap."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from brokerctl.cli.tapping import sentence
from brokerctl.cli.watching import rates_of
from brokerctl.clients.models import MessageCounters, Passed, Tap
from brokerctl.errors import RequestRefused
from tests.brokerctl.cli.conftest import Command
from tests.support.brokers import VHOST, Place, numbered


def test_watch_looks_as_often_as_asked(ours: Place, ours_cli: Command) -> None:
    queue = ours.queue("watched/1")
    ours.fill(queue, numbered(3))

    as_json = ours_cli("watch", "--count", "2", "--interval", "0.2", "--containing", "watched/1", "--json")
    table = ours_cli("watch", "--count", "1", "--containing", "watched/1")

    looks = [json.loads(line) for line in as_json.out.splitlines()]
    assert [[row["ready"] for row in look] for look in looks] == [[3], [3]]
    assert (looks[0][0]["in/s"], looks[1][0]["in/s"]) == (None, 0.0)
    assert "watched/1" in table.out.splitlines()[1]


def test_rates_are_differences_and_never_negative(ours: Place) -> None:
    now = replace(ours.client.queue(VHOST, ours.queue()), counters=MessageCounters(publish=10, deliver_get=4, ack=2))
    later = replace(now, counters=MessageCounters(publish=30, deliver_get=4, ack=0))

    assert rates_of(now, later, 2.0) == (10.0, 0.0, 0.0)
    assert rates_of(None, now, 2.0) == rates_of(now, later, 0.0) == (None, None, None)


def test_tap_shows_what_passes(ours: Place, ours_cli: Command) -> None:
    queue = ours.queue()
    ended = threading.Event()

    def publish_until_seen() -> None:
        while not ended.is_set():
            ours.fill(queue, [b"seen"])

    publisher = threading.Thread(target=publish_until_seen)
    publisher.start()
    try:
        said = ours_cli("tap", "--queue", queue, "--event", "published", "--payload", "10", "--count", "2", "--json")
    finally:
        ended.set()
        publisher.join()

    events = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert [(each["event"], each["routing_key"], each["queues"]) for each in events] == [
        ("published", queue, [queue])
    ] * 2
    assert events[0]["payload"] == "seen"


def test_tap_of_another_broker_is_a_clear_sentence(real: Place) -> None:
    with pytest.raises(RequestRefused, match="Postroom's embedded broker does"):
        real.client.tap(Tap(VHOST))


def test_passed_message_is_one_line() -> None:
    values = {"at": "T", "exchange": "", "routing_key": "k", "queues": ["q"], "payload_bytes": 3, "payload": "abc"}

    assert sentence(Passed("published", values)) == "T  published  (default) k → q  3 B  abc"
    assert sentence(Passed("dropped", {"dropped": 7})) == "7 more came too fast to be shown"
    assert sentence(Passed("end", {"reason": "your rights"})) == "end: your rights"
