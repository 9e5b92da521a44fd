"""What is asked of the embedded broker and of a real RabbitMQ (3.10 on Debian), and every difference with its reason.

To compare one more request, add a line: a GET whose keys and kinds are compared to SHAPES, all else to a story, whose
requests come in order. `tests/house/test_claims.py` wants every route of the app in one of them, or in OURS_ONLY.
"""

from __future__ import annotations

from tests.brokerctl.management.parity import broker, lists, messages, people, topology, vhosts
from tests.brokerctl.management.parity.requests import COMES_AND_GOES, Answer, Shape
from tests.brokerctl.management.parity.shapes import SHAPES

STORIES: dict[str, list[Answer]] = (
    topology.STORIES | messages.STORIES | lists.STORIES | people.STORIES | vhosts.STORIES | broker.STORIES
)

__all__ = ["COMES_AND_GOES", "SHAPES", "STORIES", "Answer", "Shape"]
