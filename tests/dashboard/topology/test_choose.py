"""What of the graph is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.topology.choose import DRAWN, READABLE, Wish, choose, is_named
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way, exchange_id, queue_id
from tests.dashboard.topology.maps import many

NODES = [
    Node(Kind.PRODUCER, "/", "Shop"),
    Node(Kind.EXCHANGE, "/", "orders"),
    Node(Kind.QUEUE, "/", "orders.new"),
    Node(Kind.QUEUE, "/", "orders.dlq"),
    Node(Kind.CONSUMER, "/", "Worker"),
    Node(Kind.EXCHANGE, "/", "amq.topic"),
    Node(Kind.QUEUE, "other", "elsewhere"),
]
SHOP, ORDERS, NEW, DEAD, WORKER, UNUSED, ELSEWHERE = (node.id for node in NODES)
SMALL = Graph.of(
    NODES,
    [
        Edge(SHOP, ORDERS, Way.PUBLISH),
        Edge(ORDERS, NEW, Way.BINDING),
        Edge(NEW, WORKER, Way.DELIVERY),
        Edge(NEW, DEAD, Way.DEAD_LETTER),
    ],
)


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        (Wish(), {SHOP, ORDERS, NEW, DEAD, WORKER, ELSEWHERE}),
        (Wish(vhost="other"), {ELSEWHERE}),
        (Wish(text="dlq"), {DEAD, NEW, ORDERS, SHOP}),
        (Wish(text="ORDERS.n*"), {NEW, DEAD, ORDERS, SHOP, WORKER}),
        (Wish(text="dlq elsew"), {DEAD, NEW, ORDERS, SHOP, ELSEWHERE}),
        (Wish(text="nothing"), set()),
        (Wish(focus=WORKER), {WORKER, NEW, ORDERS, SHOP}),
        (Wish(focus="gone"), {SHOP, ORDERS, NEW, DEAD, WORKER, ELSEWHERE}),
        (Wish(text="nothing", path=frozenset({ORDERS, UNUSED})), {ORDERS, UNUSED}),
        (Wish(text="dlq", hides_dead_letters=True), {DEAD}),
    ],
)
def test_what_is_asked_for_is_drawn_with_all_it_is_tied_to(wish: Wish, ids: set[str]) -> None:
    assert set(choose(SMALL, wish).graph.nodes) == ids


def test_default_exchange_is_found_by_the_name_it_is_shown_by() -> None:
    assert is_named(Node(Kind.EXCHANGE, "/", ""), ["default"])


def test_large_broker_is_grouped_by_the_beginning_of_names_and_idle_ones_are_folded() -> None:
    graph = many(100, 400)

    chosen = choose(graph, Wish())

    assert chosen.idle > 0
    assert len(chosen.graph.nodes) <= READABLE
    [group] = [node for node in chosen.graph.nodes.values() if node.kind is Kind.QUEUE and node.name == "ateam"]
    inside = [graph.nodes[id] for id in group.members]
    assert all(node.name.startswith("ateam.") and node.rate for node in inside)
    assert group.rate == sum(node.rate or 0 for node in inside)
    assert group.note == f"{len(inside)} queues"
    flowing = [edge for edge in chosen.graph.edges if edge.target == group.id]
    assert sum(len(edge.members) for edge in flowing) == len(inside)
    assert choose(graph, Wish(shows_idle=True)).idle == 0


def test_stuck_selected_and_simulated_nodes_stand_for_themselves() -> None:
    graph = many(100, 400)
    stuck, chosen_one, on_path = (queue_id("/", f"ateam.q{number}") for number in (5, 10, 15))
    graph = Graph({**graph.nodes, stuck: replace(graph.nodes[stuck], status="crit")}, graph.edges)

    drawn = choose(graph, Wish(selected=chosen_one, path=frozenset({on_path}))).graph

    assert {stuck, chosen_one, on_path} <= drawn.nodes.keys()


def test_names_that_have_nothing_in_common_are_cut_to_what_can_be_drawn() -> None:
    nodes = [Node(Kind.QUEUE, "/", f"q{number}", rate=float(number)) for number in range(500)]

    chosen = choose(Graph.of(nodes, []), Wish())

    assert len(chosen.graph.nodes) == DRAWN
    assert chosen.left_out + DRAWN + chosen.idle == 500
    assert queue_id("/", "q499") in chosen.graph.nodes


def test_groups_keep_rates_of_which_nothing_is_told_untold() -> None:
    nodes = [Node(Kind.EXCHANGE, "/", "e", rate=1.0), *(Node(Kind.QUEUE, "/", f"a.{n}") for n in range(60))]
    graph = Graph.of(nodes, [Edge(exchange_id("/", "e"), node.id, Way.BINDING) for node in nodes[1:]])

    [edge] = choose(graph, Wish(shows_idle=True)).graph.edges

    assert edge.rate is None
    assert len(edge.members) == 60
