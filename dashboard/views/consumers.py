"""Cancel a consumer, where the broker can."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.errors import ObjectNotFound, RequestRefused
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.connections import CancelPage
from dashboard.views.place import place, says_why
from dashboard.words import visible

WHY_NOT = "{broker} cannot cancel a consumer from outside. Close its connection instead."


@require_http_methods(["GET", "POST"])
@says_why
def cancel(request: HttpRequest, broker: str, vhost: str, queue: str, channel: str, consumer: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    client = here.client()
    if not client.overview().capabilities.cancel_consumer:
        raise RequestRefused(WHY_NOT.format(broker=here.broker.name))
    found = next(
        (each for each in client.queue_consumers(vhost, queue) if (each.channel_name, each.tag) == (channel, consumer)),
        None,
    )
    if found is None:
        raise ObjectNotFound(f"there is no consumer {consumer} on this queue any more")
    if request.method == "POST":
        asked = ChangeParameters("consumer", consumer, before={"queue": queue, "channel": channel})
        change(Kind.CANCEL, here.user, here.broker, vhost, asked, lambda client: client.cancel_consumer(found))
        messages.success(request, f"Consumer {visible(consumer)} is cancelled; its client was told.")
        return redirect("queue", here.broker.slug, vhost, queue)
    state = client.queue(vhost, queue)
    return render(request, "consumers/cancel.html", {"page": CancelPage(here.broker, vhost, state, found)})
