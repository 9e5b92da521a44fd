"""Where a page acts: a broker and a vhost that this person has the role for; and what to say when the broker won't."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import BrokerUnreachable, ClientError, LoginRefused, ObjectNotFound, PermissionDenied
from dashboard import access, brokers, celery
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.snapshot import QueueRow
from dashboard.words import sentence, visible

P = ParamSpec("P")


@dataclass(slots=True, frozen=True)
class Place:
    user: User
    broker: Broker
    vhost: str

    def client(self) -> BrokerClient:
        """Raises ClientError."""
        return brokers.client(self.broker)

    def product(self) -> tuple[str, str]:
        """Product and version, as far as they are known; what a page offers depends on them."""
        overview = brokers.snapshot(self.broker).overview
        return (overview.product, overview.version) if overview else ("", "")

    def last_known(self, queue: str) -> QueueRow | None:
        """What the collector saw of a queue, without asking the broker."""
        return brokers.snapshot(self.broker).queues.get((self.vhost, queue))


def place(request: HttpRequest, slug: str, vhost: str, role: Role) -> Place:
    """Raises Http404 for strangers and PermissionDenied for a role that is too low."""
    user = request.user
    assert isinstance(user, User)
    broker = access.broker_or_404(user, slug)
    access.require(user, broker, vhost, role)
    return Place(user, broker, vhost)


def whole(request: HttpRequest, slug: str, role: Role) -> Place:
    """A broker as a whole, for what belongs to no vhost; its vhost is empty. Raises as `place` does."""
    user = request.user
    assert isinstance(user, User)
    broker = access.broker_or_404(user, slug)
    access.require(user, broker, None, role)
    return Place(user, broker, "")


def somewhere(request: HttpRequest, slug: str, role: Role) -> tuple[Place, list[str]]:
    """A broker for a page where people choose a vhost, and those that they may choose. Raises as `place` does."""
    user = request.user
    assert isinstance(user, User)
    broker = access.broker_or_404(user, slug)
    access.require_somewhere(user, broker, role)
    known = brokers.snapshot(broker).vhost_names
    if not known:
        known = frozenset(vhost.name for vhost in brokers.client(broker).vhosts())
    return Place(user, broker, ""), access.vhosts_with(user, broker, role, known)


def not_ours(here: Place, queue: str) -> None:
    """Raises Http404 for the queue that carries our own jobs: those taken from it wait for ever, and nobody is told."""
    if here.broker.is_embedded and (here.vhost, queue) == (settings.BROKER_VHOST, celery.QUEUE):
        raise Http404("This queue carries Postroom's own jobs; it is neither deleted, purged nor moved from here.")


def says_why(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a page that needs its broker answer with the broker's own refusal instead of failing."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ClientError as error:
            slug = str(kwargs.get("broker", ""))
            broker = access.visible_brokers(request.user).filter(slug=slug).first()
            noun = next((noun for noun in NOUNS if noun in kwargs), "queue")
            missing = _missing(error, broker, noun, kwargs)
            context = {
                "title": f"No such {noun}" if missing else TITLES.get(type(error), "The broker refused"),
                "sentence": missing or sentence(error),
                "broker": broker,
                "list": LISTS.get(noun, f"{noun}s"),
                "is_missing": bool(missing),
                "why": WHY.get(noun, "It was deleted, or never declared; names are case-sensitive."),
            }
            status = 404 if isinstance(error, ObjectNotFound) else 502
            return render(request, "brokers/refused.html", context, status=status)

    return answered


def _missing(error: ClientError, broker: Broker | None, noun: str, names: Mapping[str, object]) -> str:
    """What the address names and the broker does not have, in words; the broker itself only says 'Not Found'."""
    if not isinstance(error, ObjectNotFound) or broker is None or noun not in names:
        return ""
    where = f"in vhost {names['vhost']} " if "vhost" in names and noun != "vhost" else ""
    return f"There is no {noun} {visible(str(names[noun]))} {where}on {broker.name}."


NOUNS = ("shovel", "upstream", "link", "queue", "exchange", "connection", "channel", "node", "feature", "user", "vhost")
"""What an address may name, the narrowest first."""

LISTS = {"upstream": "shovels", "link": "shovels"}
"""Pages that have another name than what they list."""

WHY = {
    "upstream": "It was deleted, or never added; names are case-sensitive.",
    "link": "It ended, or has another number since it started again.",
    "connection": "It was closed: clients that connect again get another name.",
    "channel": "It was closed, or its connection was.",
    "node": "It left the cluster, or never was in it.",
    "feature": "Another version of the broker may have it.",
    "shovel": "It was deleted, or ended by itself when it had taken what it was to take.",
    "user": "It was deleted, or never added; names are case-sensitive.",
}


TITLES: dict[type[ClientError], str] = {
    BrokerUnreachable: "The broker does not answer",
    LoginRefused: "The broker refused the login",
    PermissionDenied: "The broker does not allow this",
    ObjectNotFound: "There is no such thing on the broker",
}
