"""Register, change, try and remove brokers. For superusers: an address and a password concern everybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.errors import BrokerUnreachable, ClientError, LoginRefused, PermissionDenied
from dashboard import access, brokers, certificates, nearby, secrets
from dashboard.certificates import Facts, Tls
from dashboard.forms.broker import BrokerForm, EnvironmentForm, RemoveForm, colour_of
from dashboard.models import Broker
from dashboard.nearby import Nearby
from dashboard.operations.trying import Found, Trial, trial
from dashboard.words import sentence

LOCAL = ("localhost", "127.0.0.1", "::1")
WARNED = 3
"""Of what is missing for full use, how many sentences follow a saved broker; its page has them all."""


@dataclass(slots=True, frozen=True)
class BrokerPage:
    form: BrokerForm
    broker: Broker | None
    """None for a new one."""
    found: Found | None = None
    """What a test found; None before one, and when it failed."""
    amqp_ms: float | None = None
    ca: tuple[Facts, ...] = ()
    """Of the certificates that are stored."""
    certificate: tuple[Facts, ...] = ()
    nearby: tuple[Nearby, ...] = ()
    """Brokers of this machine that are not registered."""

    @property
    def has_tls(self) -> bool:
        """Whether the part about certificates is worth being open."""
        names = ("tls_ca", "tls_certificate", "tls_key")
        return bool(self.ca or self.certificate or any(name in self.form.errors for name in names))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    _superusers_only(request)
    given = {name: value for name, value in request.GET.items() if name in BrokerForm.base_fields}
    form = BrokerForm(request.POST, request.FILES) if request.method == "POST" else BrokerForm(initial=given)
    tried = None
    if form.is_valid():
        form.instance.slug = form.slug()
        tried = _try(form, Tls())
        if _saves(request, form, tried):
            return redirect("queues", form.instance.slug)
    known = {row.amqp_port for row in Broker.objects.filter(host__in=LOCAL)}
    found = nearby.brokers(known) if request.method == "GET" else ()
    return render(request, "brokers/edit.html", {"page": _page(form, None, tried, Tls(), found)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, broker: str) -> HttpResponse:
    _superusers_only(request)
    embedded = access.visible_brokers(request.user).filter(slug=broker, is_embedded=True).first()
    if embedded is not None:
        return _edit_embedded(request, embedded)
    row = _registered(request, broker)
    stored = _stored(row)
    colour = _chosen_colour(row)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BrokerForm(data, files, instance=row, initial={"colour": colour})
    tried = None
    if form.is_valid():
        tried = _try(form, stored)
        if _saves(request, form, tried):
            return redirect("queues", broker)
    # The form has written what was typed into its row; the page's title keeps the name that is registered.
    page = _page(form, _registered(request, broker), tried, stored, ())
    return render(request, "brokers/edit.html", {"page": page})


def _edit_embedded(request: HttpRequest, row: Broker) -> HttpResponse:
    """Its environment only: where it listens, and who we are there, are settings."""
    data = request.POST if request.method == "POST" else None
    form = EnvironmentForm(data, instance=row, initial={"colour": _chosen_colour(row)})
    if form.is_valid():
        form.save()
        shown = f"stands beside its name as {row.environment}" if row.environment else "has no environment now"
        messages.success(request, f"{row.name} {shown}.")
        return redirect("queues", row.slug)
    return render(request, "brokers/environment.html", {"form": form, "broker": row})


def _chosen_colour(row: Broker) -> str:
    """Empty: by the environment's name."""
    return row.colour if row.colour != colour_of(row.environment) else ""


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, broker: str) -> HttpResponse:
    row = _registered(request, broker)
    form = RemoveForm(request.POST or None, broker=row)
    if form.is_valid():
        brokers.forget(row.pk)
        row.delete()
        return redirect("overview")
    running = row.operations.unfinished().count()
    return render(request, "brokers/remove.html", {"form": form, "broker": row, "running": running})


def _superusers_only(request: HttpRequest) -> None:
    if not getattr(request.user, "is_superuser", False):
        raise Http404("Only administrators of Postroom register brokers.")


def _registered(request: HttpRequest, slug: str) -> Broker:
    """A broker that was registered by people; the embedded one is set by the settings."""
    _superusers_only(request)
    return get_object_or_404(access.visible_brokers(request.user), slug=slug, is_embedded=False)


def _stored(row: Broker) -> Tls:
    """Certificates that cannot be decrypted any more are as good as none: they must be given again."""
    try:
        return certificates.opened(bytes(row.tls_encrypted))
    except secrets.UndecryptableError:
        return Tls()


def _page(
    form: BrokerForm, broker: Broker | None, tried: Trial | None, stored: Tls, found: tuple[Nearby, ...]
) -> BrokerPage:
    return BrokerPage(
        form=form,
        broker=broker,
        found=tried.found if tried and not form.errors else None,
        amqp_ms=tried.amqp_ms if tried else None,
        ca=certificates.facts(stored.ca) if stored.ca else (),
        certificate=certificates.facts(stored.certificate) if stored.certificate else (),
        nearby=found,
    )


def _try(form: BrokerForm, stored: Tls) -> Trial | None:
    """Open both doors with what was typed. What fails becomes a sentence beside the field it belongs to."""
    row: Broker = form.instance
    tls = form.tls(form.carried_over()[1] or stored)
    row.tls_encrypted = certificates.sealed(tls)
    if form.errors:
        return None
    form.carry(tls)
    if form.cleaned_data["password"]:
        row.password_encrypted = secrets.encrypt(form.cleaned_data["password"])
    try:
        address = brokers.address(row)
    except brokers.Misconfigured as error:
        form.add_error("password", sentence(error))
        return None
    tried = trial(address)
    if tried.api_error is not None:
        form.add_error(_field(tried.api_error, "api_port"), sentence(tried.api_error))
    if tried.amqp_error is not None:
        field = _field(tried.amqp_error, "amqp_port")
        # The same user, password and host serve both doors: said once is enough.
        if field == "amqp_port" or field not in form.errors:
            form.add_error(field, sentence(tried.amqp_error))
    return tried


def _saves(request: HttpRequest, form: BrokerForm, tried: Trial | None) -> bool:
    """Save what opened both doors, unless it was only to be tried; and say what it turned out to be."""
    if form.errors or tried is None or tried.found is None or request.POST.get("step") == "test":
        return False
    row, found = form.instance, tried.found
    row.save()
    brokers.forget(row.pk)
    tags = ", ".join(found.tags) or "no tags"
    messages.success(request, f"{row.name} is {found.product} {found.version}; we are {found.user} there ({tags}).")
    for missing in found.missing[:WARNED]:
        messages.warning(request, missing)
    return True


def _field(error: ClientError, port: str) -> str:
    match error:
        case LoginRefused():
            return "password"
        case PermissionDenied():
            return "username"
        case BrokerUnreachable() if "no host" in str(error):
            return "host"
        case BrokerUnreachable() if "certificate" in str(error):
            return "tls_ca"
        case _:
            return port
