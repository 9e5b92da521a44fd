"""Make, change and delete vhosts: for those who run the broker as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Vhost
from brokerctl.errors import ClientError
from dashboard.forms.vhost import VhostForm, initial_of
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.leaving import counted, named
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.limits import VhostFormPage
from dashboard.views.confirming import confirm
from dashboard.views.declare import refused
from dashboard.views.place import Place, says_why, whole
from dashboard.words import visible

PROTECTED = "It is protected from deletion. Take the protection away on its page first."


@require_http_methods(["GET", "POST"])
@says_why
def add(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    form = VhostForm(request.POST if request.method == "POST" else None, broker=here.product())
    return _saved(request, here, form, None)


@require_http_methods(["GET", "POST"])
@says_why
def edit(request: HttpRequest, broker: str, vhost: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().vhost(vhost)
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None:
        data["name"] = vhost
    return _saved(request, here, VhostForm(data, initial=initial_of(there), broker=here.product()), there)


def _saved(request: HttpRequest, here: Place, form: VhostForm, there: Vhost | None) -> HttpResponse:
    failure = ""
    if form.is_valid():
        wanted = form.vhost()
        if there is None and wanted.name in {each.name for each in here.client().vhosts()}:
            form.add_error("name", "There is a vhost of this name already. Edit that one.")
        else:
            kind = Kind.CHANGE if there else Kind.CREATE
            asked = ChangeParameters("vhost", wanted.name, _readable(wanted), _readable(there) if there else {})
            try:
                change(kind, here.user, here.broker, "", asked, lambda client: client.put_vhost(wanted))
            except ClientError as error:
                failure = refused(form, error, "name")
            else:
                messages.success(request, f"Vhost {visible(wanted.name)} is {'changed' if there else 'there'}.")
                return redirect("vhost", here.broker.slug, wanted.name)
    page = VhostFormPage(here.broker, there, form, failure)
    return render(request, "vhosts/edit.html", {"page": page})


@require_http_methods(["GET", "POST"])
@says_why
def delete(request: HttpRequest, broker: str, vhost: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    if here.broker.is_embedded and vhost == settings.BROKER_VHOST:
        raise Http404("This vhost carries Postroom's own jobs; it cannot be deleted from here.")
    there = here.client().vhost(vhost)
    effects, lost = _effects(here, there)
    shown = visible(vhost)
    page = Confirmation(
        broker=here.broker,
        crumbs=(
            Crumb("Vhosts", reverse("vhosts", args=[broker])),
            Crumb(vhost, reverse("vhost", args=[broker, vhost])),
        ),
        title=f"Delete vhost {shown}?",
        lead=f"This deletes the vhost {shown} on {here.broker.name} with everything in it. It cannot be undone.",
        effects=effects,
        button=f"Delete vhost and {counted_messages(lost)}" if lost else "Delete vhost",
        cancel=reverse("vhost", args=[broker, vhost]),
        typed=vhost,
        seen=lost,
        refusal=PROTECTED if there.is_protected else "",
    )
    asked = ChangeParameters("vhost", vhost, before=_readable(there))

    def take_away(client: BrokerClient, form: object) -> None:
        client.delete_vhost(vhost)

    done = (reverse("vhosts", args=[broker]), f"Vhost {shown} is deleted, with everything in it.")
    return confirm(request, here, page, asked, take_away, done)


def _effects(here: Place, vhost: Vhost) -> tuple[tuple[str, ...], int]:
    """What goes with it, from the broker itself; and how many messages."""
    client, name = here.client(), vhost.name
    queues, exchanges = client.queues(name), client.exchanges(name)
    ours = [each.name for each in exchanges if each.name and not each.name.startswith("amq.")]
    bindings = [each for each in client.bindings(name) if each.source]
    policies = client.policies(name)
    lost = sum(queue.messages for queue in queues)
    effects = [
        f"{counted(queues, 'queue')} with {counted_messages(lost)}{_names([each.name for each in queues])}.",
        f"{counted(ours, 'exchange')}{_names(ours)}, {counted(bindings, 'binding')} and {_policies(len(policies))}.",
    ]
    connections = sum(each.vhost == name for each in client.connections())
    if connections:
        effects.append(f"{connections:,} connection{'s' if connections > 1 else ''} to it will be closed.")
    grants = [each.user for each in client.permissions() if each.vhost == name]
    if grants:
        effects.append(f"Permissions in it go: of {named(grants)}. The users stay.")
    effects.append("Other vhosts are not affected.")
    return tuple(effects), lost


def counted_messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"


def _policies(count: int) -> str:
    return "1 policy" if count == 1 else f"{count:,} policies"


def _names(names: Sequence[str]) -> str:
    return f": {named(names)}" if names else ""


def _readable(vhost: Vhost) -> dict[str, object]:
    return {
        "description": vhost.description,
        "tags": ", ".join(vhost.tags),
        "default_queue_type": vhost.default_queue_type,
        "tracing": vhost.is_traced,
    }
