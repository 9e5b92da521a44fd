"""What a person chose for all pages, with every request: theme, time zone, keys, rows."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.models import Preferences


def of(user: User | AbstractBaseUser | AnonymousUser) -> Preferences:
    """A person's own; what everybody has who chose nothing, or is not logged in."""
    found = Preferences.objects.filter(user=user.pk).first() if user.is_authenticated else None
    return found or Preferences()


class Preferred:
    """Middleware: `request.preferences`, and times in the chosen zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        preferences = of(user) if user is not None else Preferences()
        request.preferences = preferences  # type: ignore[attr-defined]
        zone = zone_of(preferences.time_zone)
        if zone is None:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)


def zone_of(name: str) -> zoneinfo.ZoneInfo | None:
    """None for no name, and for one that this machine does not know (any more)."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None


class Zones:
    """The names of all zones, read once: they are files."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(zoneinfo.available_timezones()))


ZONES = Zones()
