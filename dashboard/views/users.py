"""One user of a broker: what it is, and what it may do where."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.errors import ObjectNotFound
from dashboard import access
from dashboard.looks import kinds, look
from dashboard.looks.kinds import UsersLook
from dashboard.models.grant import Role
from dashboard.pages.users import TAGS, ListedUser, UserPage, granted, listed
from dashboard.views.place import says_why, whole
from dashboard.words import counted

LIMITS = {"max-connections": "Connections at most", "max-channels": "Channels at most"}
OF_YOUR_OWN = "a word of your own; the broker makes nothing of it"


@says_why
def detail(request: HttpRequest, broker: str, user: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    seen = look.take(here.broker, kinds.USERS)
    row = next((each for each in listed(broker, seen.value, here.broker.username) if each.user.name == user), None)
    if row is None:
        raise ObjectNotFound(f"there is no user {user}")
    taken = access.visible_snapshot(request.user, here.broker)
    found = seen.value
    page = UserPage(
        broker=here.broker,
        snapshot=taken,
        look=seen,
        row=row,
        granted=granted(
            (each for each in found.permissions if each.user == user),
            (each for each in found.topic_permissions or () if each.user == user),
            taken,
            found,
        ),
        tags=tuple((tag, TAGS.get(tag, OF_YOUR_OWN)) for tag in row.user.tags),
        facts=_facts(row, found),
        warnings=_warnings(row),
        has_topics=found.topic_permissions is not None,
    )
    return render(request, "users/user.html", {"page": page})


def _facts(row: ListedUser, found: UsersLook) -> tuple[tuple[str, str], ...]:
    has = {True: "yes", False: "no: only certificates, or a login that other software checks", None: "not told"}
    facts = {"Password": has[row.user.has_password]}
    for name, label in LIMITS.items():
        value = row.limits.get(name, -1)
        facts[label] = "no limit" if value < 0 else f"{value:,}"
    hosts = sorted({each.peer_host for each in found.connections if each.user == row.user.name})
    facts["Connected from"] = ", ".join(hosts[:5]) + (f" and {len(hosts) - 5:,} more" if len(hosts) > 5 else "")
    return tuple((name, value or "nowhere now") for name, value in facts.items())


def _warnings(row: ListedUser) -> tuple[str, ...]:
    found = []
    if not row.vhosts:
        found.append("It may use no vhost: clients that log in with it cannot open any. Grant it something below.")
    if row.full and row.user.name == "guest":
        found.append(
            "Everybody knows the password that guest begins with, and it may do everything in "
            f"{counted(row.full, 'vhost')}. Brokers let it in from their own machine only, unless told otherwise."
        )
    return tuple(found)
