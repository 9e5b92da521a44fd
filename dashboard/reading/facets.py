"""What the messages of a read have in common: counts by routing key, exchange, death reason, content type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.reading.entries import Entry

SHOWN_VALUES = 12

FACETS: dict[str, tuple[str, Callable[[Entry], str]]] = {
    "key": ("Routing key", lambda entry: entry.message.routing_key),
    "reason": ("Death reason", lambda entry: entry.death_reason),
    "type": ("Content type", lambda entry: entry.content_type),
    "exchange": ("Exchange", lambda entry: entry.message.exchange),
}
"""Name in the address -> (heading, value of a message). No value is not counted, but for the key."""


@dataclass(slots=True, frozen=True)
class Value:
    text: str
    count: int
    percent: int
    is_chosen: bool


@dataclass(slots=True, frozen=True)
class Facet:
    name: str
    title: str
    values: tuple[Value, ...]


Chosen = Mapping[str, Sequence[str]]
"""Facet name -> the values ticked; none ticked means all."""


def narrow(entries: Iterable[Entry], chosen: Chosen, *, but: str = "") -> list[Entry]:
    """The entries that have one of the chosen values in every facet, `but` one excepted."""
    tests = [(FACETS[name][1], frozenset(values)) for name, values in chosen.items() if values and name != but]
    return [entry for entry in entries if all(read(entry) in values for read, values in tests)]


def facets(entries: Sequence[Entry], chosen: Chosen) -> tuple[Facet, ...]:
    """Each facet counted over what the other facets leave, so that ticking one value never hides its neighbours."""
    found = (_facet(name, narrow(entries, chosen, but=name), chosen.get(name, ())) for name in FACETS)
    return tuple(facet for facet in found if facet.values)


def _facet(name: str, entries: Sequence[Entry], chosen: Sequence[str]) -> Facet:
    title, read = FACETS[name]
    counts = Counter(read(entry) for entry in entries)
    if name != "key":
        counts.pop("", None)
    shown = counts.most_common(SHOWN_VALUES)
    shown += [(value, counts[value]) for value in chosen if value not in dict(shown)]
    total = max(len(entries), 1)
    return Facet(
        name,
        title,
        tuple(Value(text, count, round(100 * count / total), text in chosen) for text, count in shown),
    )
