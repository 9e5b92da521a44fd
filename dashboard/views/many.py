"""One action on many queues: what is chosen, a page that says what will happen, then one job with a result for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from brokerctl.errors import ClientError
from dashboard import access, celery
from dashboard.forms.many import ManyForm, MoveManyForm, Name, PolicyForm
from dashboard.listing import kept
from dashboard.listing.table import arrange
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import effects, review
from dashboard.operations.effects import Action
from dashboard.operations.parameters import ManyParameters
from dashboard.operations.review import FieldProblem, Target
from dashboard.operations.tasks import start
from dashboard.paths import row_key, row_names
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.tables.queues import TABLE, rows_of
from dashboard.views.place import Place, place, says_why

SHOWN = 20
"""Queues that the review names; of more it says how many."""


@dataclass(slots=True, frozen=True)
class ManyPage:
    broker: Broker
    action: Action
    rows: tuple[QueueRow, ...]
    """Of the chosen queues, the largest first."""
    gone: int
    """Chosen, but not there any more."""
    messages: int
    sentences: tuple[str, ...]
    refusal: str
    form: ManyForm
    chosen: str
    back: str

    @property
    def shown(self) -> tuple[QueueRow, ...]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.rows) - SHOWN, 0)


@require_http_methods(["GET", "POST"])
@says_why
def act(request: HttpRequest, broker: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    if request.method != "POST":
        return redirect("queues", found.slug)
    taken = access.visible_snapshot(request.user, found)
    action = next((each for each in effects.ACTIONS if each.name == request.POST.get("action")), None)
    if action is None:
        raise Http404("No such action.")
    names = _chosen(request, found, taken)
    if not names:
        notices.warning(request, "Choose queues first: tick the boxes beside them.")
        return redirect(_back(request, found))
    return _reviewed(request, found, taken, action, names)


def _chosen(request: HttpRequest, broker: Broker, taken: Snapshot) -> tuple[Name, ...]:
    """Vhosts and names: what a review carried along, the ticked rows, or those of the list's address."""
    scope = request.POST.get("scope", "ticked")
    if "chosen" in request.POST:
        keys: Sequence[str] = request.POST["chosen"].split()
    elif scope == "ticked":
        keys = request.POST.getlist("row")
    else:
        assert isinstance(request.user, User)
        asked = kept.asked(request.user, QueryDict(urlsplit(_back(request, broker)).query))
        listing = arrange(TABLE, rows_of(broker.slug, taken, timezone.now()), asked)
        if listing.error:
            return ()
        return _without_ours(broker, [each.row.key for each in (listing.matching if scope == "all" else listing.rows)])
    try:
        return _without_ours(broker, [row_names(key) for key in keys])
    except ValueError:
        return ()


def _without_ours(broker: Broker, names: Sequence[Name]) -> tuple[Name, ...]:
    """The queue that carries jobs is not for jobs: this one could not end what it is in."""
    ours = (settings.BROKER_VHOST, celery.QUEUE) if broker.is_embedded else None
    return tuple(name for name in dict.fromkeys(names) if name != ours)


def _reviewed(
    request: HttpRequest, broker: Broker, taken: Snapshot, action: Action, names: tuple[Name, ...]
) -> HttpResponse:
    rows = sorted((taken.queues[name] for name in names if name in taken.queues), key=lambda row: -row.queue.messages)
    here = [_may(request, broker, vhost, action) for vhost in sorted({vhost for vhost, _ in names})]
    kind = action.kind
    messages = effects.messages(kind, rows)
    bindings = _bindings(here, rows) if kind is Kind.DELETE else 0
    form = _form(request, kind, effects.typed(kind, rows, bindings), messages, here[0].vhost)
    refusal = effects.refusal(kind, rows)
    if form.is_bound and form.is_valid() and not refusal and _is_there(here[0], form):
        present = tuple(row.key for row in rows)
        return redirect("job", _start(here[0], kind, present, form).pk)
    page = ManyPage(
        broker=broker,
        action=action,
        rows=tuple(rows),
        gone=len(names) - len(rows),
        messages=messages,
        sentences=effects.sentences(kind, rows, bindings),
        refusal=refusal,
        form=form,
        chosen="\n".join(row_key(*row.key) for row in rows),
        back=_back(request, broker),
    )
    return render(request, "queues/many.html", {"page": page})


def _may(request: HttpRequest, broker: Broker, vhost: str, action: Action) -> Place:
    """Raises PermissionDenied: nobody's selection is quietly made smaller."""
    return place(request, broker.slug, vhost, Role.ADMIN if action.needs_admin else Role.OPERATOR)


def _form(request: HttpRequest, kind: Kind, wanted: str, messages: int, vhost: str) -> ManyForm:
    data = request.POST if request.POST.get("step") == "do" else None
    if kind is Kind.MOVE_MANY:
        return MoveManyForm(data, wanted=wanted, messages=messages, initial={"vhost": vhost})
    return (PolicyForm if kind is Kind.POLICY else ManyForm)(data, wanted=wanted, messages=messages)


def _bindings(here: Sequence[Place], rows: Sequence[QueueRow]) -> int | None:
    """How many bindings lead to these queues; None when the broker does not say."""
    names = {row.key for row in rows}
    try:
        known = [binding for each in here for binding in each.client().bindings(each.vhost) if binding.source]
    except ClientError:
        return None
    return sum(each.destination_type == "queue" and (each.vhost, each.destination) in names for each in known)


def _is_there(here: Place, form: ManyForm) -> bool:
    """Whether what the form names is on the broker; if not, the form says so."""
    if not isinstance(form, MoveManyForm):
        return True
    vhost = form.cleaned_data["vhost"]
    if not access.may(here.user, here.broker, vhost, Role.OPERATOR):
        form.add_error("vhost", f"You may not publish in {vhost} on {here.broker.name}.")
        return False
    try:
        review.find_queue(
            Target(here.client(), here.broker.name, vhost, here.broker.username), form.cleaned_data["queue"]
        )
    except FieldProblem as problem:
        form.add_error(problem.field, str(problem))
        return False
    return True


def _start(here: Place, kind: Kind, names: tuple[Name, ...], form: ManyForm) -> Operation:
    asked, destination, policy = form.cleaned_data, None, None
    if isinstance(form, MoveManyForm):
        destination = {"vhost": asked["vhost"], "queue": asked["queue"]}
    elif isinstance(form, PolicyForm):
        policy = {"name": asked["name"], "priority": asked["priority"], "definition": form.definition()}
    vhosts = {vhost for vhost, _ in names}
    return start(
        kind,
        here.user,
        here.broker,
        names[0][0] if len(vhosts) == 1 else "",
        names[0][1] if len(names) == 1 else "",
        ManyParameters([list(name) for name in names], destination, policy),
        total=len(names),
    )


def _back(request: HttpRequest, broker: Broker) -> str:
    """The list that was come from."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else reverse("queues", args=[broker.slug])
