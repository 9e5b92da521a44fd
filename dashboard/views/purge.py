"""Purge a queue: the page names what goes and what stays, then a job does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.clients.models import Queue
from dashboard.forms.purge import CountForm, PurgeForm
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.parameters import PurgeParameters
from dashboard.operations.tasks import start
from dashboard.views.place import Place, not_ours, place, says_why

WHY_NO_COUNT = "{broker} purges a queue as a whole only. Move the first messages away instead."


@dataclass(slots=True, frozen=True)
class PurgePage:
    broker: Broker
    vhost: str
    queue: Queue
    form: PurgeForm
    counted: CountForm
    first: int | None
    """Only so many of the first go; None: all."""
    why_no_count: str
    """Empty where the broker can purge the first so many."""
    unaffected: tuple[str, ...]
    """What stays as it is, one sentence each."""


@require_http_methods(["GET", "POST"])
@says_why
def purge(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    not_ours(here, queue)
    state = here.client().queue(vhost, queue)
    can_count = here.client().overview().capabilities.purge_count
    why_no_count = "" if can_count else WHY_NO_COUNT.format(broker=here.broker.name)
    counted = CountForm(request.GET)
    first = None if why_no_count else counted.asked
    data = request.POST if request.method == "POST" else None
    form = PurgeForm(data, queue=queue, ready=state.messages_ready, first=first)
    # What is no count must not become all, and neither must a count that the broker would not see.
    is_meant = counted.asked == first and not counted.errors
    if form.is_valid() and is_meant:
        job = start(Kind.PURGE, here.user, here.broker, vhost, queue, PurgeParameters(first), total=form.goes)
        return redirect("job", job.pk)
    unaffected = (*_left(state, form.goes), *_unaffected(here, state))
    page = PurgePage(here.broker, vhost, state, form, counted, first, why_no_count, unaffected)
    return render(request, "purge/purge.html", {"page": page})


def _left(queue: Queue, goes: int) -> tuple[str, ...]:
    left = queue.messages_ready - goes
    return (f"{left:,} ready message{'' if left == 1 else 's'} behind them: not affected.",) if left else ()


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
