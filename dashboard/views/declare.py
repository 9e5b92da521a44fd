"""Declare a queue or an exchange, and bind them. Done in the request; what the broker refuses is said at the field."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError, ObjectNotFound, RequestRefused
from dashboard import brokers
from dashboard.forms.arguments import PREFIX, Row, RowsField
from dashboard.forms.declare import BindForm, ExchangeForm, QueueForm
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.declare import BindPage, DeclarePage
from dashboard.views.place import Place, place, says_why, somewhere
from dashboard.words import sentence, visible

SPARE_ROWS = 2
NAMES_OFFERED = 500
"""In the list that a browser offers while somebody types."""

WRONG_ARGUMENT = re.compile(r"(?:inequivalent|invalid) arg '([^']+)'")
"""How RabbitMQ and the embedded broker name the argument that they refuse."""


@require_http_methods(["GET", "POST"])
@says_why
def queue(request: HttpRequest, broker: str) -> HttpResponse:
    here, vhosts = somewhere(request, broker, Role.ADMIN)
    form = asked(request, QueueForm, vhosts=vhosts, broker=here.product())
    failure = ""
    if form.is_bound and form.is_valid():
        vhost, name, arguments = form.cleaned_data["vhost"], form.cleaned_data["name"], form.cleaned_data["arguments"]
        kept = {name: form.cleaned_data[name] for name in ("durable", "auto_delete")}
        parameters = ChangeParameters("queue", name, {**kept, **arguments})

        def declare(client: BrokerClient) -> None:
            client.declare_queue(vhost, name, **kept, arguments=arguments)

        try:
            change(Kind.CREATE, here.user, here.broker, vhost, parameters, declare)
        except ClientError as error:
            failure = refused(form, error, "name")
        else:
            messages.success(request, f"Queue {visible(name)} is declared in vhost {vhost}.")
            return redirect("queue", broker, vhost, name)
    return render(request, "declare/queue.html", {"page": DeclarePage(here.broker, form, rows(request, form), failure)})


@require_http_methods(["GET", "POST"])
@says_why
def exchange(request: HttpRequest, broker: str) -> HttpResponse:
    here, vhosts = somewhere(request, broker, Role.ADMIN)
    form = asked(request, ExchangeForm, vhosts=vhosts, broker=here.product())
    failure = ""
    if form.is_bound and form.is_valid():
        vhost, name, kind = (form.cleaned_data[each] for each in ("vhost", "name", "type"))
        kept = {each: form.cleaned_data[each] for each in ("durable", "auto_delete", "internal")}
        arguments = form.cleaned_data["arguments"]
        parameters = ChangeParameters("exchange", name, {"type": kind, **kept, **arguments})

        def declare(client: BrokerClient) -> None:
            client.declare_exchange(vhost, name, kind, **kept, arguments=arguments)

        try:
            change(Kind.CREATE, here.user, here.broker, vhost, parameters, declare)
        except ClientError as error:
            failure = refused(form, error, "name")
        else:
            messages.success(request, f"Exchange {visible(name)} is declared in vhost {vhost}.")
            return redirect("exchange", broker, vhost, name)
    page = DeclarePage(here.broker, form, rows(request, form), failure)
    return render(request, "declare/exchange.html", {"page": page})


@require_http_methods(["GET", "POST"])
@says_why
def bind_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.ADMIN)
    here.client().queue(vhost, queue)
    return _bind(request, here, {"to": "queue", "destination": queue}, ("queue", queue))


@require_http_methods(["GET", "POST"])
@says_why
def bind_exchange(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.ADMIN)
    here.client().exchange(vhost, exchange)
    return _bind(request, here, {"exchange": exchange}, ("exchange", exchange))


def _bind(request: HttpRequest, here: Place, fixed: dict[str, str], of: tuple[str, str]) -> HttpResponse:
    """`fixed` is what the page knows already, whatever was posted; `of` is the page's own thing."""
    form = asked(request, BindForm, fixed)
    failure = ""
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        source, kind, end, key = (cleaned[each] for each in ("exchange", "to", "destination", "routing_key"))
        after = {"source": source, kind: end, "routing_key": key, **cleaned["arguments"]}
        parameters = ChangeParameters("binding", f"{source} → {end}", after)

        def bind(client: BrokerClient) -> None:
            client.bind(here.vhost, source, kind, end, key, cleaned["arguments"])

        try:
            change(Kind.CREATE, here.user, here.broker, here.vhost, parameters, bind)
        except ObjectNotFound:
            failure = _missing(form, here, source, kind, end)
        except ClientError as error:
            failure = refused(form, error, "routing_key")
        else:
            messages.success(request, f"{visible(source)} is bound to {kind} {visible(end)}.")
            return redirect(reverse(of[0], args=[here.broker.slug, here.vhost, of[1]]) + "#bindings")
    taken = brokers.snapshot(here.broker)
    page = BindPage(
        broker=here.broker,
        vhost=here.vhost,
        queue=of[1] if of[0] == "queue" else "",
        exchange=of[1] if of[0] == "exchange" else "",
        form=form,
        rows=rows(request, form),
        failure=failure,
        exchanges=tuple(each.name for each in taken.exchanges if each.vhost == here.vhost and each.name)[
            :NAMES_OFFERED
        ],
        queues=tuple(name for vhost, name in taken.queues if vhost == here.vhost)[:NAMES_OFFERED],
    )
    return render(request, "declare/bind.html", {"page": page})


def _missing(form: BindForm, here: Place, source: str, kind: str, end: str) -> str:
    """A broker only says 'not found': find out which end it is."""
    for field, noun, name in (("exchange", "exchange", source), ("destination", kind, end)):
        try:
            here.client().queue(here.vhost, name) if noun == "queue" else here.client().exchange(here.vhost, name)
        except ObjectNotFound:
            form.add_error(
                field, f"There is no {noun} {visible(name)} in vhost {here.vhost}. Declare it, or name another."
            )
            return ""
    return "One of the two was deleted a moment ago. Try again."


F = TypeVar("F", bound=forms.Form)


def asked(request: HttpRequest, kind: type[F], fixed: dict[str, str] | None = None, **options: Any) -> F:
    """The form as it was posted; or unbound, with what the address or an earlier look at it holds."""
    if request.method == "POST" and request.POST.get("step") == "do":
        data = request.POST.copy()
        for name, value in (fixed or {}).items():
            data[name] = value
        return kind(data, **options)
    form = kind(**options)
    form.initial = {**form.initial, **typed(request, form), **(fixed or {})}
    return form


def typed(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """Initial values of an unbound form: what was typed before another row was asked for, or what the address says."""
    if request.method == "POST":
        return {name: _typed(field, name, request) for name, field in form.fields.items()}
    return {name: value for name, value in request.GET.items() if name in form.fields}


def _typed(field: forms.Field, name: str, request: HttpRequest) -> Any:
    if isinstance(field, RowsField | forms.BooleanField):
        widget: Any = field.widget
        return widget.value_from_datadict(request.POST, request.FILES, name)
    return request.POST.get(name, "")


def rows(request: HttpRequest, form: forms.Form) -> list[Row]:
    """The free arguments that were typed, and empty ones to fill in."""
    typed = [row for row in form["extra"].value() or () if row.name or row.value]
    return typed + [Row()] * (SPARE_ROWS if "add_header" in request.POST else 1)


def refused(form: forms.Form, error: ClientError, field: str) -> str:
    """Put a refusal to the field that it is about. What is about no field is returned, to be said above the form."""
    if not isinstance(error, RequestRefused):
        return sentence(error)
    found = WRONG_ARGUMENT.search(str(error))
    if found is not None:
        names = (found[1], PREFIX + found[1].removeprefix("x-"))
        field = next((name for name in names if name in form.fields), "type" if "type" in found[1] else field)
    form.add_error(field if field in form.fields else None, sentence(error))
    return ""
