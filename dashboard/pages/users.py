"""Users of a broker: the list's rows, the page of one, and what somebody may do in a vhost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from brokerctl.clients.models import Permission, TopicPermission, User
from dashboard.declaring.rights import RIGHTS, Names, Reach, Right, is_loose, meaning, phrase
from dashboard.looks.kinds import UsersLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import Snapshot

TAGS = {
    "administrator": "Everything, users and their permissions included",
    "monitoring": "Sees nodes and everybody’s connections and channels",
    "policymaker": "Sets policies and parameters in its vhosts",
    "management": "Uses the management API in its vhosts",
    "impersonator": "May publish under the names of other users",
}
"""Those that brokers know, and what each lets a user do; others mean what you make of them."""


@dataclass(slots=True, frozen=True)
class ListedUser:
    slug: str
    user: User
    limits: dict[str, int]
    vhosts: tuple[str, ...]
    """Which it may use, sorted."""
    full: int
    """In how many of them it may do everything."""
    connections: int
    is_ours: bool
    """Whether Postroom logs in as this one."""


@dataclass(slots=True, frozen=True)
class RightCell:
    """One pattern in a table: what it is, what it reaches, and whether somebody should look at it."""

    pattern: str
    text: str
    css: str
    title: str
    """In a whole sentence."""


@dataclass(slots=True, frozen=True)
class Granted:
    """What one user may do in one vhost."""

    user: str
    vhost: str
    cells: tuple[RightCell, ...]
    topics: tuple[TopicPermission, ...]
    connections: int | None = None
    """How many it has open in the vhost; None where nobody counted."""


@dataclass(slots=True, frozen=True)
class UserPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[UsersLook]
    row: ListedUser
    granted: tuple[Granted, ...]
    tags: tuple[tuple[str, str], ...]
    """Each with what it lets the user do."""
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    has_topics: bool
    """Whether the broker knows topic permissions."""


@dataclass(slots=True, frozen=True)
class UserFormPage:
    broker: Broker
    user: User | None
    """The one that is changed; None for a new one."""
    form: object
    failure: str
    effects: tuple[str, ...] = ()
    """What the change does to what is open now."""
    refusal: str = ""
    """Why it cannot be done to this user."""
    is_reviewed: bool = False


@dataclass(slots=True, frozen=True)
class SecretPage:
    """A password that was made up: it is told in this one answer, and never again."""

    broker: Broker
    user: str
    password: str
    is_new: bool


def listed(slug: str, look: UsersLook, ours: str) -> list[ListedUser]:
    granted: dict[str, list[Permission]] = {}
    for each in look.permissions:
        granted.setdefault(each.user, []).append(each)
    connections = Counter(each.user for each in look.connections)
    return [
        ListedUser(
            slug,
            user,
            look.limits.get(user.name, {}),
            vhosts=tuple(sorted(each.vhost for each in granted.get(user.name, ()))),
            full=sum(_is_full(each) for each in granted.get(user.name, ())),
            connections=connections[user.name],
            is_ours=user.name == ours,
        )
        for user in look.users
    ]


def granted(
    permissions: Iterable[Permission], topics: Iterable[TopicPermission], taken: Snapshot, look: UsersLook | None = None
) -> tuple[Granted, ...]:
    """Permissions as rows of a table, with what each pattern reaches now."""
    by_place: dict[tuple[str, str], list[TopicPermission]] = {}
    for each in topics:
        by_place.setdefault((each.user, each.vhost), []).append(each)
    connections = None if look is None else Counter((each.user, each.vhost) for each in look.connections)
    return tuple(
        Granted(
            each.user,
            each.vhost,
            tuple(cell(right, getattr(each, right.name), Names.of(taken, each.vhost)) for right in RIGHTS),
            tuple(sorted(by_place.get((each.user, each.vhost), ()), key=lambda topic: topic.exchange)),
            None if connections is None else connections[each.user, each.vhost],
        )
        for each in sorted(permissions, key=lambda each: (each.vhost, each.user))
    )


def cell(right: Right, pattern: str, names: Names) -> RightCell:
    title = right.sentence(pattern)
    reach = meaning(pattern).reach
    if reach is Reach.NOTHING:
        return RightCell(pattern or "^$", "nothing", "z", title)
    if reach is Reach.EVERYTHING:
        return RightCell(pattern, "everything", "txt-warn", title)
    found = names.matched(pattern)
    if found.problem:
        return RightCell(pattern, phrase(pattern, right.words), "dim", f"{title} {found.problem}")
    if is_loose(pattern) and found.beyond:
        return RightCell(pattern, f"{found.text}, not anchored", "txt-warn", title)
    return RightCell(pattern, found.text, "sub" if found.count else "dim", title)


def _is_full(permission: Permission) -> bool:
    return all(meaning(getattr(permission, right.name)).reach is Reach.EVERYTHING for right in RIGHTS)
