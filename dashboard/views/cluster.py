"""What concerns a broker as a whole: its cluster's name, and the statistics that it keeps."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from dashboard.forms.cluster import ClusterForm
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.changes import change
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb
from dashboard.pages.nodes import RenamePage
from dashboard.views.confirming import confirm
from dashboard.views.declare import refused
from dashboard.views.place import says_why, whole
from dashboard.words import visible


@require_http_methods(["GET", "POST"])
@says_why
def rename(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    before = here.client().overview().cluster_name
    form = ClusterForm(request.POST if request.method == "POST" else None, initial={"name": before})
    failure = ""
    if form.is_bound and form.is_valid():
        name: str = form.cleaned_data["name"]
        asked = ChangeParameters("cluster", name, {"name": name}, {"name": before})
        try:
            change(Kind.CHANGE, here.user, here.broker, "", asked, lambda client: client.rename_cluster(name))
        except ClientError as error:
            failure = refused(form, error, "name")
        else:
            messages.success(request, f"The cluster is called {visible(name)}.")
            return redirect("nodes", broker)
    return render(request, "nodes/rename.html", {"page": RenamePage(here.broker, form, failure)})


@require_http_methods(["GET", "POST"])
@says_why
def reset(request: HttpRequest, broker: str) -> HttpResponse:
    here = whole(request, broker, Role.ADMIN)
    back = reverse("nodes", args=[broker])
    page = Confirmation(
        broker=here.broker,
        crumbs=(Crumb("Nodes", back),),
        title=f"Reset the statistics of {here.broker.name}?",
        lead=f"This lets {here.broker.name} forget the rates and lengths that it remembers, on all nodes.",
        effects=(
            "Its own charts begin anew, and rates are not known for some seconds.",
            "Postroom’s charts keep their past, which it has written down itself.",
            "Queues, messages, connections and everything that is set up stay as they are.",
        ),
        button="Reset statistics",
        cancel=back,
        verb="Reset",
    )
    asked = ChangeParameters("statistics", "of all nodes")

    def do(client: BrokerClient, form: object) -> None:
        client.reset_statistics()

    return confirm(request, here, page, asked, do, (back, "The statistics are reset."), Kind.CHANGE)
