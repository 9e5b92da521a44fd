"""What every page has in common that asks before it deletes: show, check what was typed, do, record, go on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from dashboard.forms.confirm import ConfirmForm
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation
from dashboard.views.place import Place
from dashboard.words import sentence

Do = Callable[[BrokerClient, ConfirmForm], None]


def confirm(
    request: HttpRequest,
    here: Place,
    page: Confirmation,
    asked: ChangeParameters,
    do: Do,
    done: tuple[str, str],
    kind: Kind = Kind.REMOVE,
) -> HttpResponse:
    """The page, or what follows it: `done` is the address to go to, and the sentence to say there."""
    form = ConfirmForm(request.POST if request.method == "POST" else None, page)
    failure = ""
    if not page.refusal and form.is_valid():
        try:
            change(kind, here.user, here.broker, here.vhost, asked, lambda client: do(client, form))
        except ClientError as error:
            failure = sentence(error)
        else:
            address, text = done
            messages.success(request, text)
            return redirect(address)
    return render(request, "confirm/confirm.html", {"page": page, "form": form, "failure": failure})
