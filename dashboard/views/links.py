"""Shovels and federation links of a broker: how they are, and what can be done about one that is not well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.links import UPSTREAM, FederationLink, LinkSetup, Shovel
from brokerctl.errors import ObjectNotFound
from dashboard import access
from dashboard.declaring.known import EMBEDDED, LAVINMQ
from dashboard.declaring.links import UPSTREAM_SETTINGS
from dashboard.forms.links import readable
from dashboard.looks import kinds, look
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.leaving import counted, named
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.links import STATES, LinksPage, Missing, ShownLink, ShownShovel, ShownUpstream
from dashboard.views.confirming import confirm
from dashboard.views.place import Place, says_why, whole
from dashboard.words import visible

RUNNING = "running"
OF_EMBEDDED = {
    "shovel": Missing(
        "The embedded broker has no shovels. Move… on a queue takes its messages to another queue, vhost or broker, "
        "with a look at what will happen before and the outcome of each after."
    ),
    "federation": Missing("The embedded broker is not federated with others."),
}


@dataclass(slots=True, frozen=True)
class Turn:
    """What can be done about a shovel that needs no review."""

    after: dict[str, bool]
    """For the record."""
    act: Callable[[BrokerClient, str, str], None]
    told: str


TURNS = {
    "restart": Turn(
        {"restarted": True}, lambda client, vhost, name: client.restart_shovel(vhost, name), "starts again"
    ),
    "pause": Turn({"paused": True}, lambda client, vhost, name: client.pause_shovel(vhost, name), "is paused"),
    "resume": Turn({"paused": False}, lambda client, vhost, name: client.resume_shovel(vhost, name), "goes on"),
}
PAUSES = {RUNNING: "shovel-pause", "paused": "shovel-resume"}
"""What LavinMQ can do about a shovel in each state."""


@says_why
def listing(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.VIEWER)
    seen = look.take(here.broker, kinds.LINKS)
    shovels, federation, upstreams = seen.value.shovels, seen.value.federation, seen.value.upstreams
    page = LinksPage(
        broker=here.broker,
        snapshot=access.visible_snapshot(request.user, here.broker),
        look=seen,
        shovels=tuple(_shown_shovel(here, each) for each in sorted(shovels or (), key=_worst_first)),
        no_shovels=missing(here, "shovel") if shovels is None else None,
        federation=tuple(_shown_link(here, each) for each in sorted(federation or (), key=_worst_first)),
        no_federation=missing(here, "federation") if federation is None else None,
        upstreams=tuple(
            _shown_upstream(each) for each in sorted(upstreams or (), key=lambda each: (each.vhost, each.name))
        ),
        no_upstreams=_no_upstreams(here) if upstreams is None else None,
    )
    return render(request, "links/list.html", {"page": page})


def _worst_first(each: Shovel | FederationLink) -> tuple[bool, str, str]:
    return each.state == RUNNING, each.vhost, each.name


def _shown_shovel(here: Place, shovel: Shovel) -> ShownShovel:
    return ShownShovel(
        shovel,
        STATES.get(shovel.state, "idle"),
        why_no_edit=_why_no_edit(shovel),
        why_no_restart=_why_no_restart(here, shovel),
        why_no_delete=_why_no_delete(shovel),
        pauses=PAUSES.get(shovel.state, "") if here.product()[0] == LAVINMQ else "",
    )


def _shown_link(here: Place, link: FederationLink) -> ShownLink:
    why = "" if link.id else f"{here.product()[0] or 'The broker'} cannot restart a link: it tries again by itself"
    return ShownLink(link, STATES.get(link.state, "idle"), why)


def _shown_upstream(upstream: LinkSetup) -> ShownUpstream:
    known = [each.key for each in UPSTREAM_SETTINGS]
    order = sorted(upstream.settings, key=lambda key: (known.index(key) if key in known else len(known), key))
    return ShownUpstream(upstream, upstream.uris.get("uri", ()), tuple((key, upstream.settings[key]) for key in order))


@require_POST
@says_why
def steer(request: HttpRequest, broker: str, vhost: str, shovel: str, turn: str) -> HttpResponse:
    """One of TURNS, at once: what it has taken and not passed on returns to its source."""
    here, taken = whole(request, broker, Role.ADMIN), TURNS[turn]
    asked = ChangeParameters("shovel", shovel, taken.after)
    change(Kind.CHANGE, here.user, here.broker, vhost, asked, lambda client: taken.act(client, vhost, shovel))
    messages.success(request, f"Shovel {visible(shovel)} {taken.told}.")
    return redirect("shovels", broker)


@require_POST
@says_why
def restart_link(request: HttpRequest, broker: str, vhost: str, link: str, node: str) -> HttpResponse:
    """A link of federation: what it has taken and not passed on stays at its upstream."""
    here = whole(request, broker, Role.ADMIN)
    wanted = vhost, link, node
    there = next(
        (each for each in here.client().federation_links() if (each.vhost, each.id, each.node) == wanted), None
    )
    if there is None:
        raise ObjectNotFound(f"there is no link {link} in vhost {vhost}")
    asked = ChangeParameters("federation link", there.name, {"upstream": there.upstream, "restarted": True})
    change(Kind.CHANGE, here.user, here.broker, vhost, asked, lambda client: client.restart_link(*wanted))
    messages.success(request, f"The link of {visible(there.name)} to {visible(there.upstream)} starts again.")
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
        "It cannot be undone: its passwords are kept nowhere else.",
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


@require_http_methods(["GET", "POST"])
@says_why
def delete_upstream(request: HttpRequest, broker: str, vhost: str, upstream: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    there = here.client().link_setup(UPSTREAM, vhost, upstream).shown()
    fed = [each for each in here.client().federation_links() if (each.vhost, each.upstream) == (vhost, upstream)]
    back, shown = reverse("shovels", args=[broker]), visible(upstream)
    page = Confirmation(
        broker=here.broker,
        crumbs=(
            Crumb("Shovels", back),
            Crumb(upstream, reverse("upstream-edit", args=[broker, vhost, upstream])),
        ),
        title=f"Delete upstream {shown}?",
        lead=f"This deletes the federation upstream {shown} in vhost {vhost} on {here.broker.name}. "
        "It cannot be undone: its passwords are kept nowhere else.",
        effects=(
            f"{counted(fed, 'link')} {'ends' if len(fed) == 1 else 'end'}: {named(each.name for each in fed)}."
            if fed
            else "No link uses it.",
            "Policies that name it stay, and make links again when there is an upstream of this name.",
            "Queues, exchanges and their messages stay at both ends.",
        ),
        button="Delete upstream",
        cancel=back,
    )
    asked = ChangeParameters("upstream", upstream, before=readable(there))

    def take_away(client: BrokerClient, form: object) -> None:
        client.delete_upstream(vhost, upstream)

    done = back, f"Upstream {shown} is deleted."
    return confirm(request, Place(here.user, here.broker, vhost), page, asked, take_away, done)


def missing(here: Place, noun: str) -> Missing:
    """Why there are no shovels ('shovel'), or why nothing is federated ('federation')."""
    product = here.product()[0]
    if product == EMBEDDED:
        return OF_EMBEDDED[noun]
    if product == LAVINMQ:
        return Missing(
            f"{here.broker.name} does not tell them to {here.broker.username}: that takes the tag monitoring."
        )
    return Missing(
        f"The plugin rabbitmq_{noun}_management is not enabled on {here.broker.name}, or {here.broker.username}, whom "
        "Postroom logs in as, lacks the tag monitoring. On each node:",
        f"rabbitmq-plugins enable rabbitmq_{noun} rabbitmq_{noun}_management",
    )


def _no_upstreams(here: Place) -> Missing:
    return Missing(
        f"{here.broker.name} does not tell them to {here.broker.username}, whom Postroom logs in as: that takes the "
        "tag policymaker."
    )


def _why_no_edit(shovel: Shovel) -> str:
    if not shovel.is_amqp_091:
        return "It speaks AMQP 1.0 or is local: only shovels of AMQP 0-9-1 are edited from here"
    return _why_no_delete(shovel).replace("deleted", "edited")


def _why_no_restart(here: Place, shovel: Shovel) -> str:
    if here.product()[0] == LAVINMQ:
        return "LavinMQ cannot restart a shovel: edit it, and it starts anew"
    return _why_no_delete(shovel).replace("deleted", "restarted")


def _why_no_delete(shovel: Shovel) -> str:
    return "" if shovel.is_dynamic else "It is set in the broker’s configuration, and cannot be deleted from here."
