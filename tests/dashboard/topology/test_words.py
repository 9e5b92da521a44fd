"""The map in words."""

from __future__ import annotations

import pytest

from brokerctl.operations.routes import Hop, Routes
from dashboard.topology import words
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way
from tests.dashboard.topology.maps import binding

SHOP = Node(Kind.PRODUCER, "/", "Shop", note="2 connections", rate=12.0)
ORDERS = Node(Kind.EXCHANGE, "/", "orders", type="topic", note="topic", rate=12.0, unroutable=0.8)
NEW = Node(Kind.QUEUE, "/", "orders.new", note="No ack for 6 min", status="crit", words="No ack for 6 min", rate=0.02)
GRAPH = Graph.of(
    [SHOP, ORDERS, NEW],
    [Edge(SHOP.id, ORDERS.id, Way.PUBLISH, rate=12.0), Edge(ORDERS.id, NEW.id, Way.BINDING, ("order.#", "o"), 1234.5)],
)


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (SHOP, "producer Shop, 2 connections, 12.0/s; publishes to orders"),
        (ORDERS, "exchange orders, topic, 0.8/s unroutable, 12.0/s; leads to orders.new"),
        (NEW, "queue orders.new, No ack for 6 min, <0.1/s"),
    ],
)
def test_node_says_what_it_is_how_it_is_and_where_it_leads(node: Node, says: str) -> None:
    assert words.of_node(node, GRAPH) == says


def test_edge_says_its_ends_keys_and_rate() -> None:
    assert words.of_edge(GRAPH.edges[1], GRAPH) == "orders → orders.new, order.#, o, 1,234/s"


def test_unroutable_exchange_says_what_becomes_of_it_and_what_would_help() -> None:
    assert words.explained(ORDERS, GRAPH) == (
        "0.8/s of what is published here reach no queue: no binding takes them, so they are dropped, or returned if "
        "their publisher asked. An alternate exchange would catch them."
    )


def test_producer_of_which_nothing_is_told_says_how_that_changes() -> None:
    assert "management.rates_mode = detailed" in words.explained(Node(Kind.PRODUCER, "/", "x", is_untold=True), GRAPH)


@pytest.mark.parametrize(
    ("hop", "says"),
    [
        (Hop("e", (binding("e", "q", "k"),), looked_at=1), "its one binding takes it: q (k)"),
        (Hop("e", (binding("e", "q"),), looked_at=3), "1 of its 3 bindings takes it: q"),
        (Hop("e", (binding("e", "a"), binding("e", "b")), looked_at=2), "2 of its 2 bindings take it: a, b"),
        (Hop("e", (), "rest", 2), "no binding takes it; its alternate exchange is rest"),
        (Hop("e", (), "", 2), "no binding takes it; its alternate exchange is the default exchange"),
        (Hop("", (binding("", "q", "q"),), looked_at=9), "delivers to the queue of that name: q"),
        (Hop("e", (binding("e", "q"),), looked_at=1, is_certain=False), "its type decides by what cannot be told"),
    ],
)
def test_hop_says_what_the_exchange_does(hop: Hop, says: str) -> None:
    assert words.of_hop(hop).startswith(says)


def test_outcome_says_whether_it_is_certain() -> None:
    assert words.of_routes(Routes((), ("a", "b"))) == "It reaches 2 queues."
    assert words.of_routes(Routes((), ("a", "b"), is_certain=False)) == "It may reach any of these 2 queues."
    assert words.of_routes(Routes((), (), "Why.")) == "Unroutable. Why."
