"""Register, change and remove brokers. For superusers: an address and a password concern everybody who uses them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address
from brokerctl.clients.registry import connect
from brokerctl.errors import BrokerUnreachable, ClientError, LoginRefused, ObjectNotFound, PermissionDenied
from dashboard import access, brokers, secrets
from dashboard.forms.broker import BrokerForm, RemoveForm
from dashboard.models import Broker
from dashboard.words import sentence

DEFAULT_VHOST = "/"


@dataclass(slots=True, frozen=True)
class BrokerPage:
    form: BrokerForm
    broker: Broker | None
    """None for a new one."""


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    _superusers_only(request)
    form = BrokerForm(request.POST or None)
    if form.is_valid():
        form.instance.slug = form.slug()
        if _save(form):
            return redirect("queues", form.instance.slug)
    return render(request, "brokers/edit.html", {"page": BrokerPage(form, None)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, broker: str) -> HttpResponse:
    row = _registered(request, broker)
    form = BrokerForm(request.POST or None, instance=row)
    if form.is_valid() and _save(form):
        return redirect("queues", broker)
    # The form has written what was typed into its row; the page's title keeps the name that is registered.
    return render(request, "brokers/edit.html", {"page": BrokerPage(form, _registered(request, broker))})


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


def _save(form: BrokerForm) -> bool:
    """Test both doors, then save. What fails becomes a sentence beside the field it belongs to."""
    row: Broker = form.instance
    if form.cleaned_data["password"]:
        row.password_encrypted = secrets.encrypt(form.cleaned_data["password"])
    try:
        address = brokers.address(row)
    except brokers.Misconfigured as error:
        form.add_error("password", sentence(error))
        return False
    vhost = _try_api(form, address)
    _try_amqp(form, address, vhost)
    if form.errors:
        return False
    row.save()
    brokers.forget(row.pk)
    return True


def _try_api(form: BrokerForm, address: Address) -> str:
    """Log in to the management API; the vhost to try AMQP with."""
    try:
        client = connect(address)
    except ClientError as error:
        form.add_error(_field(error, "api_port"), sentence(error))
        return DEFAULT_VHOST
    try:
        names = [vhost.name for vhost in client.vhosts()]
    except ClientError as error:
        form.add_error(_field(error, "api_port"), sentence(error))
        return DEFAULT_VHOST
    finally:
        client.close()
    return DEFAULT_VHOST if DEFAULT_VHOST in names or not names else names[0]


def _try_amqp(form: BrokerForm, address: Address, vhost: str) -> None:
    """Open a session and close it again."""
    try:
        PikaSession.open(address, vhost).close()
    except (ObjectNotFound, PermissionDenied) as error:
        # The door opens and the login is right. Without the API's list of vhosts this one was only a guess.
        if not form.errors:
            form.add_error("username", sentence(error))
    except ClientError as error:
        field = _field(error, "amqp_port")
        # The same user, password and host serve both doors: said once is enough.
        if field == "amqp_port" or field not in form.errors:
            form.add_error(field, sentence(error))


def _field(error: ClientError, port: str) -> str:
    match error:
        case LoginRefused():
            return "password"
        case PermissionDenied():
            return "username"
        case BrokerUnreachable() if "no host" in str(error):
            return "host"
        case _:
            return port
