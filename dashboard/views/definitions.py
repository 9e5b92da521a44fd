"""Definitions out as a file, and in as a plan that somebody looks at before anything is applied."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError, ObjectNotFound
from brokerctl.operations import importing
from brokerctl.operations.importing import Verdict
from dashboard import access
from dashboard.forms.definitions import UploadForm
from dashboard.models import ImportPlan
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.importing import sealed, wanted
from dashboard.operations.parameters import ChangeParameters, ImportParameters
from dashboard.operations.tasks import start
from dashboard.pages.definitions import DefinitionsPage, PlanPage
from dashboard.secrets import UndecryptableError
from dashboard.views.place import Place, place, says_why, somewhere, whole
from dashboard.words import sentence

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
"""In the name of a file."""


@require_http_methods(["GET", "POST"])
@says_why
def definitions(request: HttpRequest, broker: str) -> HttpResponse:
    here, vhosts = somewhere(request, broker, Role.ADMIN)
    is_whole = access.role_on(here.user, here.broker) is Role.ADMIN
    ImportPlan.objects.forget_old()
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*posted, vhosts=vhosts, is_whole=is_whole)
    if form.is_bound and form.is_valid():
        row = ImportPlan(
            broker=here.broker,
            vhost=form.cleaned_data["vhost"],
            file_name=form.file_name,
            document_encrypted=sealed(form.document),
            created_by=here.user,
        )
        try:
            importing.plan(here.client().definitions(row.vhost or None), wanted(row))
        except ClientError as error:
            form.add_error("file", sentence(error))
        else:
            row.save()
            return redirect("definitions-plan", broker, row.pk)
    mine = ImportPlan.objects.filter(broker=here.broker, created_by=here.user).order_by("-created_at")
    page = DefinitionsPage(here.broker, tuple(vhosts), is_whole, form, tuple(mine[:20]))
    return render(request, "definitions/definitions.html", {"page": page})


@require_safe
@says_why
def export(request: HttpRequest, broker: str) -> HttpResponse:
    """A file, as RabbitMQ's own. What of a whole broker goes out holds hashes of passwords, so it is recorded."""
    vhost = request.GET.get("vhost") or None
    here = whole(request, broker, Role.ADMIN) if vhost is None else place(request, broker, vhost, Role.ADMIN)
    found: list[str] = []

    def read(client: BrokerClient) -> None:
        found.append(json.dumps(client.definitions(vhost).document, indent=2, ensure_ascii=False))

    change(Kind.EXPORT, here.user, here.broker, vhost or "", ChangeParameters("definitions", vhost or ""), read)
    answer = HttpResponse(found[0], content_type="application/json; charset=utf-8")
    parts = [here.broker.slug, *([UNSAFE.sub("-", vhost).strip("-") or "vhost"] if vhost else []), f"{now():%Y-%m-%d}"]
    answer["Content-Disposition"] = f'attachment; filename="{"_".join(parts)}.json"'
    return answer


@require_http_methods(["GET", "POST"])
@says_why
def plan(request: HttpRequest, broker: str, plan: int) -> HttpResponse:
    here, row = _row(request, broker, plan)
    try:
        made = importing.plan(here.client().definitions(row.vhost or None), wanted(row))
    except UndecryptableError:
        raise ObjectNotFound("the uploaded file cannot be decrypted any more; upload it again") from None
    is_confirmed = request.method == "POST" and made.to_apply()
    if is_confirmed and request.POST.get("digest") == made.digest():
        asked = ImportParameters("definitions", f"of {row.file_name}", row.pk, made.digest())
        job = start(Kind.IMPORT, here.user, here.broker, row.vhost, "", asked, total=len(made.to_apply()))
        return redirect("job", job.pk)
    counted = {each.verdict for each in made.items}
    shown = next((each for each in Verdict if each == request.GET.get("show")), None)
    shown = shown or next((each for each in Verdict if each in counted), Verdict.ADD)
    page = PlanPage(here.broker, row, made, shown, changed_meanwhile=bool(is_confirmed))
    status = HTTPStatus.CONFLICT if is_confirmed else HTTPStatus.OK
    return render(request, "definitions/plan.html", {"page": page}, status=status)


@require_POST
def discard(request: HttpRequest, broker: str, plan: int) -> HttpResponse:
    _, row = _row(request, broker, plan)
    row.delete()
    messages.success(request, f"The plan of {row.file_name} is thrown away. Nothing was applied.")
    return redirect("definitions", broker)


def _row(request: HttpRequest, broker: str, number: int) -> tuple[Place, ImportPlan]:
    """A plan of anybody's, for those who may apply it: it is meant to be looked at by a second person."""
    user = request.user
    assert isinstance(user, User)
    row = get_object_or_404(ImportPlan, pk=number, broker=access.broker_or_404(user, broker))
    here = place(request, broker, row.vhost, Role.ADMIN) if row.vhost else whole(request, broker, Role.ADMIN)
    return here, row
