"""The command palette's questions: what fits what is typed."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, palette

MAX_TEXT = 255
"""Characters: as long as a name."""


@require_safe
def find(request: HttpRequest) -> JsonResponse:
    """Never cached: what is found depends on who asks."""
    seen = [(broker, access.visible_snapshot(request.user, broker)) for broker in access.visible_brokers(request.user)]
    text, current = request.GET.get("q", "")[:MAX_TEXT], request.GET.get("broker", "")
    found = palette.find(request.user, seen, text, current, timezone.now())
    answer = JsonResponse({"found": [each.to_json() for each in found]})
    answer["Cache-Control"] = "no-store"
    return answer
