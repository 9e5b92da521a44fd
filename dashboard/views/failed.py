"""The page of a request that failed: by a fault of ours, or because the database is away."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

AGAIN_SECONDS = 5


def page(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is handled. It asks neither the database nor the session."""
    is_away = isinstance(sys.exception(), OperationalError | InterfaceError)
    text = loader.get_template("503.html" if is_away else "500.html").render({})
    answer = HttpResponse(text, status=503 if is_away else 500)
    if is_away:
        answer["Retry-After"] = str(AGAIN_SECONDS)
    return answer
