"""What leads nowhere."""

from __future__ import annotations

from dashboard.topology.orphans import find
from tests.dashboard.snapshots import row
from tests.dashboard.topology.maps import binding, consumer, drawn, exchange, id_of, wires


def test_what_leads_nowhere_is_found_and_nothing_else() -> None:
    wired = wires(
        [
            exchange(""),
            exchange("amq.topic", "topic"),
            exchange("lonely"),
            exchange("caught", arguments={"alternate-exchange": "good"}),
            exchange("good"),
            exchange("to.nothing", "fanout"),
            exchange("nothing", "fanout"),
        ],
        [
            binding("", "unbound", "unbound"),
            binding("good", "bound", "k"),
            binding("to.nothing", "nothing", to="exchange"),
            binding("good", "to.nothing", "k", to="exchange"),
        ],
        consumers=[consumer("consumed", "c")],
    )
    rows = [
        row("bound"),
        row("unbound"),
        row("consumed"),
        row("graves"),
        row("dying", arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "graves"}),
    ]

    found = find(drawn(rows, wired))

    assert [node.name for node in found.exchanges] == ["lonely", "nothing"]
    assert [node.name for node in found.queues] == ["dying", "unbound"]
    assert {(edge.source, edge.target) for edge in found.bindings} == {
        (id_of("exchange/to.nothing"), id_of("exchange/nothing")),
        (id_of("exchange/good"), id_of("exchange/to.nothing")),
    }
    assert found.count == 6
