"""From what brokers tell to nodes and edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from brokerctl.clients.models import MessageCounters, Policy
from dashboard.snapshot import Rates
from dashboard.topology.graph import Way
from tests.dashboard.snapshots import row
from tests.dashboard.topology.maps import (
    NOW,
    binding,
    channel,
    consumer,
    drawn,
    edge,
    exchange,
    id_of,
    publishing,
    ways,
    wires,
)


def test_bindings_between_the_same_two_are_one_edge_with_all_their_keys() -> None:
    wired = wires(
        [exchange("events", "topic"), exchange("news", "fanout"), exchange("by", "headers")],
        [
            binding("events", "orders", "b"),
            binding("events", "orders", "a"),
            binding("events", "orders", ""),
            binding("news", "orders", "ignored"),
            binding("by", "orders", arguments={"x-match": "any", "region": "eu", "tier": 1}),
        ],
    )

    graph = drawn([row("orders", rates=Rates(publish=7.0))], wired, {"events": (1.0, 1.0), "news": (4.0, 4.0)})

    assert edge(graph, "exchange/events", "queue/orders").keys == ("(empty key)", "a", "b")
    assert edge(graph, "exchange/news", "queue/orders").keys == ()
    assert edge(graph, "exchange/by", "queue/orders").keys == ("region=eu or tier=1",)
    rates = [edge(graph, f"exchange/{name}", "queue/orders").rate for name in ("events", "news", "by")]
    assert rates == pytest.approx([1.0, 4.0, 2.0])


def test_producer_is_all_connections_of_a_name_and_leads_where_its_channels_publish() -> None:
    wired = wires(
        [exchange("orders"), exchange("events", "topic")],
        channels=[channel("1", 3.0), channel("2", 5.0), channel("3", 1.0)],
        clients={"1": "Shop", "2": "Shop", "3": ""},
        publishings=[
            publishing("1", "orders"),
            publishing("2", "orders", 4.0),
            publishing("2", "events", 1.0),
            publishing("3", "events", 9.0),
        ],
    )

    graph = drawn([], wired)

    shop = graph.nodes[id_of("producer/Shop")]
    assert (shop.note, shop.rate, shop.is_untold) == ("2 connections", 8.0, False)
    assert edge(graph, "producer/Shop", "exchange/orders", Way.PUBLISH).rate == 7.0
    assert edge(graph, "producer/Shop", "exchange/events", Way.PUBLISH).rate == 1.0
    # A client without a name is where it is; its one exchange gets all it publishes.
    assert edge(graph, "producer/3", "exchange/events", Way.PUBLISH).rate == 1.0


def test_producer_of_a_broker_that_does_not_count_leads_to_the_only_busy_exchange_or_nowhere() -> None:
    wired = wires([exchange("a"), exchange("b")], channels=[channel("c", 2.0)])

    sole = drawn([], wired, {"a": (2.0, 0.0), "b": (0.0, 0.0)})
    open_ = drawn([], wired, {"a": (2.0, 0.0), "b": (1.0, 0.0)})

    assert edge(sole, "producer/c", "exchange/a", Way.PUBLISH).rate == 2.0
    assert open_.nodes[id_of("producer/c")].is_untold
    assert not [each for each in open_.edges if each.way is Way.PUBLISH]


def test_consumer_gets_what_the_queue_delivers_when_it_is_alone() -> None:
    rows = [row(name, rates=Rates(deliver=6.0)) for name in ("mine", "shared")]
    wired = wires(
        consumers=[consumer("mine", "1"), consumer("mine", "1"), consumer("shared", "1"), consumer("shared", "2")],
        clients={"1": "Worker", "2": "Other"},
    )

    graph = drawn(rows, wired)

    worker = graph.nodes[id_of("consumer/Worker")]
    assert (worker.note, worker.rate) == ("3 consumers", None)
    assert edge(graph, "queue/mine", "consumer/Worker", Way.DELIVERY).rate == 6.0
    assert edge(graph, "queue/shared", "consumer/Worker", Way.DELIVERY).rate is None


def test_stuck_queue_is_so_in_words_and_all_that_leads_through_it_stands_still() -> None:
    stuck = row("orders", messages_ready=10, no_consumers_since=NOW - timedelta(minutes=14))
    wired = wires([exchange("e")], [binding("e", "orders", "k"), binding("e", "fine", "k")])

    graph = drawn([stuck, row("fine")], wired)

    node = graph.nodes[id_of("queue/orders")]
    assert (node.status, node.note) == ("crit", "No consumers, 14 min")
    assert edge(graph, "exchange/e", "queue/orders").is_stuck
    assert not edge(graph, "exchange/e", "queue/fine").is_stuck


def test_dead_letters_and_alternates_have_edges_of_their_own() -> None:
    rows = [
        row("to.exchange", arguments={"x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "dead"}),
        row("to.queue", arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "parking"}),
        row("by.policy", effective_policy={"dead-letter-exchange": "dlx"}),
        row("to.nowhere", arguments={"x-dead-letter-exchange": "gone"}),
        row("parking"),
    ]
    policed = exchange("policed", policy="p")
    wired = wires(
        [exchange("dlx"), exchange("main", arguments={"alternate-exchange": "dlx"}), policed],
        policies=[Policy("/", "p", "", {"alternate-exchange": "main"})],
    )

    graph = drawn(rows, wired)

    assert ways(graph) == {
        (id_of("queue/to.exchange"), "dead-letter", id_of("exchange/dlx")),
        (id_of("queue/to.queue"), "dead-letter", id_of("queue/parking")),
        (id_of("queue/by.policy"), "dead-letter", id_of("exchange/dlx")),
        (id_of("exchange/main"), "alternate", id_of("exchange/dlx")),
        (id_of("exchange/policed"), "alternate", id_of("exchange/main")),
    }


def test_what_reaches_no_queue_is_a_stub_under_its_exchange() -> None:
    lost = channel("1", 5.0, drop_unroutable=0.8)
    wired = wires(
        [exchange("events", "topic"), exchange("unbound")],
        [binding("events", "q", "a")],
        channels=[lost],
        publishings=[publishing("1", "events")],
    )

    graph = drawn([row("q")], wired, {"events": (5.0, 4.2), "unbound": (2.0, 0.0)})

    events, unbound = graph.nodes[id_of("exchange/events")], graph.nodes[id_of("exchange/unbound")]
    assert (events.unroutable, unbound.unroutable) == (0.8, 2.0)
    assert events.status == "warn"


def test_default_exchange_is_there_only_while_it_is_used() -> None:
    exchanges, bindings = [exchange("")], [binding("", "a", "a"), binding("", "b", "b"), binding("", "dead", "dead")]
    rows = [
        row("a", rates=Rates(publish=3.0)),
        row("b", rates=Rates(publish=0.0)),
        row("dead", rates=Rates(publish=0.0), counters=MessageCounters(publish=7)),
    ]
    told = wires(exchanges, bindings, channels=[channel("c", 3.0)], publishings=[publishing("c", "")])

    idle, busy = drawn(rows, wires(exchanges, bindings)), drawn(rows, told, {"": (3.0, 3.0)})
    dying = drawn(rows, replace(told, publishings=(publishing("c", "other"),)), {"": (1.0, 1.0)})
    untold = drawn(rows, wires(exchanges, bindings), {"": (3.0, 3.0)})

    assert id_of("exchange/") not in idle.nodes.keys() | dying.nodes.keys()
    assert id_of("exchange/") in untold.nodes
    assert {each.target for each in busy.edges if each.way is Way.BINDING} == {id_of("queue/a"), id_of("queue/dead")}
    assert edge(busy, "exchange/", "queue/a").rate == 3.0
