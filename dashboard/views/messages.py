"""The message browser of one queue. Reading is a POST: a look has effects, so no link and no prefetch reads."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from brokerctl.clients.models import Overview, Queue
from brokerctl.operations import browse as browsing
from dashboard import brokers
from dashboard.forms.read import ReadForm
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.reading import effects
from dashboard.reading.effects import Effect
from dashboard.reading.entries import Entry
from dashboard.reading.page import Asked, Listing, asked, listing
from dashboard.reading.reads import Read, ReadKey, reads
from dashboard.views.place import Place, place, says_why


@dataclass(slots=True, frozen=True)
class MessagesPage:
    broker: Broker
    vhost: str
    queue: Queue
    asked: Asked
    effect: Effect
    form: ReadForm
    listing: Listing | None
    """None before the first look."""


@require_http_methods(["GET", "POST"])
@says_why
def browse(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    if request.method == "POST":
        return _read(request, here, queue)
    kept = reads.get(key(request, here, queue))
    wanted = asked(request.GET)
    if "download" in request.GET:
        return _download(kept, wanted.message)
    state = here.client().queue(vhost, queue)
    page = _page(here, state, wanted, kept, ReadForm())
    if page.listing and request.headers.get("X-Partial"):
        # What the list fetches when another message is opened: two thousand rows would be rendered for nothing.
        context = {"page": page, "listing": page.listing, "detail": page.listing.detail}
        return render(request, "messages/_detail.html", context)
    return render(request, "messages/browse.html", {"page": page})


def key(request: HttpRequest, here: Place, queue: str) -> ReadKey:
    """Where a person's look at this queue is kept. Two people, or two logins of one, never share it."""
    if not request.session.session_key:
        request.session.create()
    return ReadKey(str(request.session.session_key), here.broker.slug, here.vhost, queue)


def _page(here: Place, queue: Queue, wanted: Asked, kept: Read | None, form: ReadForm) -> MessagesPage:
    overview = _overview(here.broker)
    if kept:
        effect = effects.after(queue, overview, len(kept.entries), is_traceless=kept.is_traceless)
    else:
        effect = effects.before(queue, overview)
    shown = listing(kept, wanted, now()) if kept else None
    return MessagesPage(here.broker, here.vhost, queue, wanted, effect, form, shown)


def _overview(broker: Broker) -> Overview | None:
    return brokers.snapshot(broker).overview


def _read(request: HttpRequest, here: Place, queue: str) -> HttpResponse:
    """Look at the queue once, keep what was seen, and show it at an address that can be reloaded without a new look."""
    form = ReadForm(request.POST)
    client = here.client()
    state = client.queue(here.vhost, queue)
    effect = effects.before(state, _overview(here.broker))
    if not form.is_valid() or not effect.is_readable:
        page = _page(here, state, asked(request.GET), None, form)
        return render(request, "messages/browse.html", {"page": page})
    count = form.cleaned_data["count"]
    look = browsing.browse(client, here.vhost, queue, count)
    entries = tuple(Entry(at, seen.fingerprint, seen.message) for at, seen in enumerate(look.seen, start=1))
    read = Read(now(), count, entries, look.ready, look.deliveries_left, look.is_traceless)
    reads.keep(key(request, here, queue), read)
    if "back" in request.POST:
        return redirect(reverse("queue", args=[here.broker.slug, here.vhost, queue]) + "#messages")
    return redirect(request.get_full_path())


def _download(kept: Read | None, fingerprint: str) -> HttpResponse:
    entry = kept.find(fingerprint) if kept else None
    if entry is None:
        raise Http404("This message is not kept any more. Read the queue again.")
    name = f"message-{entry.position}"
    return HttpResponse(
        entry.message.body,
        headers={
            # Never a type of the message's own choice: a body is data, not a page of ours.
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
