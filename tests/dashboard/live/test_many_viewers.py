"""The short form of bench/live.py: what many viewers get, and what the broker and the others notice. No times."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.contrib.auth.models import User

from tests.dashboard.live.conftest import session_of
from tests.dashboard.live.test_browser import live, merge
from tests.dashboard.live.test_collector import asked_per_look, lasting_questions
from tests.dashboard.places import declare, register
from tests.support.counting import wire_to
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until
from tests.support.web import Tab, Web

pytestmark = pytest.mark.django_db(transaction=True)

VIEWERS = 10
SILENT = 2
LOOKS = 6
"""Every fifth asks for more."""


@pytest.fixture
def viewers(process: Web, owner: User) -> Callable[[ExitStack], list[Tab]]:
    session = session_of(owner)
    return lambda opened: [opened.enter_context(Tab(process, session)) for _ in range(VIEWERS)]


def test_all_get_the_same_texts_in_order_while_one_does_not_read(
    real: EmbeddedBroker, process: Web, owner: User, viewers: Callable[[ExitStack], list[Tab]]
) -> None:
    names = [declare(real, f"many-{number}") for number in range(5)]
    rows = [f"~2F/{name}" for name in names]
    with wire_to(real.api_port) as wire, ExitStack() as opened:
        register(real, "many", api_port=wire.port)
        one = opened.enter_context(Tab(process, session_of(owner)))
        live(one, "queues:many", rows, lambda data: len(data["rows"]) == len(rows))
        wire.asked.clear()
        wait_until(lambda: wire.count("/api/overview") > LOOKS)
        alone = asked_per_look(wire)

        # What the kernel does not take of them waits for the silent ones alone.
        silent = [opened.enter_context(Tab(process, session_of(owner), reads=False)) for _ in range(SILENT)]
        reading = viewers(opened)
        for tab in (*silent, *reading):
            tab.say(op="subscribe", feed="queues:many", only=rows)
        for name in names:
            declare(real, name, bodies=(b"1", b"2", b"3"))
        seen = [_until_all_have(tab, rows, 3) for tab in reading]
        wire.asked.clear()
        wait_until(lambda: wire.count("/api/overview") > LOOKS)
        crowded = asked_per_look(wire)

    assert {lasting_questions(look) for look in crowded} <= {lasting_questions(look) for look in alone}
    assert all(look.count("/api/queues") == 1 for look in crowded)
    for sequences in seen:
        assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def _until_all_have(tab: Tab, rows: list[str], ready: int) -> list[int]:
    """Read until every row shows so many; the numbers of the texts that it took."""
    data: dict[str, object] = {}
    sequences = []
    while True:
        message = tab.next("queues:many")
        sequences.append(message["seq"])
        merge(data, message["data"])
        shown = data.get("rows")
        assert isinstance(shown, dict | None)
        if shown and all(shown.get(row, {}).get("ready") == ready for row in rows):
            return sequences
