"""Labels on bands: routing key and rate. One that finds no free room is left out; its edge still says it on hover and
in the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.topology.curves import Box, Curve
from dashboard.topology.graph import Edge, Way

HEIGHT = 20.0
APART = 3.0
LETTER, KEY_LETTER = 6.8, 6.7
"""Widths of a digit of a rate and of a letter of a key, both rounded up."""

RATE_LETTERS = 7
"""Room for '9,999/s' at least, so that a live number stays inside."""

KEY_SHOWN = 16
PADDING = 18.0
SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8)
"""Where along the band a label may stand, the middle first."""


@dataclass(slots=True, frozen=True)
class Label:
    box: Box
    key: str
    """At most KEY_SHOWN letters of it, and how many more there are."""
    has_rate: bool


def placed(edges: Iterable[tuple[Edge, Curve]], obstacles: Sequence[Box]) -> dict[str, Label]:
    """By edge. The busiest choose first."""
    taken = list(obstacles)
    labels = {}
    order = sorted(edges, key=lambda pair: (not pair[0].is_stuck, -(pair[0].rate or 0.0)))
    for edge, curve in order:
        key, has_rate = _key(edge), edge.way is not Way.DEAD_LETTER and edge.rate is not None
        if not key and not has_rate:
            continue
        label = _free(edge, curve, key, taken, has_rate=has_rate)
        if label is not None:
            labels[edge.id] = label
            taken.append(label.box)
    return labels


def _free(edge: Edge, curve: Curve, key: str, taken: Sequence[Box], *, has_rate: bool) -> Label | None:
    room = RATE_LETTERS * LETTER if has_rate else 0.0
    width = PADDING + len(key) * KEY_LETTER + room + (8.0 if key and has_rate else 0.0)
    for share in SHARES:
        x, y = curve.at(share)
        box = Box(x - width / 2, y - HEIGHT / 2, width, HEIGHT)
        if not any(box.overlaps(other, APART) for other in taken):
            return Label(box, key, has_rate)
    return None


def _key(edge: Edge) -> str:
    if not edge.keys or edge.way in (Way.PUBLISH, Way.DELIVERY):
        return ""
    first = edge.keys[0]
    shown = first if len(first) <= KEY_SHOWN else f"{first[: KEY_SHOWN - 1]}…"
    return shown if len(edge.keys) == 1 else f"{shown} +{len(edge.keys) - 1}"
