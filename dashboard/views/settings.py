"""A person's own settings, how the installation is set up, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import access, installation, preferences
from dashboard.forms.preferences import PreferencesForm
from dashboard.installation import Setting, Version
from dashboard.models import Broker
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class SettingsPage:
    form: PreferencesForm
    zones: tuple[str, ...]
    installation: tuple[Setting, ...] | None
    """None: only administrators of Postroom see how it is set up."""


@dataclass(slots=True, frozen=True)
class AboutPage:
    versions: tuple[Version, ...]
    brokers: tuple[tuple[Broker, Snapshot], ...]


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    mine = preferences.of(user)
    mine.user = user
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=mine)
    if form.is_valid():
        form.save()
        messages.success(request, "Your settings are kept.")
        return redirect("settings")
    page = SettingsPage(form, preferences.ZONES.names, installation.effective() if user.is_superuser else None)
    return render(request, "settings/settings.html", {"page": page})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    visible = access.visible_brokers(request.user)
    brokers = tuple((broker, access.visible_snapshot(request.user, broker)) for broker in visible)
    return render(request, "settings/about.html", {"page": AboutPage(installation.versions(), brokers)})
