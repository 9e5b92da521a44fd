"""Pause a queue and let it go on. Both can be undone at once, so a button does it without asking."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from brokerctl.errors import RequestRefused
from dashboard import brokers
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.views.place import Place, place, says_why
from dashboard.words import visible

WHY_NOT = "{broker} cannot pause a queue. Stop its consumers, or let a policy limit what comes in."


@require_POST
@says_why
def pause(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = _able(request, broker, vhost)
    asked = ChangeParameters("queue", queue)
    change(Kind.PAUSE, here.user, here.broker, vhost, asked, lambda client: client.pause_queue(vhost, queue))
    text = f"{visible(queue)} is paused: it takes messages and gives none to its consumers until you resume it."
    messages.success(request, text)
    return redirect("queue", here.broker.slug, vhost, queue)


@require_POST
@says_why
def resume(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = _able(request, broker, vhost)
    asked = ChangeParameters("queue", queue)
    change(Kind.RESUME, here.user, here.broker, vhost, asked, lambda client: client.resume_queue(vhost, queue))
    messages.success(request, f"{visible(queue)} goes on.")
    return redirect("queue", here.broker.slug, vhost, queue)


def _able(request: HttpRequest, broker: str, vhost: str) -> Place:
    """Raises RequestRefused on a broker that cannot."""
    here = place(request, broker, vhost, Role.OPERATOR)
    if not brokers.client(here.broker).overview().capabilities.pause:
        raise RequestRefused(WHY_NOT.format(broker=here.broker.name))
    return here
