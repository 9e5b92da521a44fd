"""Grant and take away what a user may do in a vhost, and which routing keys at its topic exchanges.

Whom and where is in the address: ?user=, ?vhost= and ?exchange=; ?back=vhost leads back to the vhost's page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Connection, Permission, TopicPermission
from brokerctl.errors import ClientError, ObjectNotFound
from dashboard import brokers
from dashboard.declaring.rights import PRESETS, RIGHTS, TOPIC_RIGHTS, Names
from dashboard.forms.permission import PermissionForm, TopicPermissionForm
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import granting
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.permissions import PermissionPage, Review, reviewed
from dashboard.views.confirming import confirm
from dashboard.views.declare import refused
from dashboard.views.place import Place, says_why, whole
from dashboard.words import visible

USERS_OFFERED = 500
Granted = Permission | TopicPermission
Form = PermissionForm | TopicPermissionForm
OURS = "Postroom itself logs in as this user: what it may not do, Postroom cannot show or do here."


@require_http_methods(["GET", "POST"])
@says_why
def edit(request: HttpRequest, broker: str, *, is_topic: bool = False) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    client = here.client()
    users = {each.name for each in client.users()}
    vhosts = sorted(each.name for each in client.vhosts())
    form = _asked(request, here, users, vhosts, is_topic)
    review, failure = None, ""
    if form.is_bound and form.is_valid():
        wanted = form.granted()
        there = _there(here, wanted.user, wanted.vhost, _exchange(wanted))
        review = _review(here, form, there)
        if form.is_confirmed(review.reached):
            try:
                _save(here, wanted, there)
            except ClientError as error:
                failure = refused(form, error, "exchange" if is_topic else "configure")
            else:
                messages.success(request, f"{visible(wanted.user)} has these rights in vhost {visible(wanted.vhost)}.")
                return redirect(_back(request, here, wanted.user, wanted.vhost))
    return render(request, "permissions/permission.html", {"page": _page(request, here, form, review, failure)})


@require_http_methods(["GET", "POST"])
@says_why
def clear(request: HttpRequest, broker: str, *, is_topic: bool = False) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    user, vhost = request.GET.get("user", ""), request.GET.get("vhost", "")
    exchange = request.GET.get("exchange", "") if is_topic else None
    there = _there(here, user, vhost, exchange)
    if there is None:
        raise ObjectNotFound(f"{user} has no such rights in vhost {vhost} on {here.broker.name}")
    shown, back = visible(user), _back(request, here, user, vhost)
    open_now = _open(here, user, vhost)
    effects = granting.of_clearing(open_now, here.product()[0])
    what = f"every right of {shown} in vhost {visible(vhost)}"
    if is_topic:
        effects = (f"{shown} may then use every routing key there, as far as its other rights let it.",)
        what = f"the limit of routing keys of {shown} at exchange {visible(exchange or '')} in vhost {visible(vhost)}"
    elif user == here.broker.username:
        effects += (OURS,)
    page = Confirmation(
        broker=here.broker,
        crumbs=(
            Crumb("Users", reverse("users", args=[broker])),
            Crumb(user, reverse("user", args=[broker, user])),
        ),
        title=f"Take away what {shown} may do?" if not is_topic else "Take away the limit of routing keys?",
        lead=f"This takes away {what}, on {here.broker.name}.",
        effects=(*effects, "Its rights in other vhosts stay."),
        button="Clear permissions",
        cancel=back,
        seen=0 if is_topic else len(open_now),
        counted="open connections",
        verb="Clear",
    )
    asked = ChangeParameters(_noun(is_topic), f"{user} in {vhost}", before=_readable(there))

    def take_away(client: BrokerClient, form: object) -> None:
        if exchange is None:
            client.delete_permission(user, vhost)
        else:
            client.delete_topic_permission(user, vhost, exchange)

    return confirm(request, here, page, asked, take_away, (back, f"Taken away: {what}."))


def _asked(request: HttpRequest, here: Place, users: set[str], vhosts: list[str], is_topic: bool) -> Form:
    """As it was posted to be reviewed or saved; else unbound: a preset, or what there is of whom the address names."""
    kind: type[Form] = TopicPermissionForm if is_topic else PermissionForm
    step = request.POST.get("step", "")
    if request.method == "POST" and step in ("review", "do"):
        return kind(request.POST, users=users, vhosts=vhosts)
    form = kind(users=users, vhosts=vhosts)
    given = request.POST if request.method == "POST" else request.GET
    form.initial = {name: given[name] for name in form.fields if name in given}
    preset = next((each for each in PRESETS if step == f"preset-{each.name}"), None)
    if preset is not None:
        form.initial |= preset.filled(request.POST.get("begins", ""))
    elif request.method == "GET":
        user, vhost, exchange = (form.initial.get(name, "") for name in ("user", "vhost", "exchange"))
        there = _there(here, user, vhost, exchange if is_topic else None)
        form.initial = {**(_readable(there) if there else {}), **form.initial}
    return form


def _page(request: HttpRequest, here: Place, form: Form, review: Review | None, failure: str) -> PermissionPage:
    is_topic = isinstance(form, TopicPermissionForm)
    names = ("user", "vhost", "exchange") if is_topic else ("user", "vhost")
    values = {name: str(form[name].value() or "") for name in names}
    there = _there(here, values["user"], values["vhost"], values.get("exchange"))
    page = "topic-permission-clear" if is_topic else "permission-clear"
    query = values | ({"back": "vhost"} if request.GET.get("back") == "vhost" else {})
    exchanges = brokers.snapshot(here.broker).exchanges if is_topic else ()
    return PermissionPage(
        broker=here.broker,
        form=form,
        there=there is not None,
        review=review,
        failure=failure,
        users=tuple(sorted(form.users))[:USERS_OFFERED],
        exchanges=tuple(each.name for each in exchanges if each.vhost == values["vhost"] and each.type == "topic"),
        is_topic=is_topic,
        back=_back(request, here, values["user"], values["vhost"]),
        clear=f"{reverse(page, args=[here.broker.slug])}?{urlencode(query)}" if there else "",
    )


def _review(here: Place, form: Form, there: Granted | None) -> Review:
    user, vhost = form.cleaned_data["user"], form.cleaned_data["vhost"]
    names = _names(here, vhost, form.cleaned_data.get("exchange"))
    effects = granting.of_rights(_open(here, user, vhost), here.product()[0])
    if user == here.broker.username:
        effects += (OURS,)
    return Review(
        tuple(
            reviewed(right, form.cleaned_data[right.name], getattr(there, right.name) if there else None, names)
            for right in form.rights
        ),
        effects,
        there is not None and all(getattr(there, name) == value for name, value in form.patterns().items()),
    )


def _names(here: Place, vhost: str, exchange: str | None) -> Names:
    """What patterns are searched in: names as the collector saw them, or the routing keys at an exchange."""
    client, taken = here.client(), brokers.snapshot(here.broker)
    if exchange is not None:
        outgoing, _ = client.exchange_bindings(vhost, exchange)
        return Names.of_keys(each.routing_key for each in outgoing)
    if taken.is_live:
        return Names.of(taken, vhost)
    return Names((each.name for each in client.queues(vhost)), (each.name for each in client.exchanges(vhost)))


def _save(here: Place, wanted: Granted, there: Granted | None) -> None:
    noun = _noun(isinstance(wanted, TopicPermission))
    before = _readable(there) if there else {}
    asked = ChangeParameters(noun, f"{wanted.user} in {wanted.vhost}", _readable(wanted), before)

    def put(client: BrokerClient) -> None:
        if isinstance(wanted, TopicPermission):
            client.put_topic_permission(wanted)
        else:
            client.put_permission(wanted)

    change(Kind.CHANGE if there else Kind.CREATE, here.user, here.broker, "", asked, put)


def _there(here: Place, user: str, vhost: str, exchange: str | None) -> Granted | None:
    """What the user has there now; with an exchange, of its routing keys."""
    found: list[Permission] | list[TopicPermission]
    found = here.client().permissions() if exchange is None else here.client().topic_permissions()
    return next(
        (each for each in found if (each.user, each.vhost) == (user, vhost) and exchange in (None, _exchange(each))),
        None,
    )


def _exchange(granted: Granted) -> str | None:
    return granted.exchange if isinstance(granted, TopicPermission) else None


def _readable(granted: Granted) -> dict[str, Any]:
    rights = TOPIC_RIGHTS if isinstance(granted, TopicPermission) else RIGHTS
    found = {right.name: getattr(granted, right.name) for right in rights}
    return {"exchange": granted.exchange, **found} if isinstance(granted, TopicPermission) else found


def _noun(is_topic: bool) -> str:
    return "topic permission of" if is_topic else "permission of"


def _open(here: Place, user: str, vhost: str) -> list[Connection]:
    return [each for each in here.client().connections() if (each.user, each.vhost) == (user, vhost)]


def _back(request: HttpRequest, here: Place, user: str, vhost: str) -> str:
    slug = here.broker.slug
    if request.GET.get("back") == "vhost" and vhost:
        return reverse("vhost", args=[slug, vhost])
    return reverse("user", args=[slug, user]) if user else reverse("users", args=[slug])
