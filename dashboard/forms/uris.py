"""URIs of AMQP, as people type them. What is wrong is said without repeating them: they hold passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.core.exceptions import ValidationError

SCHEMES = ("amqp", "amqps")
ESCAPED = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%-]*")
"""What may stand before the @; everything else must be escaped."""
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
HIDDEN = re.compile(r"\*{3,}|\.\.\.|…|\[?redacted\]?", re.IGNORECASE)
"""What stands for a password that is not told."""


class UrisField(forms.CharField):
    """One or several, with spaces between: a tuple. Empty when nothing was typed: whether that will do, forms know."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=4000, **options)

    def clean(self, value: Any) -> Any:
        uris = tuple(str(super().clean(value)).split())
        for uri in uris:
            if problem := problem_of(uri):
                raise ValidationError(problem)
        return uris


def problem_of(uri: str) -> str:
    """A sentence on what to do about it; empty for one that a broker can use."""
    scheme, found, rest = uri.partition("://")
    if not found or scheme.lower() not in SCHEMES:
        return "Begin it with amqp:// or, for TLS, amqps://: other protocols are not offered here."
    login, at, place = rest.rpartition("@")
    if at and not ESCAPED.fullmatch(login):
        return "In user and password write @ as %40, / as %2F, # as %23, ? as %3F and spaces as %20."
    if BAD_ESCAPE.search(uri):
        return "A % begins an escaped character, such as %2F; write % itself as %25."
    try:
        parts = urlsplit(f"amqp://{place}")
        port = parts.port
    except ValueError:
        return "Its port is no number from 1 to 65535, or a character before the @ must be escaped: / as %2F, # as %23."
    if port == 0 or parts.fragment or "/" in parts.path[1:]:
        return "After host and port comes the vhost alone, its / written as %2F: amqp://host:5672/%2F."
    if parts.path == "/":
        return "A / at its end means a vhost without a name: leave it out, or name the vhost after it."
    return ""


def is_told(uris: Sequence[str]) -> bool:
    """Whether a broker gave them whole: what it hides cannot be sent back to it."""
    return bool(uris) and not any("://" not in uri or HIDDEN.fullmatch(_password(uri)) for uri in uris)


def _password(uri: str) -> str:
    return unquote(uri.partition("://")[2].rpartition("@")[0].partition(":")[2])
