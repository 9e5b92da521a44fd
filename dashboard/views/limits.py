"""Limits of vhosts and users: all on one page, each row a form of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from dashboard import brokers
from dashboard.forms.vhost import USER_LIMITS, VHOST_LIMITS, LimitsForm
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.limits import Limited, LimitsPage
from dashboard.views.place import Place, says_why, whole
from dashboard.words import sentence, visible

OF = {"vhost": VHOST_LIMITS, "user": USER_LIMITS}
SHOWN = 200
"""Rows of each kind; a filter finds the others."""


@require_http_methods(["GET", "POST"])
@says_why
def limits(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    failure, posted = "", None
    if request.method == "POST":
        noun, name = request.POST.get("of", ""), request.POST.get("name", "")
        if noun not in OF:
            raise Http404("There are limits of vhosts and of users only.")
        posted = noun, name, LimitsForm(request.POST, limits=OF[noun])
        if posted[2].is_valid():
            try:
                is_changed = _set(here, noun, name, posted[2].wanted())
            except ClientError as error:
                failure = f"The limits of {visible(name)} were not changed: {sentence(error)}"
            else:
                text = f"The limits of {noun} {visible(name)} are set." if is_changed else "Nothing was different."
                messages.success(request, text)
                query = f"?{urlencode({'q': request.GET['q']})}" if request.GET.get("q") else ""
                return redirect(reverse("limits", args=[broker]) + query)
    return render(request, "limits/limits.html", {"page": _page(request, here, posted, failure)})


def _page(request: HttpRequest, here: Place, posted: tuple[str, str, LimitsForm] | None, failure: str) -> LimitsPage:
    client, text = here.client(), request.GET.get("q", "").strip()
    taken = brokers.snapshot(here.broker)
    counts: dict[str, int] = {}
    for vhost, _ in taken.queues:
        counts[vhost] = counts.get(vhost, 0) + 1
    names = [each.name for each in client.vhosts()]
    vhosts = _rows("vhost", names, text, _known(client, "vhost"), posted, lambda name: _queues(counts.get(name, 0)))
    users, why = None, ""
    try:
        users = _rows(
            "user", [each.name for each in client.users()], text, _known(client, "user"), posted, lambda _: ""
        )
    except ClientError as error:
        why = sentence(error)
    return LimitsPage(here.broker, vhosts, users, why, failure, text)


def _rows(
    noun: str,
    names: list[str],
    text: str,
    known: dict[str, dict[str, int]],
    posted: tuple[str, str, LimitsForm] | None,
    now: Callable[[str], str],
) -> tuple[Limited, ...]:
    """Those with limits first."""
    found = sorted((name for name in names if text.lower() in name.lower()), key=lambda name: (name not in known, name))
    return tuple(
        Limited(
            name,
            posted[2]
            if posted is not None and posted[:2] == (noun, name)
            else LimitsForm(limits=OF[noun], initial=known.get(name, {})),
            now(name),
        )
        for name in found[:SHOWN]
    )


def _known(client: BrokerClient, noun: str) -> dict[str, dict[str, int]]:
    """Per name its limits; a negative one is none."""
    found = client.vhost_limits() if noun == "vhost" else client.user_limits()
    return {each.name: {name: value for name, value in each.values.items() if value >= 0} for each in found}


def _set(here: Place, noun: str, name: str, wanted: dict[str, int | None]) -> bool:
    """Set what differs and clear what is empty; whether anything differed. Raises ClientError."""
    before = _known(here.client(), noun).get(name, {})
    differing = {limit: value for limit, value in wanted.items() if before.get(limit) != value}
    if not differing:
        return False

    def do(client: BrokerClient) -> None:
        put = client.put_vhost_limit if noun == "vhost" else client.put_user_limit
        clear = client.delete_vhost_limit if noun == "vhost" else client.delete_user_limit
        for limit, value in differing.items():
            if value is None:
                clear(name, limit)
            else:
                put(name, limit, value)

    told = {limit: "no limit" if value is None else value for limit, value in differing.items()}
    was = {limit: before.get(limit, "no limit") for limit in differing}
    asked = ChangeParameters(f"limits of {noun}", name, told, was)
    change(Kind.CHANGE, here.user, here.broker, "", asked, do)
    return True


def _queues(count: int) -> str:
    return f"{count:,} queue{'' if count == 1 else 's'}"
