from __future__ import annotations

from dashboard.reading.facets import facets, narrow
from tests.dashboard.reading.letters import letter

ENTRIES = [
    letter(position=1, routing_key="a", headers={"x-death": [{"reason": "rejected"}]}),
    letter(position=2, routing_key="a", properties={"content_type": "text/plain"}),
    letter(position=3, routing_key="b", headers={"x-death": [{"reason": "expired"}]}),
]


def test_values_are_counted_most_common_first() -> None:
    found = {facet.name: facet for facet in facets(ENTRIES, {})}

    assert [(value.text, value.count, value.percent) for value in found["key"].values] == [("a", 2, 67), ("b", 1, 33)]
    assert {value.text for value in found["reason"].values} == {"rejected", "expired"}
    assert [value.text for value in found["type"].values] == ["text/plain"]


def test_ticking_a_value_keeps_its_neighbours_and_narrows_the_other_facets() -> None:
    found = {facet.name: facet for facet in facets(ENTRIES, {"key": ["b"]})}

    assert [(value.text, value.is_chosen) for value in found["key"].values] == [("a", False), ("b", True)]
    assert [value.text for value in found["reason"].values] == ["expired"]


def test_several_values_of_a_facet_are_or_ed_and_facets_are_and_ed() -> None:
    assert len(narrow(ENTRIES, {"key": ["a", "b"]})) == 3
    assert [entry.position for entry in narrow(ENTRIES, {"key": ["a"], "reason": ["rejected"]})] == [1]


def test_a_ticked_value_that_is_gone_stays_to_be_unticked() -> None:
    found = {facet.name: facet for facet in facets(ENTRIES, {"key": ["gone"]})}

    assert ("gone", 0, True) in [(value.text, value.count, value.is_chosen) for value in found["key"].values]
