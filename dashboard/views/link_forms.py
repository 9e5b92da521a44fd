"""Add and edit shovels and upstreams of federation: for those who run the broker as a whole.

Passwords in URIs come from a browser or from the broker and go to the broker; nothing here sends, records or logs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.clients.links import AMQP_091, SHOVEL, UPSTREAM, LinkSetup
from brokerctl.errors import ClientError, ObjectNotFound, RequestRefused, UnexpectedReply
from dashboard.forms.arguments import PREFIX
from dashboard.forms.links import PROTOCOLS, LinkForm, ShovelForm, UpstreamForm, initial_of, readable
from dashboard.looks.kinds import NOT_OFFERED
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.links import LinkFormPage
from dashboard.views.declare import refused, rows, typed
from dashboard.views.links import missing
from dashboard.views.place import Place, says_why, somewhere, whole
from dashboard.words import visible

NOUN = {SHOVEL: "shovel", UPSTREAM: "upstream"}


@require_http_methods(["GET", "POST"])
@says_why
def add_shovel(request: HttpRequest, broker: str) -> HttpResponse:
    here, vhosts = _everywhere(request, broker)
    _check(lambda: here.client().shovels(), here, "shovel")
    return _answer(request, here, _asked(request, here, ShovelForm, vhosts, None))


@require_http_methods(["GET", "POST"])
@says_why
def edit_shovel(request: HttpRequest, broker: str, vhost: str, shovel: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().link_setup(SHOVEL, vhost, shovel)
    if any(there.settings.get(key, AMQP_091) != AMQP_091 for key in PROTOCOLS):
        raise RequestRefused("it speaks AMQP 1.0 or is local: only shovels of AMQP 0-9-1 are edited from here")
    return _answer(request, here, _asked(request, here, ShovelForm, [vhost], there))


@require_http_methods(["GET", "POST"])
@says_why
def add_upstream(request: HttpRequest, broker: str) -> HttpResponse:
    here, vhosts = _everywhere(request, broker)
    _check(lambda: here.client().federation_links(), here, "federation")
    return _answer(request, here, _asked(request, here, UpstreamForm, vhosts, None))


@require_http_methods(["GET", "POST"])
@says_why
def edit_upstream(request: HttpRequest, broker: str, vhost: str, upstream: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().link_setup(UPSTREAM, vhost, upstream)
    return _answer(request, here, _asked(request, here, UpstreamForm, [vhost], there))


def _everywhere(request: HttpRequest, broker: str) -> tuple[Place, list[str]]:
    whole(request, broker, Role.ADMIN)
    return somewhere(request, broker, Role.ADMIN)


def _check(ask: Callable[[], Any], here: Place, noun: str) -> None:
    """Raises ObjectNotFound with the reason where the broker has no such thing: it would keep it, and do nothing."""
    try:
        ask()
    except NOT_OFFERED:
        raise ObjectNotFound(missing(here, noun).sentence) from None


def _asked(
    request: HttpRequest, here: Place, kind: type[LinkForm], vhosts: list[str], there: LinkSetup | None
) -> LinkForm:
    """As it was posted; or unbound, with what is edited, or with what was typed before another row was wanted."""
    options: dict[str, Any] = {"vhosts": vhosts, "there": there, "broker": here.product()}
    fixed = {"vhost": there.vhost, "name": there.name} if there else {}
    if request.method == "POST" and request.POST.get("step") == "do":
        data = request.POST.copy()
        for name, value in fixed.items():
            data[name] = value
        return kind(data, **options)
    form = kind(**options)
    known = initial_of(there) if there else {}
    form.initial = {**form.initial, **known, **typed(request, form), **fixed}
    if request.method == "POST":
        form.remember(request.POST)
    return form


def _answer(request: HttpRequest, here: Place, form: LinkForm) -> HttpResponse:
    """The page, or what follows when it is saved."""
    failure = ""
    if form.is_bound and form.is_valid() and _is_new(here, form):
        wanted, noun, there = form.setup(), NOUN[form.component], form.there
        kind = Kind.CHANGE if there else Kind.CREATE
        asked = ChangeParameters(noun, wanted.name, form.readable(), readable(there) if there else {})
        try:
            change(kind, here.user, here.broker, wanted.vhost, asked, lambda client: client.put_link(wanted))
        except ClientError as error:
            failure = refused(form, error, _field_of(form, str(error)))
        else:
            done = "is saved, and starts again" if there else "is there"
            messages.success(request, f"{noun.capitalize()} {visible(wanted.name)} {done}.")
            return redirect("shovels", here.broker.slug)
    there = form.there
    page = LinkFormPage(
        here.broker,
        there.name if there else "",
        there.vhost if there else "",
        form,
        # A row with a URI is not sent back either.
        [row for row in rows(request, form) if row.name not in form.uri_fields.values()],
        failure,
    )
    return render(request, f"links/{NOUN[form.component]}.html", {"page": page})


def _is_new(here: Place, form: LinkForm) -> bool:
    """Whether it overwrites nothing; the form says so otherwise."""
    if form.there is not None:
        return True
    wanted = form.setup()
    try:
        here.client().link_setup(form.component, wanted.vhost, wanted.name)
    except (ObjectNotFound, UnexpectedReply):
        return True
    form.add_error("name", f"There is {'a' if form.component == SHOVEL else 'an'} {NOUN[form.component]} of this name.")
    return False


def _field_of(form: LinkForm, text: str) -> str:
    """The field that a refusal is about; empty when it names none."""
    keys = {key: name for name, key in form.uri_fields.items()}
    keys |= {known.key: PREFIX + known.key for known in form.settings}
    return next((name for key, name in keys.items() if key in text), "ends" if "delete-after" in text else "")
