"""Boxes and the bands between them, as numbers that can be asked where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
BULGE = 46.0
"""How far an edge that leads back stands out of its column."""


@dataclass(slots=True, frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def overlaps(self, other: Box, apart: float = 0.0) -> bool:
        """Whether they share room, or are nearer than `apart`."""
        return (
            self.x < other.right + apart
            and other.x < self.right + apart
            and self.y < other.bottom + apart
            and other.y < self.bottom + apart
        )


@dataclass(slots=True, frozen=True)
class Curve:
    """Cubic Bézier pieces, joined: a start, then two controls and an end for each."""

    start: Point
    pieces: tuple[tuple[Point, Point, Point], ...]

    @property
    def d(self) -> str:
        """As an SVG path."""
        text = f"M{self.start[0]:.1f} {self.start[1]:.1f}"
        for piece in self.pieces:
            text += "C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in piece)
        return text

    @property
    def lowest(self) -> float:
        return max([self.start[1], *(y for piece in self.pieces for _, y in piece)])

    def at(self, share: float) -> Point:
        """The point at this share (0 to 1) of the way, each piece counted alike."""
        along = min(max(share, 0.0), 1.0) * len(self.pieces)
        number = min(int(along), len(self.pieces) - 1)
        start = self.pieces[number - 1][2] if number else self.start
        return _bezier(start, *self.pieces[number], along - number)


def between(points: Sequence[Point]) -> Curve:
    """From left to right through these points, level at each of them."""
    pieces = []
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) / 2
        pieces.append(((middle, y1), (middle, y2), (x2, y2)))
    return Curve(points[0], tuple(pieces))


def arc(source: Box, target: Box, passing: Sequence[Box] = ()) -> Curve:
    """Back to the left by way of these places, or within a column: out at the lower part of a box, beside the bands."""
    if source.x == target.x:
        x, out = source.right, source.right + BULGE
        y1, y2 = source.bottom - 12, target.y + 14 if target is not source else source.y + 14
        return Curve((x, y1), (((out, y1), (out, y2), (x, y2)),))
    x1, y1, x2, y2 = source.x, source.bottom - 9, target.right, target.bottom - 9
    if x2 > x1:
        x1, x2 = source.right, target.x
    ways = [[(box.right, box.middle), (box.x, box.middle)] for box in passing]
    places = [point for way in ways for point in (way if x2 < x1 else reversed(way))]
    return between([(x1, y1), *places, (x2, y2)])


def _bezier(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
    return a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]
