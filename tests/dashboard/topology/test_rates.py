"""What flows along each binding."""

from __future__ import annotations

import pytest

from dashboard.topology.rates import Known, solve

A, B, X, Y = "exchange a", "exchange b", "queue x", "queue y"


@pytest.mark.parametrize(
    ("flows", "known", "rates"),
    [
        # A queue's only source brings all it gets; a fanout gives each all it gets.
        ([(A, X)], Known({X: 3.0}, {}, {}), {(A, X): 3.0}),
        ([(A, X), (A, Y)], Known({}, {}, {A: 4.0}), {(A, X): 4.0, (A, Y): 4.0}),
        # Of two sources one is a fanout: the rest is the other's.
        ([(A, X), (B, X)], Known({X: 9.0}, {}, {A: 4.0}), {(A, X): 4.0, (B, X): 5.0}),
        # What a leaves goes to x and y; y's other source follows from that.
        (
            [(A, X), (A, Y), (B, Y)],
            Known({X: 2.0, Y: 10.0}, {A: 5.0}, {}),
            {(A, X): 2.0, (A, Y): 3.0, (B, Y): 7.0},
        ),
        # Nothing leaves a: all of y is b's.
        ([(A, Y), (B, Y)], Known({Y: 6.0}, {A: 0.0}, {}), {(A, Y): 0.0, (B, Y): 6.0}),
        # A queue that gets nothing gets nothing from anybody.
        ([(A, Y), (B, Y)], Known({Y: 0.0}, {}, {}), {(A, Y): 0.0, (B, Y): 0.0}),
    ],
)
def test_rate_that_follows_is_told(
    flows: list[tuple[str, str]], known: Known, rates: dict[tuple[str, str], float]
) -> None:
    assert solve(flows, known) == pytest.approx(rates)


def test_rate_with_more_than_one_answer_is_not_told() -> None:
    flows = [(A, X), (A, Y), (B, X), (B, Y)]

    assert solve(flows, Known({X: 5.0, Y: 5.0}, {A: 5.0, B: 5.0}, {})) == {}


def test_remainder_of_counters_read_at_different_moments_is_nothing() -> None:
    assert solve([(A, X), (B, X)], Known({X: 4.01}, {}, {A: 4.0})) == {(A, X): 4.0, (B, X): 0.0}
