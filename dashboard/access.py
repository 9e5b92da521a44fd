"""Who may do what: the one place that decides, for pages, sockets and jobs alike.

Superusers may do everything. Others have grants: a role on a broker, for one vhost or for all. What somebody may not
see does not exist for them: 404, never 403, so that names cannot be probed.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import Http404

from dashboard import brokers
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.models.operation import OperationQuerySet
from dashboard.snapshot import Snapshot

Person = User | AbstractBaseUser | AnonymousUser

RANKS = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}


def visible_brokers(user: Person) -> QuerySet[Broker]:
    """Every broker the user may see anything of."""
    if not getattr(user, "is_active", False):
        return Broker.objects.none()
    if getattr(user, "is_superuser", False):
        return Broker.objects.all()
    return Broker.objects.filter(grants__user=user.pk).distinct()


def role_on(user: Person, broker: Broker, vhost: str | None = None) -> Role | None:
    """The highest role on this vhost; with None, on the broker as a whole (grants for all vhosts)."""
    if not getattr(user, "is_active", False):
        return None
    if getattr(user, "is_superuser", False):
        return Role.ADMIN
    vhosts = [""] if vhost is None else ["", vhost]
    roles = broker.grants.filter(user=user.pk, vhost__in=vhosts).values_list("role", flat=True)
    return max((Role(role) for role in roles), key=lambda role: RANKS[role], default=None)


def visible_vhosts(user: Person, broker: Broker) -> set[str] | None:
    """The vhosts the user may see; None means all of them."""
    if not getattr(user, "is_active", False):
        return set()
    if getattr(user, "is_superuser", False):
        return None
    vhosts = set(broker.grants.filter(user=user.pk).values_list("vhost", flat=True))
    return None if "" in vhosts else vhosts


def visible_snapshot(user: Person, broker: Broker) -> Snapshot:
    """What the collector last learned, of the vhosts the user may see: not even a count of others."""
    return brokers.snapshot(broker).only(visible_vhosts(user, broker))


def broker_or_404(user: Person, slug: str) -> Broker:
    """The broker, if the user may see anything of it."""
    found = visible_brokers(user).filter(slug=slug).first()
    if found is None:
        raise Http404("No such broker.")
    return found


def require(user: Person, broker: Broker, vhost: str | None, role: Role) -> None:
    """Raise Http404 when the vhost is not for this user at all, PermissionDenied when the role is too low."""
    mine = role_on(user, broker, vhost)
    if mine is None:
        raise Http404("No such vhost.")
    if RANKS[mine] < RANKS[role]:
        raise PermissionDenied(
            f"Your role on {broker.name}{f', vhost {vhost},' if vhost else ''} is {mine.value}; "
            f"this needs {role.value}. "
            "An administrator of Postroom can grant it."
        )


def require_somewhere(user: Person, broker: Broker, role: Role) -> None:
    """Raise PermissionDenied when the role is too low on every vhost that the user may see."""
    if not may_somewhere(user, broker, role):
        require(user, broker, min(visible_vhosts(user, broker) or ("",)), role)


def is_admin_somewhere(user: Person, broker: Broker) -> bool:
    """Whether the user may declare and delete on some vhost of the broker."""
    if not getattr(user, "is_active", False):
        return False
    return bool(getattr(user, "is_superuser", False)) or broker.grants.filter(user=user.pk, role=Role.ADMIN).exists()


def may(user: Person, broker: Broker, vhost: str, role: Role) -> bool:
    """Whether the user has at least this role there."""
    mine = role_on(user, broker, vhost)
    return mine is not None and RANKS[mine] >= RANKS[role]


def may_somewhere(user: Person, broker: Broker, role: Role) -> bool:
    """Whether the user has at least this role on any vhost of the broker."""
    if not getattr(user, "is_active", False):
        return False
    if getattr(user, "is_superuser", False):
        return True
    roles = broker.grants.filter(user=user.pk).values_list("role", flat=True)
    return any(RANKS[Role(each)] >= RANKS[role] for each in roles)


def vhosts_with(user: Person, broker: Broker, role: Role, known: Iterable[str]) -> list[str]:
    """Of the vhosts that are known, those where the user has at least this role; sorted."""
    if not getattr(user, "is_active", False):
        return []
    if getattr(user, "is_superuser", False):
        return sorted(known)
    grants = broker.grants.filter(user=user.pk).values_list("vhost", "role")
    granted = {vhost for vhost, mine in grants if RANKS[Role(mine)] >= RANKS[role]}
    return sorted(known if "" in granted else granted.intersection(known))


def visible_operations(user: Person) -> OperationQuerySet:
    """Jobs on the vhosts the user may see. Those of removed brokers are for superusers only."""
    if getattr(user, "is_active", False) and getattr(user, "is_superuser", False):
        return Operation.objects.all()
    mine = Q(broker__grants__user=user.pk) if getattr(user, "is_active", False) else Q(pk__in=())
    # One on queues of several vhosts tells of all of them: for whoever started it, and those who see all.
    on_vhost = Q(broker__grants__vhost="") | Q(broker__grants__vhost=F("vhost")) | Q(vhost="", created_by=user.pk)
    return Operation.objects.filter(mine & on_vhost).distinct()
