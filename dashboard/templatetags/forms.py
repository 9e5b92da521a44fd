"""Small marks of the forms: what a mapping holds, and how an environment is shown."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.models import Broker

register = template.Library()


@register.filter
def item(values: Mapping[str, str], key: str) -> str:
    """What the mapping has for this key; empty when it has nothing."""
    return values.get(key, "")


@register.simple_tag
def environment(broker: Broker | None) -> SafeString | str:
    """The mark of a broker's environment; nothing for a broker without."""
    if broker is None or not broker.environment:
        return ""
    return format_html(
        '<span class="env env--{}" title="Environment of {}">{}</span>', broker.colour, broker.name, broker.environment
    )
