"""Jobs: what runs and what ran, one job with its progress, and stopping it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from dashboard import access
from dashboard.models import Operation
from dashboard.models.grant import Role
from dashboard.operations import shown
from dashboard.operations.shown import Job

FINISHED_SHOWN = 50


@dataclass(slots=True, frozen=True)
class JobsPage:
    unfinished: tuple[Job, ...]
    finished: tuple[Job, ...]
    older: int
    """Finished jobs beyond those shown."""
    is_mine: bool
    latest: int
    """The number of the newest job of anybody's: a higher one is not in this page yet."""


@dataclass(slots=True, frozen=True)
class JobPage:
    job: Job
    may_cancel: bool


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    rows = access.visible_operations(request.user).select_related("broker", "created_by")
    newest = rows.order_by("-pk").first()
    is_mine = request.GET.get("whose") == "mine"
    if is_mine:
        rows = rows.filter(created_by=request.user.pk)
    unfinished = rows.unfinished()
    finished = rows.exclude(pk__in=unfinished.values("pk"))
    page = JobsPage(
        unfinished=tuple(shown.job(row) for row in unfinished),
        finished=tuple(shown.job(row) for row in finished[:FINISHED_SHOWN]),
        older=max(finished.count() - FINISHED_SHOWN, 0),
        is_mine=is_mine,
        latest=newest.pk if newest else 0,
    )
    return render(request, "jobs/list.html", {"page": page})


@require_safe
def detail(request: HttpRequest, job: int) -> HttpResponse:
    row = _row(request, job)
    page = JobPage(shown.job(row), may_cancel=not row.is_finished and _may_act(request, row))
    # What a live page fetches when its job changed: the same markup, without the frame.
    template = "jobs/_job.html" if request.headers.get("X-Partial") else "jobs/job.html"
    return render(request, template, {"page": page})


@require_POST
def cancel(request: HttpRequest, job: int) -> HttpResponse:
    row = _row(request, job)
    if row.broker is not None and not _is_theirs(request, row):
        access.require(request.user, row.broker, row.vhost, Role.OPERATOR)
    Operation.objects.cancel(row.pk)
    return redirect("job", row.pk)


def _row(request: HttpRequest, number: int) -> Operation:
    rows = access.visible_operations(request.user).select_related("broker", "created_by")
    return get_object_or_404(rows, pk=number)


def _is_theirs(request: HttpRequest, row: Operation) -> bool:
    """A job on queues of several vhosts, which has none of its own: whoever started it may stop it."""
    return not row.vhost and row.created_by_id == request.user.pk


def _may_act(request: HttpRequest, row: Operation) -> bool:
    if row.broker is None or _is_theirs(request, row):
        return True
    return access.may(request.user, row.broker, row.vhost, Role.OPERATOR)
