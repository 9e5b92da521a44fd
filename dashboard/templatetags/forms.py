"""Small marks of the forms: what a mapping holds, and how an environment is shown."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def item(values: Mapping[str, str], key: str) -> str:
    """What the mapping has for this key; empty when it has nothing."""
    return values.get(key, "")
