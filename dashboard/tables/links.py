"""Names in tables that lead to what they name."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.words import visible


def link(page: str, broker: str, vhost: str, name: str, shown: str = "") -> SafeString:
    """The name of something in a vhost, with its page behind it."""
    href = reverse(page, args=[broker, vhost, name])
    return format_html('<a class="tbl__name" href="{}" title="{}">{}</a>', href, name, visible(shown or name))
