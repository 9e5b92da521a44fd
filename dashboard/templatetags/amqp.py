"""How values are written in templates. `static/js/format.js` follows the same rules; a test compares the two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import paths, verdicts, words
from dashboard.snapshot import QueueRow, Snapshot

register = template.Library()

UNKNOWN = "–"
FEATURES = (
    ("x-message-ttl", "message-ttl", "TTL", "Messages expire"),
    ("x-dead-letter-exchange", "dead-letter-exchange", "DLX", "Dead-letter exchange"),
    ("x-max-length", "max-length", "Lim", "Length limit"),
    ("x-max-priority", "max-priority", "Pri", "Priorities"),
    ("x-single-active-consumer", "single-active-consumer", "SAC", "Single active consumer"),
)


@register.filter
def number(value: float | None) -> str:
    """12480 -> '12,480'; unknown -> '–'."""
    return UNKNOWN if value is None else f"{round(value):,}"


@register.filter
def rate(value: float | None) -> str:
    """Messages per second: 14.86 -> '14.9', 1914.2 -> '1,914', 0 -> '0', 0.04 -> '<0.1'."""
    if value is None:
        return UNKNOWN
    if value == 0:
        return "0"
    if value < 0.1:
        return "<0.1"
    return f"{value:.1f}" if value < 100 else f"{round(value):,}"


@register.filter("bytes")
def size(value: float | None) -> str:
    """39954841 -> '38.1 MiB', 512 -> '512 B'."""
    return UNKNOWN if value is None else verdicts.size(value)


@register.filter
def share(value: float | None) -> str:
    """0.923 -> '92 %'."""
    return UNKNOWN if value is None else f"{round(value * 100)} %"


def lasting(seconds: float | None) -> str:
    """A duration in its largest unit: 840 -> '14 min'."""
    return UNKNOWN if seconds is None else verdicts.during(seconds)


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago: '14 min'."""
    return UNKNOWN if moment is None else verdicts.lasting(timezone.now() - moment)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A time, with its UTC in full on hover; the page's script shows it in the viewer's own zone."""
    if value is None:
        return UNKNOWN
    utc, local = value.astimezone(UTC), timezone.localtime(value)
    today = timezone.localdate()
    year = "" if local.year == today.year else f" {local.year}"
    text = local.strftime("%H:%M:%S") if local.date() == today else f"{local.day} {local.strftime('%b')}{year}"
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', utc.isoformat(), utc.strftime("%Y-%m-%d %H:%M:%S"), text
    )


@register.filter
def full(value: datetime) -> SafeString:
    """A time with its day when that is not today, of rows that must not be mistaken; UTC on hover, as `moment`."""
    utc, local = value.astimezone(UTC), timezone.localtime(value)
    day = "" if local.date() == timezone.localdate() else f"{local.day} {local.strftime('%b')} "
    return format_html(
        '<time datetime="{}" title="{} UTC" data-full>{}</time>',
        utc.isoformat(),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        day + local.strftime("%H:%M:%S"),
    )


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, which the page's script keeps true; the time itself on hover."""
    if value is None:
        return UNKNOWN
    utc = value.astimezone(UTC)
    full = utc.strftime("%Y-%m-%d %H:%M:%S")
    return format_html('<time datetime="{}" title="{} UTC" data-age>{}</time>', utc.isoformat(), full, age(value))


register.filter("visible", words.visible)
register.filter("sentence", words.sentence)


@register.filter
def segment(name: str) -> str:
    """An AMQP name as a path segment."""
    return paths.segment(name)


@register.filter
def zero(text: str) -> SafeString | str:
    """Dims a zero."""
    return format_html('<span class="z">{}</span>', text) if text in ("0", UNKNOWN) else text


@register.simple_tag
def row_key(vhost: str, name: str) -> str:
    return paths.row_key(vhost, name)


@register.simple_tag
def spark(values: Sequence[float | None], width: int = 68, height: int = 20, css: str = "") -> SafeString:
    """A sparkline: starts at zero, its top is the largest value or 10. A gap is a gap.

    static/js/spark.js goes on where this ends, from the values it carries: change both together.
    """
    top = max([value for value in values if value is not None], default=0.0)
    scale = (height - 2) / max(top, 10.0)
    step = width / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        elif not 0 < index < len(values) - 1 or not values[index - 1] == value == values[index + 1]:
            # A straight line needs its ends only: of a hundred idle queues that is most of the page.
            runs[-1].append(f"{index * step:.1f} {height - 1 - value * scale:.1f}")
    lines = [run for run in runs if len(run) > 1]
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" data-values="{}">'
        "{}{}</svg>",
        css,
        width,
        height,
        ",".join("" if value is None else f"{value:g}" for value in values),
        format_html_join(
            "",
            '<path class="spark__a" d="M{}L{} {}L{} {}z"/>',
            (("L".join(run), run[-1].split()[0], height, run[0].split()[0], height) for run in lines),
        ),
        format_html_join("", '<path class="spark__l" d="M{}"/>', (("L".join(run),) for run in lines)),
    )


@register.simple_tag
def status(verdict: verdicts.Verdict) -> SafeString:
    """A verdict with its shape."""
    glyph = verdict.status.glyph
    return format_html(
        '<span class="st st--{0}"><svg class="glyph glyph--{0}" aria-hidden="true"><use href="#g-{0}"/></svg>'
        "<span>{1}</span></span>",
        glyph,
        verdict.text,
    )


@register.simple_tag
def broker_glyph(snapshot: Snapshot) -> SafeString:
    """The health of a broker as a shape."""
    health = verdicts.of_broker(snapshot, timezone.now())
    return format_html(
        '<svg class="glyph glyph--{}" role="img" aria-label="{}" data-health><use href="#g-{}"/></svg>',
        health.colour,
        health.text,
        health.glyph,
    )


@register.simple_tag
def features(row: QueueRow) -> SafeString:
    """What the queue was declared with, as small letters."""
    return format_html(
        '<span class="feats">{}</span>',
        format_html_join("", '<abbr class="feat" title="{}">{}</abbr>', feature_marks(row)),
    )


def feature_marks(row: QueueRow) -> list[tuple[str, str]]:
    """(what it means, letters) of each."""
    queue = row.queue
    shown: list[tuple[str, str]] = []
    if queue.durable:
        shown.append(("Durable", "D"))
    if queue.auto_delete:
        shown.append(("Deleted with its last consumer", "AD"))
    if queue.exclusive:
        shown.append(("Exclusive to one connection", "Ex"))
    if not queue.arguments and not queue.effective_policy:
        return shown
    for argument, policy, letters, title in FEATURES:
        if argument in queue.arguments or policy in queue.effective_policy:
            shown.append((title, letters))
    return shown


@register.filter
def table_value(value: Any) -> str:
    """An AMQP value in a cell: strings quoted, so that "5" and 5 differ."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own query with some parameters changed; None removes one. For links that keep the rest."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = value
    encoded = parameters.urlencode()
    return f"?{encoded}" if encoded else "?"
