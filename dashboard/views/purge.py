"""Purge a queue: the page names what goes and what stays, then a job does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.clients.models import Queue
from dashboard.forms.purge import PurgeForm
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.parameters import PurgeParameters
from dashboard.operations.tasks import start
from dashboard.views.place import Place, place, says_why


@dataclass(slots=True, frozen=True)
class PurgePage:
    broker: Broker
    vhost: str
    queue: Queue
    form: PurgeForm
    unaffected: tuple[str, ...]
    """What stays as it is, one sentence each."""


@require_http_methods(["GET", "POST"])
@says_why
def purge(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    state = here.client().queue(vhost, queue)
    data = request.POST if request.method == "POST" else None
    form = PurgeForm(data, queue=queue, ready=state.messages_ready)
    if form.is_valid():
        total = {"total": state.messages_ready}
        job = start(Kind.PURGE, here.user, here.broker, vhost, queue, PurgeParameters(), **total)
        return redirect("job", job.pk)
    page = PurgePage(here.broker, vhost, state, form, _unaffected(here, state))
    return render(request, "purge/purge.html", {"page": page})


def _unaffected(here: Place, queue: Queue) -> tuple[str, ...]:
    return (_unacked(queue), *_arriving(here, queue), "Nothing is dead-lettered; the messages are gone.")


def _unacked(queue: Queue) -> str:
    unacked = queue.messages_unacknowledged
    if unacked:
        holders = "a consumer" if queue.consumers == 1 else f"{queue.consumers} consumers"
        return f"{unacked:,} unacked message{'' if unacked == 1 else 's'} with {holders}: not affected."
    return "0 unacked messages: " + ("all are ready." if queue.consumers else "there are no consumers.")


def _arriving(here: Place, queue: Queue) -> tuple[str, ...]:
    known = here.last_known(queue.name)
    if known is None or not known.rates.publish:
        return ()
    return (f"{known.rates.publish:,.1f}/s still arrive and are not affected.",)
