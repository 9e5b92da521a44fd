"""Protect a vhost from deletion, and start it again on a node. Nothing is lost by either: a button does it at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from brokerctl.clients.models import Overview
from brokerctl.errors import RequestRefused
from dashboard.declaring.known import LAVINMQ, version_of
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.views.place import says_why, whole
from dashboard.words import visible

PROTECTION_SINCE = (4, 0)


@require_POST
@says_why
def protect(request: HttpRequest, broker: str, vhost: str, is_protected: bool) -> HttpResponse:
    """Raises RequestRefused on a broker that cannot."""
    here = whole(request, broker, Role.ADMIN)
    if why := why_no_protection(here.client().overview()):
        raise RequestRefused(f"{why}.")
    asked = ChangeParameters("vhost", vhost, {"protected": is_protected}, {"protected": not is_protected})
    change(Kind.CHANGE, here.user, here.broker, "", asked, lambda client: client.protect_vhost(vhost, is_protected))
    told = "is protected from deletion" if is_protected else "can be deleted"
    messages.success(request, f"Vhost {visible(vhost)} {told}.")
    return redirect("vhost", broker, vhost)


@require_POST
@says_why
def start(request: HttpRequest, broker: str, vhost: str, node: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    asked = ChangeParameters("vhost", vhost, {"started on": node})
    change(Kind.CHANGE, here.user, here.broker, "", asked, lambda client: client.start_vhost(vhost, node))
    messages.success(request, f"Vhost {visible(vhost)} is started on {visible(node)}.")
    return redirect("vhost", broker, vhost)


def why_no_protection(overview: Overview | None) -> str:
    """Why this broker protects no vhost from deletion, as the title of a button; empty: it does, or it is not known."""
    if overview is not None and overview.product == LAVINMQ:
        return "LavinMQ cannot protect a vhost from deletion"
    if overview is not None and overview.product == "RabbitMQ" and version_of(overview.version) < PROTECTION_SINCE:
        return f"RabbitMQ has this from {'.'.join(map(str, PROTECTION_SINCE))}; this is {overview.version}"
    return ""
