"""What is typed into the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.topology.graph import Way
from dashboard.topology.message import Typed, parsed, simulate
from tests.dashboard.snapshots import row, snapshot
from tests.dashboard.topology.maps import binding, exchange, id_of, wires


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("  \n", {}),
        ('{"region": "eu", "n": 1.5, "ok": true}', {"region": "eu", "n": 1.5, "ok": True}),
        ("region: eu\r\n\nn: 3\nok: false\nnothing: null", {"region": "eu", "n": 3, "ok": False, "nothing": None}),
        ('quoted: "3"\nurl: http://x:1/', {"quoted": "3", "url": "http://x:1/"}),
        ('CC: ["a", "b"]', {"CC": ["a", "b"]}),
        ("empty:", {"empty": ""}),
    ],
)
def test_headers_are_json_or_lines(text: str, headers: dict[str, Any]) -> None:
    assert parsed(text) == headers


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (Typed("~2F/e", "k", "no colon"), "this line is neither: no colon"),
        (Typed("~2F/e", "k", "{broken"), "The headers are not JSON"),
        (Typed("~2F/e", "k", "x" * 20_000), "16 KiB at most"),
        (Typed("~2F/e", "ö" * 200, ""), "longer than 255 bytes"),
        (Typed("nonsense", "k", ""), "nonsense is not vhost/name"),
    ],
)
def test_what_cannot_be_sent_is_one_sentence(typed: Typed, problem: str) -> None:
    found = simulate(typed, snapshot(), wires([exchange("e")]))

    assert found.routes is None
    assert problem in found.problem
    assert found.nodes == found.edges == frozenset()


def test_way_of_a_message_is_marked_on_the_map() -> None:
    wired = wires(
        [exchange("main", arguments={"alternate-exchange": "rest"}), exchange("rest", "fanout")],
        [binding("main", "q", "k"), binding("rest", "leftover")],
    )
    taken = snapshot(row("q"), row("leftover"))

    straight = simulate(Typed("~2F/main", "k"), taken, wired)
    around = simulate(Typed("~2F/main", "other"), taken, wired)

    assert straight.nodes == {id_of("exchange/main"), id_of("queue/q")}
    assert straight.edges == {f"{id_of('exchange/main')}>{id_of('queue/q')}>{Way.BINDING.value}"}
    assert around.edges == {
        f"{id_of('exchange/main')}>{id_of('exchange/rest')}>alternate",
        f"{id_of('exchange/rest')}>{id_of('queue/leftover')}>binding",
    }
