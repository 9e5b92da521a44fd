"""Move and copy: choose where, see what will happen, then a job does it.

The three steps are one form (dashboard.forms.reviewed). What was chosen travels as fingerprints; the review uses what
was read before, and nothing is read again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.clients.models import Queue
from brokerctl.errors import ClientError
from dashboard import access, brokers
from dashboard.forms.destination import MoveForm
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import review
from dashboard.operations.parameters import MoveParameters
from dashboard.operations.review import FieldProblem, Review, Target
from dashboard.operations.tasks import start
from dashboard.reading.entries import Entry
from dashboard.reading.reads import reads
from dashboard.views.messages import key
from dashboard.views.place import Place, not_ours, place, says_why
from dashboard.words import sentence

SUGGESTED_NAMES = 300
"""Names offered while typing; more make the page heavy and nobody scrolls them."""


@dataclass(slots=True, frozen=True)
class MovePage:
    broker: Broker
    vhost: str
    queue: Queue
    form: MoveForm
    selected: int | None
    """None: the whole queue."""
    review: Review | None
    vhosts: tuple[str, ...]
    queues: tuple[str, ...]
    exchanges: tuple[str, ...]

    @property
    def moves_inside(self) -> bool:
        """Whether the broker moves within itself, without handing messages out."""
        overview = brokers.snapshot(self.broker).overview
        return overview is not None and overview.capabilities.move

    @property
    def count(self) -> int:
        return self.queue.messages_ready if self.selected is None else self.selected

    @property
    def stay(self) -> int:
        is_copy = self.form["action"].value() == "copy"
        return review.left_behind(self.queue, self.review, keeps_originals=is_copy) if self.review else 0


@require_http_methods(["GET", "POST"])
@says_why
def move(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    not_ours(here, queue)
    if "listed" in request.POST and not fingerprints(request):
        return back_to_list(request, here, queue)
    source = here.client().queue(vhost, queue)
    form = _form(request, here, queue)
    entries, reviewed = chosen(request, here, queue), None
    if form.is_bound and form.is_valid():
        reviewed = _review(here, source, form, entries)
        if reviewed is not None and form.is_confirmed(reviewed.count):
            return redirect("job", _start(here, queue, form, reviewed).pk)
    selected = len(fingerprints(request)) or None
    page = MovePage(here.broker, vhost, source, form, selected, reviewed, *suggestions(here))
    return render(request, "move/move.html", {"page": page})


def fingerprints(request: HttpRequest) -> list[str]:
    """The chosen messages: the opened one, those ticked in the list, or what the form carries along."""
    if "only" in request.POST:
        return request.POST.getlist("only")
    return request.POST.getlist("message") or request.POST.get("selection", "").split()


def chosen(request: HttpRequest, here: Place, queue: str) -> list[Entry]:
    """Those of the chosen messages (all, when none is) that a look has kept."""
    kept = reads.get(key(request, here, queue))
    if kept is None:
        return []
    selection = fingerprints(request)
    return kept.chosen(selection) if selection else list(kept.entries)


def back_to_list(request: HttpRequest, here: Place, queue: str) -> HttpResponse:
    """Nothing was ticked: that must never be taken for everything."""
    notices.warning(request, "Choose messages first: tick the boxes beside them.")
    return redirect("messages", here.broker.slug, here.vhost, queue)


def _form(request: HttpRequest, here: Place, queue: str) -> MoveForm:
    source = (here.broker.slug, here.vhost, queue)
    choices = destinations(here)
    if request.method == "POST" and request.POST.get("step") in ("review", "do"):
        return MoveForm(request.POST, source=source, brokers=choices)
    initial = {"broker": here.broker.slug, "vhost": here.vhost, "selection": " ".join(fingerprints(request))}
    return MoveForm(source=source, brokers=choices, initial=initial)


def destinations(here: Place) -> list[tuple[str, str]]:
    """The brokers this person may send to; for which vhosts is checked when one is named."""
    return [(broker.slug, broker.name) for broker in access.visible_brokers(here.user)]


def _review(here: Place, source: Queue, form: MoveForm, entries: list[Entry]) -> Review | None:
    """What will happen; None, with a sentence beside a field, when it cannot."""
    asked = form.cleaned_data
    target_broker = access.broker_or_404(here.user, asked["broker"])
    if not access.may(here.user, target_broker, asked["vhost"], Role.OPERATOR):
        form.add_error("vhost", f"You may not publish in {asked['vhost']} on {target_broker.name}.")
        return None
    count = len(asked["selection"]) or source.messages_ready
    try:
        client = brokers.client(target_broker)
        target = Target(client, target_broker.name, asked["vhost"], target_broker.username)
        if asked["to"] == "queue":
            found = review.find_queue(target, asked["queue"])
            return review.to_queue(source, found, count, entries, target)
        exchange, bindings = review.find_exchange(target, asked["exchange"])
        one_key = asked["routing_key"] if asked["keys"] == "one" else None
        return review.to_exchange(source, exchange, bindings, one_key, count, entries, target)
    except FieldProblem as problem:
        form.add_error(problem.field, str(problem))
    except ClientError as error:
        form.add_error("broker", sentence(error))
    return None


def _start(here: Place, queue: str, form: MoveForm, reviewed: Review) -> Operation:
    asked = form.cleaned_data
    kind = Kind.COPY if asked["action"] == "copy" else Kind.MOVE
    selection = list(asked["selection"]) or None
    parameters = MoveParameters(**form.destination(), fingerprints=selection)
    return start(kind, here.user, here.broker, here.vhost, queue, parameters, total=reviewed.count)


def suggestions(here: Place) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Vhosts, queues and exchanges of this broker to offer while typing, as the collector last saw them."""
    known = access.visible_snapshot(here.user, here.broker)
    vhosts = tuple(sorted(vhost.name for vhost in known.vhosts))
    queues = sorted(name for vhost, name in known.queues if vhost == here.vhost)
    exchanges = sorted(exchange.name for exchange in known.exchanges if exchange.vhost == here.vhost and exchange.name)
    return vhosts, tuple(queues[:SUGGESTED_NAMES]), tuple(exchanges[:SUGGESTED_NAMES])
