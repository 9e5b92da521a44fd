"""Every route of the management API is compared with a RabbitMQ, or it is said why not."""

from __future__ import annotations

import re

from brokerctl.management.app import RESOURCES
from tests.brokerctl.management.parity import SHAPES, STORIES
from tests.brokerctl.management.parity.ours import OURS_ONLY

Route = tuple[str, str]
"""A method and a path with parameters in braces."""

ROUTES: list[Route] = [(method, known.path) for known in RESOURCES for method in known.methods]


def route_of(method: str, where: str) -> Route | None:
    """The route that a request takes: the first whose path fits, as in the app."""
    asked = re.sub(r"\{\w+\}", "x", where.partition("?")[0])
    for known in RESOURCES:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known.path.replace(".", r"\.")), asked):
            return method, known.path
    return None


def claimed() -> set[Route | None]:
    asked = [("GET", shape.where) for shape in SHAPES]
    asked += [(answer.method, answer.where) for story in STORIES.values() for answer in story]
    return {route_of(*each) for each in asked}


def test_every_route_is_compared_with_rabbitmq_or_ours_only() -> None:
    known = claimed() | OURS_ONLY.keys()
    missing = [f"{method} {path}" for method, path in ROUTES if (method, path) not in known]

    assert missing == [], (
        "add a line to a story of tests/brokerctl/management/parity, or to its OURS_ONLY with the reason"
    )


def test_what_is_ours_only_is_there_and_is_not_compared() -> None:
    assert OURS_ONLY.keys() - set(ROUTES) == set()
    assert OURS_ONLY.keys() & claimed() == set()
