"""A11: SIGKILL in the middle of a move inside the broker: every message is in one of the two queues, once, in order."""

from __future__ import annotations

import contextlib
import random
import threading
from pathlib import Path

import httpx
import pika
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import client
from tests.brokerctl.management.letters import lengths
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.reliability import SEED, evidence, runs
from tests.support.waiting import wait_until

LIVES = runs(short=3, long=100)
MOST_LIVES = 10 * LIVES
"""On a machine so busy that the move is done before the broker is killed."""
MESSAGES = 4000
QUEUES = ("left", "right")


@pytest.mark.reliability("a11")
def test_a_killed_move_neither_loses_nor_doubles(home: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (to repeat, not to keep secret)
    broker = embedded.start(home)
    try:
        _fill(broker)
        with evidence("A11 kill9_move", "100 SIGKILLs amid moves: 0 lost, doubled, out of order") as figures:
            caught = 0
            for life in range(MOST_LIVES):
                if life >= LIVES and caught:
                    break
                source, target = QUEUES[life % 2], QUEUES[1 - life % 2]
                before = _bodies(broker, source)
                assert sorted(before) == list(range(MESSAGES))
                _move_and_kill(broker, source, target, chance.randrange(MESSAGES // 2))
                broker = embedded.start(home)
                left, arrived = _bodies(broker, source), _bodies(broker, target)
                caught += bool(left and arrived)
                assert arrived + left == before, f"life {life}, seed {SEED}"
                figures |= {"lives": life + 1, "killed_midway": caught}
                # The rest follows, so that the next life moves everything back.
                _move(broker, source, target)
    finally:
        broker.kill()

    assert caught


def _fill(broker: EmbeddedBroker) -> None:
    with broker.connect() as connection:
        channel = connection.channel()
        for queue in QUEUES:
            channel.queue_declare(queue, durable=True)
        channel.tx_select()
        for number in range(MESSAGES):
            channel.basic_publish("", QUEUES[0], b"%d" % number, pika.BasicProperties(delivery_mode=2))
        channel.tx_commit()


def _move_and_kill(broker: EmbeddedBroker, source: str, target: str, after: int) -> None:
    mover = threading.Thread(target=_move, args=(broker, source, target))
    try:
        with client(broker, "guest", "guest") as api:
            where = path("queues", "/", target)
            mover.start()
            wait_until(lambda: sum(lengths(api, where)) >= after or not mover.is_alive())
    finally:
        broker.kill()
        mover.join()


def _move(broker: EmbeddedBroker, source: str, target: str) -> None:
    """All of it, or until the broker is gone."""
    body: dict[str, object] = {"all": True, "destination": {"exchange": "", "routing_key": target}}
    with client(broker, "guest", "guest") as api, contextlib.suppress(httpx.TransportError):
        while True:
            done = api.post(path("queues", "/", source, "move"), json=body).json()
            if done["next"] is None:
                return
            body |= {"after": done["next"], "until": done["until"]}


def _bodies(broker: EmbeddedBroker, queue: str) -> list[int]:
    """What waits, head first; it stays."""
    found: list[int] = []
    with client(broker, "guest", "guest") as api:
        after = None
        while True:
            page = api.post(path("queues", "/", queue, "peek"), json={"count": 1000, "after": after}).json()
            found += [int(each["payload"]) for each in page["messages"]]
            after = page["next"]
            if after is None:
                return found
