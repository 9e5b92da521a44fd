"""What takes messages and gives them back never lets a queue give one up that nobody consumed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from brokerctl.errors import RequestRefused
from brokerctl.operations.move import move
from brokerctl.operations.replay import Replay, replay
from brokerctl.operations.wear import delivery_limit
from tests.brokerctl.operations.plans import to_queue
from tests.support.brokers import VHOST, Place, numbered

LIMIT = 3


def copy(place: Place, queue: str) -> object:
    return move(to_queue(place, queue, place.queue(), keep=True))


def move_what_is_not_there(place: Place, queue: str) -> object:
    return move(to_queue(place, queue, place.queue(), fingerprints=["0" * 64]))


def replay_what_died_elsewhere(place: Place, queue: str) -> object:
    return replay(Replay(place.client, VHOST, queue, died_in="elsewhere"))


@pytest.mark.parametrize("take", [copy, move_what_is_not_there, replay_what_died_elsewhere])
def test_messages_outlive_any_number_of_tries(taking: Place, take: Callable[[Place, str], object]) -> None:
    """A limit of 3: the fourth try emptied the queue, and nobody had consumed anything."""
    queue = taking.queue(x_queue_type="quorum", x_delivery_limit=LIMIT)
    taking.fill(queue, numbered(3))

    for _ in range(LIMIT):
        with suppress(RequestRefused):
            take(taking, queue)

    for _ in range(LIMIT):
        with pytest.raises(RequestRefused, match="nearly used their 3 deliveries"):
            take(taking, queue)
    taking.settled(queue, 3)


def test_a_worn_message_that_is_chosen_leaves(taking: Place) -> None:
    queue, target = taking.queue(x_queue_type="quorum", x_delivery_limit=LIMIT), taking.queue()
    taking.fill(queue, numbered(1))
    [seen] = taking.look(queue).seen

    tally = move(to_queue(taking, queue, target, fingerprints=[seen.fingerprint]))

    assert (tally.done, taking.count(queue), taking.count(target)) == (1, 0, 1)


def test_a_message_behind_a_worn_one_waits_until_the_limit_is_raised(taking: Place) -> None:
    queue = taking.queue(x_queue_type="quorum", x_delivery_limit=LIMIT)
    taking.fill(queue, numbered(2))
    _, last = taking.look(queue).seen

    with pytest.raises(RequestRefused, match="Raise the delivery limit"):
        move(to_queue(taking, queue, taking.queue(), fingerprints=[last.fingerprint]))

    taking.settled(queue, 2)


def test_lavinmq_counts_on_every_queue_with_a_limit(taking: Place) -> None:
    lavinmq = replace(taking.client.overview(), product="LavinMQ", version="2.9.1")
    plain = taking.client.queue(VHOST, taking.queue())
    limited = replace(plain, arguments={"x-delivery-limit": 5}, effective_policy={"delivery-limit": 4})

    assert delivery_limit(plain, lavinmq) is None
    assert delivery_limit(limited, lavinmq) == 4
    assert delivery_limit(replace(limited, type="stream"), lavinmq) is None
    assert delivery_limit(limited, None) is None
