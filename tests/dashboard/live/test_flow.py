"""The map's feed: asked for once whatever is drawn, only what is drawn and may be seen, another shape when needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pika.adapters.blocking_connection import BlockingChannel

from dashboard.looks.shapes import feed
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.topology.graph import exchange_id, queue_id
from dashboard.topology.shown import as_text, of_text
from tests.dashboard.live.test_browser import Open, live, merge
from tests.dashboard.live.test_collector import LOOKS, wire, wired
from tests.dashboard.people import member
from tests.dashboard.places import OTHER_VHOST
from tests.support.counting import Wire
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until

__all__ = ["wire", "wired"]

pytestmark = pytest.mark.django_db(transaction=True)

IN, OUT = exchange_id("/", "flow.in"), queue_id("/", "flow.out")


@pytest.fixture
def channel(real: EmbeddedBroker) -> Iterator[BlockingChannel]:
    with real.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare("flow.in", "fanout")
        channel.queue_declare("flow.out")
        channel.queue_bind("flow.out", "flow.in")
        yield channel
        channel.exchange_delete("flow.in")
        for name in ("flow.out", "flow.new"):
            channel.queue_delete(name)


def of(**query: str) -> str:
    return feed("topology", "wired", as_text(query))


def test_broker_is_asked_once_for_all_maps_and_only_while_somebody_has_one_open(
    wire: Wire, wired: Broker, tab: Open, owner: User, channel: BlockingChannel
) -> None:
    wait_until(lambda: wire.count("/api/overview") > LOOKS)
    assert wire.count("/api/bindings") == 0

    maps = [of(q="flow."), of(q="flow.out"), of(q="flow.", vhost="/"), of(q="flow")]
    seen = [live(tab(owner), each, None, lambda data: OUT in data.get("nodes", {})) for each in maps]
    wire.asked.clear()
    # What takes a busy machine long is asked for more rarely.
    wait_until(lambda: wire.count("/api/bindings") >= 1 and wire.count("/api/overview") > LOOKS)

    assert wire.count("/api/bindings") <= wire.count("/api/overview") + 1
    assert set(seen[0]["nodes"]) == {IN, OUT}


def test_map_has_another_shape_when_more_than_numbers_changed(
    wired: Broker, tab: Open, owner: User, channel: BlockingChannel
) -> None:
    mine, name = tab(owner), of(q="flow.")
    data = live(mine, name, None, lambda data: IN in data.get("nodes", {}))
    before, edge = data["shape"], f"{IN}>{queue_id('/', 'flow.new')}>binding"

    channel.queue_declare("flow.new")
    channel.queue_bind("flow.new", "flow.in")
    while edge not in data["edges"]:
        # The queue may be seen before its binding is.
        merge(data, mine.next(name)["data"])

    assert queue_id("/", "flow.new") in data["nodes"]
    assert data["shape"] != before


def test_member_of_one_vhost_gets_nothing_of_another_and_a_stranger_nothing(
    wired: Broker, tab: Open, owner: User, stranger: User, channel: BlockingChannel
) -> None:
    live(tab(owner), of(q="flow."), None, lambda data: IN in data.get("nodes", {}))
    mine = member(wired, Role.VIEWER, OTHER_VHOST)

    seen = live(tab(mine), of(), None, lambda data: "nodes" in data)

    assert not any("/~2F/" in node for node in seen["nodes"])
    assert tab(stranger).subscribe(of())["type"] == "refused"


def test_what_is_drawn_is_written_alike_however_the_address_has_it() -> None:
    query = {"page": "3", "q": "ä b", "vhost": "/", "node": ""}

    assert as_text(query) == as_text({"vhost": "/", "q": "ä b"})
    assert of_text(as_text(query)) == {"vhost": "/", "q": "ä b"}
