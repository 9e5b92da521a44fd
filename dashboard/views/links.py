"""Shovels and federation links of a broker: how they are, and what can be done about one that is not well."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.links import Shovel
from brokerctl.errors import ObjectNotFound
from dashboard import access
from dashboard.declaring.known import EMBEDDED, LAVINMQ
from dashboard.looks import kinds, look
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.links import STATES, LinksPage, Missing, ShownLink, ShownShovel
from dashboard.views.confirming import confirm
from dashboard.views.place import Place, says_why, whole
from dashboard.words import visible

RUNNING = "running"
EMBEDDED_SHOVELS = Missing(
    "The embedded broker has no shovels. Move… on a queue takes its messages to another queue, vhost or broker, with a "
    "look at what will happen before and the outcome of each after."
)
EMBEDDED_FEDERATION = Missing("The embedded broker is not federated with others.")


@says_why
def listing(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.VIEWER)
    seen = look.take(here.broker, kinds.LINKS)
    shovels, federation = seen.value.shovels, seen.value.federation
    page = LinksPage(
        broker=here.broker,
        snapshot=access.visible_snapshot(request.user, here.broker),
        look=seen,
        shovels=tuple(
            ShownShovel(each, STATES.get(each.state, "idle"), _why_no_restart(here, each), _why_no_delete(each))
            for each in sorted(shovels or (), key=lambda each: (each.state == RUNNING, each.vhost, each.name))
        ),
        no_shovels=_missing(here, "shovel", EMBEDDED_SHOVELS) if shovels is None else None,
        federation=tuple(
            ShownLink(each, STATES.get(each.state, "idle"))
            for each in sorted(federation or (), key=lambda each: (each.state == RUNNING, each.vhost, each.name))
        ),
        no_federation=_missing(here, "federation", EMBEDDED_FEDERATION) if federation is None else None,
    )
    return render(request, "links/list.html", {"page": page})


@require_POST
@says_why
def restart(request: HttpRequest, broker: str, vhost: str, shovel: str) -> HttpResponse:
    """At once: what it has taken and not passed on returns to its source first, as when it is stopped."""
    here = whole(request, broker, Role.ADMIN)
    asked = ChangeParameters("shovel", shovel, {"restarted": True})
    change(Kind.CHANGE, here.user, here.broker, vhost, asked, lambda client: client.restart_shovel(vhost, shovel))
    messages.success(request, f"Shovel {visible(shovel)} starts again.")
    return redirect("shovels", broker)


@require_http_methods(["GET", "POST"])
@says_why
def delete(request: HttpRequest, broker: str, vhost: str, shovel: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = next((each for each in here.client().shovels() if (each.vhost, each.name) == (vhost, shovel)), None)
    if there is None:
        raise ObjectNotFound(f"there is no shovel {shovel} in vhost {vhost}")
    back, shown = reverse("shovels", args=[broker]), visible(shovel)
    ends = [end for end in (there.source, there.destination) if end]
    page = Confirmation(
        broker=here.broker,
        crumbs=(Crumb("Shovels", back),),
        title=f"Delete shovel {shown}?",
        lead=f"This deletes the shovel {shown} in vhost {vhost} on {here.broker.name}, which is {there.state}. "
        "It cannot be undone: its passwords are known to nobody here.",
        effects=(
            f"Nothing is carried from {' to '.join(visible(end) for end in ends)} any more."
            if len(ends) > 1
            else "Nothing is carried by it any more.",
            "What it has taken and not passed on stays at its source, and is marked redelivered.",
            "Queues, exchanges and their messages stay at both ends.",
        ),
        button="Delete shovel",
        cancel=back,
        refusal=_why_no_delete(there),
    )
    asked = ChangeParameters("shovel", shovel, before={"source": there.source, "destination": there.destination})

    def take_away(client: BrokerClient, form: object) -> None:
        client.delete_shovel(vhost, shovel)

    done = back, f"Shovel {shown} is deleted."
    return confirm(request, Place(here.user, here.broker, vhost), page, asked, take_away, done)


def _missing(here: Place, noun: str, of_embedded: Missing) -> Missing:
    product = here.product()[0]
    if product == EMBEDDED:
        return of_embedded
    if product == LAVINMQ:
        return Missing(
            f"{here.broker.name} does not tell them to {here.broker.username}: that takes the tag monitoring."
        )
    return Missing(
        f"The plugin rabbitmq_{noun}_management is not enabled on {here.broker.name}, or {here.broker.username}, whom "
        "Postroom logs in as, lacks the tag monitoring. On each node:",
        f"rabbitmq-plugins enable rabbitmq_{noun} rabbitmq_{noun}_management",
    )


def _why_no_restart(here: Place, shovel: Shovel) -> str:
    if here.product()[0] == LAVINMQ:
        return "LavinMQ cannot restart a shovel: delete it and make it again"
    return _why_no_delete(shovel).replace("deleted", "restarted")


def _why_no_delete(shovel: Shovel) -> str:
    return "" if shovel.is_dynamic else "It is set in the broker’s configuration, and cannot be deleted from here."
