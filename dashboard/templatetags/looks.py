"""How connections, channels and consumers are written in templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerctl.clients.models import Channel, Connection, Consumer
from dashboard import verdicts, words
from dashboard.looks import shapes
from dashboard.templatetags.amqp import UNKNOWN, number, rate, size, table_value

register = template.Library()

CONNECTION_STATES = {
    "running": ("ok", "Running"),
    "starting": ("idle", "Starting"),
    "blocking": ("warn", "Blocking"),
    "blocked": ("crit", "Blocked by an alarm"),
    "flow": ("warn", "Slowed down"),
    "closing": ("idle", "Closing"),
    "closed": ("off", "Closed"),
}
"""Shape and words of RabbitMQ's states; what another broker says is shown as it says it."""

ACTIVITIES = {
    "up": "active",
    "single_active": "active, the single one",
    "waiting": "waiting for its turn",
    "suspected_down": "suspected down",
}


@register.simple_tag
def thing_key(*names: str) -> str:
    return shapes.key(*names)


@register.simple_tag
def client_of(connection: Connection) -> str:
    return words.visible(shapes.client(connection))


@register.simple_tag
def state_of(state: str) -> SafeString:
    """A connection's state with its shape."""
    glyph, text = CONNECTION_STATES.get(state, ("idle", state or "Not known"))
    return format_html(
        '<span class="st st--{0}"><svg class="glyph glyph--{0}" aria-hidden="true"><use href="#g-{0}"/></svg>'
        "<span>{1}</span></span>",
        glyph,
        text,
    )


@register.simple_tag
def channel_mode(channel: Channel) -> SafeString:
    """C for confirms, T for transactions, as RabbitMQ's console has them."""
    if channel.transactional:
        return _mark("Transactions", "T")
    if channel.confirm:
        return _mark("Confirms: the broker tells its publisher what it has", "C")
    return format_html('<span class="z" title="{}">–</span>', "Neither confirms nor transactions")


def _mark(title: str, letter: str) -> SafeString:
    return format_html('<abbr class="feat" title="{}">{}</abbr>', title, letter)


@register.simple_tag
def prefetch(count: int) -> SafeString | str:
    """How many messages it may hold."""
    if count:
        return f"{count:,}"
    return format_html('<span class="dim" title="{}">unlimited</span>', "As many as the broker can send")


@register.simple_tag
def activity(consumer: Consumer) -> str:
    if not consumer.activity:
        return "active" if consumer.active else "waiting for its turn"
    return ACTIVITIES.get(consumer.activity, consumer.activity)


@register.filter
def said(value: Any) -> str:
    """A value that a client tells of itself: texts as they are, the rest as in a table."""
    return words.visible(value) if isinstance(value, str) else table_value(value)


@register.filter
def client_in(consumer: Consumer, clients: dict[str, str] | None) -> str:
    """What its client calls itself, or the name of its connection."""
    return words.visible((clients or {}).get(consumer.connection_name) or consumer.connection_name)


@register.filter
def milliseconds(value: float) -> str:
    return verdicts.during(value / 1000)


@register.simple_tag
def cancel_button(consumer: Consumer, slug: str, may_operate: bool, can_cancel: bool) -> SafeString | str:
    """Leads to the page that asks first; disabled where the broker cannot, for those who may."""
    if not may_operate:
        return ""
    if not can_cancel:
        reason = "RabbitMQ and the embedded broker cannot cancel a consumer from outside. Close its connection instead."
        return format_html('<button class="btn btn--sm" type="button" disabled title="{}">Cancel</button>', reason)
    names = consumer.vhost, consumer.queue, consumer.channel_name, consumer.tag
    href = reverse("consumer-cancel", args=[slug, *names])
    return format_html('<a class="btn btn--sm btn--danger" href="{}">Cancel…</a>', href)


@register.filter
def written(value: float | None, kind: str) -> str:
    """By the name of a format of static/js/format.js; a 'speed' is bytes per second, without the unit."""
    return {"bytes": size, "speed": size, "rate": rate}.get(kind, number)(value)


@register.filter
def seconds(value: float | None) -> str:
    return UNKNOWN if value is None else verdicts.during(value)
