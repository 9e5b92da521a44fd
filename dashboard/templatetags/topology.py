"""What only the map's templates need."""

from __future__ import annotations

from django import template

from dashboard.topology.graph import Edge, Node
from dashboard.topology.layout import pace as pace_of
from dashboard.topology.words import named

register = template.Library()

SHAPES = {"direct": "direct", "topic": "topic", "fanout": "fanout", "headers": "headers"}


@register.filter
def px(value: float) -> str:
    """A coordinate: a tenth of a pixel is as exact as a screen."""
    return f"{value:.1f}".removesuffix(".0")


@register.filter
def pace(edge: Edge) -> int:
    """How fast its dots run."""
    return pace_of(edge.rate)


@register.filter
def plus(value: float, more: float) -> float:
    return value + more


@register.filter
def share(value: float, of: float) -> float:
    """That part of a width; a little of it wherever there is anything."""
    return max(2.0, value * of) if value else 0.0


@register.filter
def glyph(node: Node) -> str:
    """The symbol in front of its name: its state, its type or its kind."""
    if node.kind.value == "queue":
        return f"g-{node.status}"
    if node.kind.value == "exchange":
        return f"x-{SHAPES.get(node.type, 'other')}"
    return "i-service"


register.filter("named", named)
