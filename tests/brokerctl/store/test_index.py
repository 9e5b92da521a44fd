"""The index against a dict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brokerctl.store.index import Index

POSITIONS = st.integers(1, 300)
STEPS = st.lists(st.tuples(st.sampled_from(["put", "pop"]), POSITIONS, st.integers(1, 2**64 - 1)))


@given(STEPS)
def test_it_is_a_dict_of_places(steps: list[tuple[str, int, int]]) -> None:
    index, reference = Index(), dict[int, int]()

    for step, position, place in steps:
        if step == "put":
            index.put(position, place)
            reference[position] = place
        else:
            assert index.pop(position) == reference.pop(position, 0)

    assert len(index) == len(reference)
    assert {position: index.get(position) for position in range(301) if index.get(position)} == reference
    low, high = 2**62, 2**63
    assert sorted(index.between(low, high)) == sorted(p for p, place in reference.items() if low <= place <= high)


def test_what_is_gone_takes_no_memory() -> None:
    index = Index()
    for position in range(10_000):
        index.put(position, 1)

    for position in range(10_000):
        index.pop(position)

    assert index._rows == {}
