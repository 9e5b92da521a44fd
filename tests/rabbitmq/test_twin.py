from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import httpx
import pytest

from tests.rabbitmq import differences
from tests.rabbitmq.play import play
from tests.rabbitmq.scenarios import ALL
from tests.support import embedded
from tests.support.brokers import Running
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import PATIENCE_SECONDS

DOC = Path(__file__).parents[2] / "docs" / "compatibility.md"
SECTION = "## Said otherwise on the wire"
AT_ONCE = 24
"""Conversations beside each other with RabbitMQ, of those that it lets wait."""

SILENCE_SECONDS = 5.0
"""For a RabbitMQ that is known to say nothing."""


def prepare(broker: Running) -> None:
    """The vhost that guest may not enter, the user of connection l, and one whose password is guessed.

    Not guest's: whoever guesses too often is refused for a while, and RabbitMQ is shared with other tests.
    """
    with httpx.Client(
        base_url=f"http://127.0.0.1:{broker.api_port}/api", auth=("guest", "guest"), timeout=PATIENCE_SECONDS
    ) as api:
        api.put("/vhosts/twin%20closed").raise_for_status()
        api.delete("/permissions/twin%20closed/guest").raise_for_status()
        api.put("/users/twin", json={"password": "twin", "tags": ""}).raise_for_status()
        api.put("/users/guessed", json={"password": "right", "tags": ""}).raise_for_status()
        rights = {"configure": "^mine", "write": "^mine", "read": "^mine"}
        api.put("/permissions/%2F/twin", json=rights).raise_for_status()
        keys = {"exchange": "mine.topics", "write": "^a", "read": "^a"}
        api.put("/topic-permissions/%2F/twin", json=keys).raise_for_status()


def patience(name: str) -> float:
    """How long RabbitMQ is waited for."""
    expected = differences.BY_SCENARIO.get(name)
    return SILENCE_SECONDS if expected is not None and "silence" in expected.rabbitmq else PATIENCE_SECONDS


@pytest.fixture(scope="module")
def rabbitmq_says(rabbitmq: RabbitMQ) -> Iterator[Callable[[str], Future[list[str]]]]:
    """What it will have said: ours speaks meanwhile."""
    prepare(rabbitmq)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun: dict[str, Future[list[str]]] = {
            name: pool.submit(play, rabbitmq.amqp_port, each, patience(name))
            for name, each in ALL.items()
            if each.stands_alone
        }
        yield lambda name: begun.pop(name, None) or pool.submit(play, rabbitmq.amqp_port, ALL[name], patience(name))


@pytest.fixture(scope="module")
def we_say(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[str]]]:
    with embedded.running(tmp_path_factory.mktemp("broker")) as broker:
        prepare(broker)
        yield lambda name: play(broker.amqp_port, ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_both_brokers_say_the_same(
    name: str, rabbitmq_says: Callable[[str], Future[list[str]]], we_say: Callable[[str], list[str]]
) -> None:
    saying = rabbitmq_says(name)
    ours = told(we_say(name))

    try:
        compare(name, told(saying.result()), ours)
    except AssertionError:
        # RabbitMQ's word must be one it gives again: a queue of the scenario before was seen to outlive its delete-ok.
        # Ours is not asked twice.
        compare(name, told(rabbitmq_says(name).result()), ours)


def test_every_difference_stands_in_the_docs_with_its_reason() -> None:
    section = DOC.read_text().partition(SECTION)[2].partition("\n## ")[0]
    written = {" ".join(each.split()) for each in section.split("\n- ")[1:]}

    assert written == differences.REASONS


def test_every_difference_names_a_scenario() -> None:
    assert differences.BY_SCENARIO.keys() <= ALL.keys()


def compare(name: str, theirs: list[str], ours: list[str]) -> None:
    expected = differences.BY_SCENARIO.get(name)
    if expected is None:
        assert ours == theirs
    else:
        agreed = next(at for at, pair in enumerate(zip_longest(theirs, ours)) if pair[0] != pair[1])
        assert holds(theirs[agreed:], expected.rabbitmq), f"RabbitMQ says {theirs}"
        assert holds(ours[agreed:], expected.ours), f"we say {ours}"


def told(lines: list[str]) -> list[str]:
    """What is left of a conversation when the rules are applied."""
    for rule in differences.RULES:
        lines = [rule.apply(line) for line in lines]
    return lines


def holds(lines: list[str], parts: tuple[str, ...]) -> bool:
    return len(lines) == len(parts) and all(part in line for part, line in zip(parts, lines, strict=True))
