"""How much flows along each binding, as far as the counters of exchanges and queues leave only one answer.

Brokers count per exchange and per queue, not per binding. A fanout gives each of its destinations all it gets; what a
queue gets comes from its sources; what an exchange gives goes to its destinations. Where all but one of the flows of a
node are known, so is the last. What stays open is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Flow = tuple[str, str]
"""(source, target) of an edge."""

NOISE = 0.05
"""Counters are read one after the other: a remainder below this is nothing."""

MAX_ROUNDS = 50


@dataclass(slots=True, frozen=True)
class Known:
    """By node. A node that is not in a mapping tells nothing there."""

    into: Mapping[str, float]
    """What all edges into the node bring together."""
    out_of: Mapping[str, float]
    """What all edges out of it take together."""
    copies: Mapping[str, float]
    """What each edge out of it takes: of a fanout."""


def solve(flows: Iterable[Flow], known: Known) -> dict[Flow, float]:
    """The rates that follow from what is known."""
    all_flows = list(dict.fromkeys(flows))
    by_source: dict[str, list[Flow]] = {}
    by_target: dict[str, list[Flow]] = {}
    for flow in all_flows:
        by_source.setdefault(flow[0], []).append(flow)
        by_target.setdefault(flow[1], []).append(flow)
    found = _at_once(all_flows, known)
    sums = [(by_target[node], total) for node, total in known.into.items() if node in by_target]
    sums += [(by_source[node], total) for node, total in known.out_of.items() if node in by_source]
    for _ in range(MAX_ROUNDS):
        before = len(found)
        for group, total in sums:
            _find_last(group, total, found)
        if len(found) == before:
            break
    return found


def _at_once(flows: Sequence[Flow], known: Known) -> dict[Flow, float]:
    """Nothing flows out of what gets nothing, or into it; and copies."""
    found: dict[Flow, float] = {}
    for flow in flows:
        source, target = flow
        if source in known.copies:
            found[flow] = known.copies[source]
        if known.out_of.get(source) == 0 or known.into.get(target) == 0:
            found[flow] = 0.0
    return found


def _find_last(group: Sequence[Flow], total: float, found: dict[Flow, float]) -> None:
    """The one flow of these that is open, or all that are when nothing is left for them."""
    unknown = [flow for flow in group if flow not in found]
    rest = total - sum(found[flow] for flow in group if flow in found)
    if rest <= NOISE:
        found.update(dict.fromkeys(unknown, 0.0))
    elif len(unknown) == 1:
        found[unknown[0]] = rest
