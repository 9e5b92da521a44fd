"""Whether everything is up: for `manage.py serve`, load balancers and people with curl."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from dashboard import brokers
from dashboard.celery import QUEUE
from dashboard.models import Broker
from dashboard.snapshot import Snapshot


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and embedded broker answer and a worker waits for jobs; else 503, naming what is missing."""
    try:
        embedded = Broker.objects.filter(is_embedded=True).first()
    except DatabaseError:
        return _answer(["database"])
    missing = []
    if embedded is not None:
        taken = brokers.snapshot(embedded)
        if not taken.is_live:
            missing.append("broker")
        elif not _has_worker(taken):
            missing.append("worker")
    return _answer(missing)


def _answer(missing: list[str]) -> JsonResponse:
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _has_worker(taken: Snapshot) -> bool:
    return any(name == QUEUE and row.queue.consumers for (_, name), row in taken.queues.items())
