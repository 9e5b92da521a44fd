"""Publish one message, to a queue or an exchange. Done in the request, so that the page can say what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import PublishResult
from brokerctl.clients.models import Exchange
from brokerctl.errors import ClientError
from brokerctl.operations import publish as publishing
from brokerctl.operations.progress import Outcome, Tally
from dashboard.forms.fields import HEADER_TYPES, HeaderRow
from dashboard.forms.publish import PublishForm
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import Kind, State
from dashboard.operations.dry_run import routes
from dashboard.operations.parameters import PublishParameters
from dashboard.operations.reporting import fields
from dashboard.reading import bodies
from dashboard.views.place import Place, place, says_why
from dashboard.words import sentence

SPARE_HEADER_ROWS = 2


@dataclass(slots=True, frozen=True)
class Preview:
    """What publishing will do, said before it is done."""

    exchange: str
    routing_key: str
    destinations: tuple[str, ...] | None
    """Queue names; None when the bindings do not tell."""
    size_bytes: int
    body: bodies.Body
    warnings: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class PublishPage:
    broker: Broker
    vhost: str
    queue: str
    """Empty when publishing to an exchange."""
    exchange: Exchange
    form: PublishForm
    header_rows: list[HeaderRow]
    header_types: dict[str, str]
    preview: Preview | None
    failure: str = ""


@require_http_methods(["GET", "POST"])
@says_why
def to_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    here.client().queue(vhost, queue)
    return _publish(request, here, queue, here.client().exchange(vhost, ""))


@require_http_methods(["GET", "POST"])
@says_why
def to_exchange(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.OPERATOR)
    return _publish(request, here, "", here.client().exchange(vhost, exchange))


def _publish(request: HttpRequest, here: Place, queue: str, exchange: Exchange) -> HttpResponse:
    is_asked = request.method == "POST" and request.POST.get("step") in ("review", "do")
    form = PublishForm(request.POST, request.FILES) if is_asked else _unbound(request)
    preview, failure = None, ""
    if form.is_bound and form.is_valid():
        key = queue or form.cleaned_data["routing_key"]
        preview = _preview(here, exchange, key, form)
        if form.is_confirmed(1):
            try:
                job = _send(here, queue, exchange.name, key, form)
                return redirect("job", job.pk)
            except ClientError as error:
                failure = sentence(error)
    typed = form["headers"].value() or () if request.method == "POST" else ()
    rows = [row for row in typed if row.name or row.value]
    spare = [HeaderRow()] * (SPARE_HEADER_ROWS if "add_header" in request.POST or not rows else 1)
    page = PublishPage(here.broker, here.vhost, queue, exchange, form, rows + spare, HEADER_TYPES, preview, failure)
    return render(request, "publish/publish.html", {"page": page})


def _unbound(request: HttpRequest) -> PublishForm:
    """The empty form, or what was typed before another header row was asked for."""
    if request.method != "POST":
        return PublishForm()
    typed = {name: request.POST.get(name, "") for name in PublishForm.base_fields if name != "headers"}
    rows = PublishForm.base_fields["headers"].widget.value_from_datadict(request.POST, request.FILES, "headers")
    return PublishForm(initial={**typed, "persistent": "persistent" in request.POST, "headers": rows})


def _preview(here: Place, exchange: Exchange, key: str, form: PublishForm) -> Preview:
    bindings, _ = here.client().exchange_bindings(here.vhost, exchange.name) if exchange.name else ([], [])
    found = routes(exchange, bindings, key)
    content: bytes = form.cleaned_data["content"]
    return Preview(
        exchange=exchange.name,
        routing_key=key,
        destinations=None if found is None else tuple(sorted(found)),
        size_bytes=len(content),
        body=bodies.show(content),
        warnings=tuple(_warnings(here, form, content)),
    )


def _warnings(here: Place, form: PublishForm, content: bytes) -> list[str]:
    cleaned, found = form.cleaned_data, []
    if cleaned["content_type"].endswith("json") and bodies.View.TREE not in bodies.show(content).views and content:
        found.append("The content type says JSON, but the body is not a JSON object or array.")
    if cleaned["user_id"] and cleaned["user_id"] != here.broker.username:
        found.append(f"The broker refuses a user_id other than the login, {here.broker.username}; leave it empty.")
    return found


def _send(here: Place, queue: str, exchange: str, key: str, form: PublishForm) -> Operation:
    """Publish, await the confirm, and record what became of it. Raises ClientError when the broker did not answer."""
    content: bytes = form.cleaned_data["content"]
    started = now()
    result = publishing.publish(
        here.client(), here.vhost, exchange, key, content, form.properties(), form.cleaned_data["headers"]
    )
    return Operation.objects.create(
        kind=Kind.PUBLISH,
        state=State.DONE,
        broker=here.broker,
        broker_name=here.broker.name,
        vhost=here.vhost,
        queue=queue,
        parameters=PublishParameters(exchange, key, len(content)).to_json(),
        created_by=here.user,
        started_at=started,
        finished_at=now(),
        **fields(_tally(result)),
    )


def _tally(result: PublishResult) -> Tally:
    tally = Tally(total=1)
    if result.confirmed and result.routed:
        tally.add(Outcome.PUBLISHED)
    else:
        tally.add_problem(Outcome.UNROUTABLE if result.confirmed else Outcome.REFUSED, "", result.reason)
    return tally
