"""Republish chosen messages on their own vhost: to their own exchange or another, one of them with a new body."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from brokerctl.clients.models import Queue
from brokerctl.errors import ClientError
from brokerctl.operations.move import Edit
from dashboard.forms.destination import RepublishForm
from dashboard.forms.publish import MAX_BODY_BYTES, as_typed
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import review
from dashboard.operations.parameters import RepublishParameters
from dashboard.operations.review import Fact, FieldProblem, Lane, Review, Target
from dashboard.operations.tasks import do_now, start
from dashboard.reading.differences import Line, differences
from dashboard.reading.entries import Entry
from dashboard.views.move import back_to_list, chosen, fingerprints, suggestions
from dashboard.views.place import Place, place, says_why
from dashboard.words import sentence


@dataclass(slots=True, frozen=True)
class RepublishPage:
    broker: Broker
    vhost: str
    queue: Queue
    form: RepublishForm
    selected: int
    entry: Entry | None
    """The one message, when there is one and it is still kept."""
    review: Review | None
    changes: tuple[Line, ...]
    exchanges: tuple[str, ...]

    @property
    def stay(self) -> int:
        keeps = bool(self.form["keep"].value())
        return review.left_behind(self.queue, self.review, keeps_originals=keeps) if self.review else 0


@require_POST
@says_why
def republish(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    selection = fingerprints(request)
    if not selection:
        return back_to_list(request, here, queue)
    source = here.client().queue(vhost, queue)
    entries = chosen(request, here, queue)
    entry = entries[0] if len(selection) == len(entries) == 1 else None
    form = _form(request, selection, entry)
    reviewed: Review | None = None
    changes: tuple[Line, ...] = ()
    if form.is_bound and form.is_valid():
        reviewed = _review(here, source, form, len(selection), entries)
        if reviewed is not None and form.is_confirmed(reviewed.count):
            return redirect("job", _do(here, queue, form, entry).pk)
        changes = differences(entry.message.body, _new_body(form, entry)) if entry else ()
    exchanges = suggestions(here)[2]
    page = RepublishPage(here.broker, vhost, source, form, len(selection), entry, reviewed, changes, exchanges)
    return render(request, "move/republish.html", {"page": page})


def _form(request: HttpRequest, selection: list[str], entry: Entry | None) -> RepublishForm:
    if request.POST.get("step") in ("review", "do"):
        return RepublishForm(request.POST, request.FILES)
    initial: dict[str, object] = {"selection": " ".join(selection)}
    if entry is not None and entry.size_bytes <= MAX_BODY_BYTES:
        text, encoding = as_typed(entry.message.body)
        initial.update(body=text, encoding=encoding, edits_body=True)
    return RepublishForm(initial=initial)


def _new_body(form: RepublishForm, entry: Entry) -> bytes:
    """The body to send: the typed one, or the message's own when the form did not show it."""
    content: bytes = form.cleaned_data["content"]
    return content if form.cleaned_data["edits_body"] else entry.message.body


def _do(here: Place, queue: str, form: RepublishForm, entry: Entry | None) -> Operation:
    exchange, routing_key = form.route()
    asked = form.cleaned_data
    parameters = RepublishParameters(exchange, routing_key, list(asked["selection"]), asked["keep"])
    where = (here.user, here.broker, here.vhost, queue)
    if entry is not None:
        body = _new_body(form, entry)
        if body != entry.message.body:
            return do_now(Kind.REPUBLISH, *where, parameters, {entry.fingerprint: Edit(body=body)})
    return start(Kind.REPUBLISH, *where, parameters, total=len(asked["selection"]))


def _review(here: Place, source: Queue, form: RepublishForm, count: int, entries: list[Entry]) -> Review | None:
    """What will happen; None, with a sentence beside a field, when it cannot."""
    if form.cleaned_data["edits_body"] and len(entries) != 1:
        form.add_error(None, "What you read is not kept any more. Read the queue again, then edit the message.")
        return None
    try:
        target = Target(here.client(), here.broker.name, here.vhost, here.broker.username)
        exchange, key = form.route()
        if exchange is None:
            return _to_own_exchanges(source, key, count, entries, target)
        found, bindings = review.find_exchange(target, exchange)
        return review.to_exchange(source, found, bindings, key, count, entries, target)
    except FieldProblem as problem:
        form.add_error(problem.field, str(problem))
    except ClientError as error:
        form.add_error(None, sentence(error))
    return None


def _to_own_exchanges(source: Queue, key: str | None, count: int, entries: list[Entry], target: Target) -> Review:
    """Each message to the exchange it came by: the lanes of all these exchanges together."""
    names = Counter(entry.message.exchange for entry in entries)
    lanes: list[Lane] = []
    for name, times in names.most_common():
        found, bindings = review.find_exchange(target, name)
        own = [entry.message.routing_key for entry in entries if entry.message.exchange == name]
        lanes += review.lanes_of(source.name, found, bindings, own if key is None else [key] * times, times)
    if count > len(entries):
        lanes.append(Lane(count - len(entries), "", "not kept any more, so their exchange is not known"))
    facts = [*_back_again(source, lanes), *review.warnings(source, entries, target)]
    via = ", ".join(name or "(default)" for name in names) or "their own exchanges"
    return Review(count, tuple(lanes), (*review.routing_facts(lanes, via, source), *facts), via, key or "own key")


def _back_again(source: Queue, lanes: list[Lane]) -> list[Fact]:
    back = sum(lane.count for lane in lanes if source.name in lane.to.split(", "))
    if not back:
        return []
    come = "It comes" if back == 1 else f"{back:,} come"
    return [Fact("warn", f"{come} back to {source.name} itself, at its tail: that is where the key leads.")]
