"""Places: nothing covers anything, and what leads on leads to the right."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.topology.choose import Wish, choose
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way
from dashboard.topology.layout import WIDEST, Picture, band, picture, shortened
from dashboard.topology.order import columns
from dashboard.topology.spread import spread
from tests.dashboard.topology.maps import many

KINDS = [*[Kind.PRODUCER] * 3, *[Kind.EXCHANGE] * 6, *[Kind.QUEUE] * 6, *[Kind.CONSUMER] * 3]
NODES = [Node(kind, "/", f"{kind.value} {number}", unroutable=float(number == 4)) for number, kind in enumerate(KINDS)]
FITTING = {
    (Kind.PRODUCER, Kind.EXCHANGE): [Way.PUBLISH],
    (Kind.EXCHANGE, Kind.EXCHANGE): [Way.BINDING, Way.ALTERNATE],
    (Kind.EXCHANGE, Kind.QUEUE): [Way.BINDING],
    (Kind.QUEUE, Kind.CONSUMER): [Way.DELIVERY],
    (Kind.QUEUE, Kind.EXCHANGE): [Way.DEAD_LETTER],
    (Kind.QUEUE, Kind.QUEUE): [Way.DEAD_LETTER],
}
POSSIBLE = [
    Edge(one.id, other.id, way, ("some.routing.key",), rate)
    for one in NODES
    for other in NODES
    for way in FITTING.get((one.kind, other.kind), [])
    for rate in (None, 3.0)
]
graphs = st.lists(st.sampled_from(POSSIBLE), max_size=40, unique_by=lambda edge: edge.id).map(
    lambda edges: Graph.of(NODES, edges)
)


def assert_legible(graph: Graph, drawn: Picture) -> None:
    boxes = [placed.box for placed in drawn.nodes]
    labels = [placed.label.box for placed in drawn.edges if placed.label]
    assert len(boxes) == len(graph.nodes)
    assert len(drawn.edges) == len(graph.edges)
    assert not any(one.overlaps(other) for one, other in combinations([*boxes, *labels], 2))
    assert all(box.x >= 0 and box.y >= 0 for box in boxes)
    assert all(box.right <= drawn.width and box.bottom <= drawn.height for box in boxes)


@settings(max_examples=60, deadline=None)
@given(graph=graphs)
def test_boxes_and_labels_never_cover_one_another_and_flows_lead_to_the_right(graph: Graph) -> None:
    drawn = picture(graph)

    assert_legible(graph, drawn)
    at = {placed.node.id: placed.box for placed in drawn.nodes}
    for placed in drawn.edges:
        if placed.edge.way in (Way.PUBLISH, Way.DELIVERY):
            assert at[placed.edge.source].right < at[placed.edge.target].x
            assert placed.curve.start[0] == at[placed.edge.source].right


def test_five_hundred_nodes_are_drawn_legibly() -> None:
    graph = choose(many(100, 400), Wish(shows_idle=True)).graph

    drawn = picture(graph)

    assert_legible(graph, drawn)
    assert drawn.height < 2000


def test_chain_of_exchanges_has_a_column_for_each_and_what_passes_has_a_place() -> None:
    chain = [Node(Kind.EXCHANGE, "/", name) for name in "abc"]
    queue = Node(Kind.QUEUE, "/", "q")
    ids = [node.id for node in chain]
    straight = Edge(ids[0], queue.id, Way.BINDING)
    graph = Graph.of([*chain, queue], [Edge(ids[0], ids[1], Way.BINDING), Edge(ids[1], ids[2], Way.BINDING), straight])

    found = columns(graph)

    assert [column[0] for column in found.items] == [*ids, queue.id]
    assert len(found.routes[straight.id]) == 4
    drawn = {placed.edge.id: placed for placed in picture(graph).edges}
    box_b = next(placed.box for placed in picture(graph).nodes if placed.node.id == ids[1])
    low, high = sorted([drawn[straight.id].curve.at(1 / 3)[1], drawn[straight.id].curve.at(0.5)[1]])
    assert high < box_b.y or low > box_b.bottom


def test_exchanges_in_a_circle_are_drawn() -> None:
    chain = [Node(Kind.EXCHANGE, "/", name) for name in "abc"]
    ids = [node.id for node in chain]
    graph = Graph.of(chain, [Edge(ids[n], ids[(n + 1) % 3], Way.BINDING) for n in range(3)])

    assert_legible(graph, picture(graph))


def test_order_has_no_crossing_where_none_is_needed() -> None:
    exchanges = [Node(Kind.EXCHANGE, "/", name) for name in "abcd"]
    queues = [Node(Kind.QUEUE, "/", f"q{number}") for number in range(8)]
    pairs = [(3, 0), (3, 1), (0, 6), (0, 7), (2, 2), (2, 3), (1, 4), (1, 5), (2, 1), (1, 3), (0, 5)]
    edges = [Edge(exchanges[source].id, queues[target].id, Way.BINDING) for source, target in pairs]

    left, right = columns(Graph.of([*exchanges, *queues], edges)).items

    ends = [(left.index(edge.source), right.index(edge.target)) for edge in edges]
    assert not any((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))


def test_column_is_as_near_as_possible_to_what_it_is_tied_to() -> None:
    places = spread([["a"], ["x", "y", "z"]], [[10.0], [10.0, 10.0, 10.0]], [("a", "x"), ("a", "y"), ("a", "z")], 5.0)

    assert places == {"x": 0.0, "y": 15.0, "z": 30.0, "a": 15.0}


@pytest.mark.parametrize(("rate", "width"), [(None, 1.5), (0.0, 1.5), (100.0, WIDEST), (25.0, WIDEST / 2), (0.01, 1.5)])
def test_width_of_a_band_is_the_square_root_of_its_rate(rate: float | None, width: float) -> None:
    assert band(rate, 100.0) == width


def test_long_name_keeps_its_beginning_and_its_end() -> None:
    node = Node(Kind.QUEUE, "/", "orders.of.everybody.who.ever.ordered.dlq")

    text = shortened(node, picture(Graph.of([node], [])).nodes[0].box)

    assert text.startswith("orders.of")
    assert text.endswith("red.dlq")
    assert len(text) <= 20


def test_dead_letters_lead_back_past_the_boxes_between() -> None:
    chain = [Node(Kind.EXCHANGE, "/", name) for name in "abc"]
    queue = Node(Kind.QUEUE, "/", "q")
    ids = [node.id for node in chain]
    back = Edge(queue.id, ids[0], Way.DEAD_LETTER)
    forward = [Edge(one, other, Way.BINDING) for one, other in pairwise([*ids, queue.id])]

    drawn = picture(Graph.of([*chain, queue], [*forward, back]))

    [curve] = [placed.curve for placed in drawn.edges if placed.edge.id == back.id]
    points = [curve.at(number / 100) for number in range(1, 100)]
    assert not any(
        box.x < x < box.right and box.y < y < box.bottom
        for x, y in points
        for box in (each.box for each in drawn.nodes)
    )
