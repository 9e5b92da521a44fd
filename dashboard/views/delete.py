"""Delete a queue, an exchange or a binding: the page names what goes and what stops, then it is done at once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Binding, Exchange
from brokerctl.errors import ClientError
from dashboard import brokers
from dashboard.forms.confirm import ConfirmForm
from dashboard.forms.purge import TYPED_ABOVE
from dashboard.models.grant import Role
from dashboard.operations import leaving
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.confirm import Confirmation, Crumb, Option
from dashboard.views.confirming import confirm
from dashboard.views.place import Place, not_ours, place, says_why
from dashboard.words import visible

CONDITIONS = (
    Option("if_empty", "Only if it is empty by then"),
    Option("if_unused", "Only if nobody consumes from it by then"),
)


@require_http_methods(["GET", "POST"])
@says_why
def queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.ADMIN)
    not_ours(here, queue)
    state = here.client().queue(vhost, queue)
    bindings = [each for each in here.client().queue_bindings(vhost, queue) if each.source]
    shown, count = visible(queue), state.messages
    lost = f" and its {count:,} message{'' if count == 1 else 's'}" if count else ", which is empty"
    is_used = count > TYPED_ABOVE or bindings or state.consumers
    page = Confirmation(
        broker=here.broker,
        crumbs=_crumbs(here, "queues", "queue", queue),
        title=f"Delete {shown}?",
        lead=f"This deletes the {state.type} queue {shown}{lost}, in vhost {vhost} on {here.broker.name}. "
        "It cannot be undone.",
        effects=leaving.with_queue(state, bindings, here.last_known(queue)),
        button=f"Delete queue and {count:,} message{'' if count == 1 else 's'}" if count else "Delete queue",
        cancel=reverse("queue", args=[broker, vhost, queue]),
        typed=queue if is_used else "",
        seen=count,
        options=CONDITIONS,
    )

    def delete(client: BrokerClient, form: ConfirmForm) -> None:
        client.delete_queue(vhost, queue, if_empty=form.ticked("if_empty"), if_unused=form.ticked("if_unused"))
        brokers.without_queue(here.broker.pk, vhost, queue)

    before = {"durable": state.durable, "messages": count, "bindings": len(bindings), **state.arguments}
    done = f"Queue {shown} is deleted" + (f", with {count:,} message{'' if count == 1 else 's'}." if count else ".")
    asked = ChangeParameters("queue", queue, before=before)
    return confirm(request, here, page, asked, delete, (_list(here, "queues"), done))


@require_http_methods(["GET", "POST"])
@says_why
def exchange(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    here = place(request, broker, vhost, Role.ADMIN)
    state = here.client().exchange(vhost, exchange)
    if not exchange or exchange.startswith("amq."):
        raise Http404("This exchange is the broker's own: every vhost has it, and it cannot be deleted.")
    outgoing, incoming = here.client().exchange_bindings(vhost, exchange)
    shown = visible(exchange)
    page = Confirmation(
        broker=here.broker,
        crumbs=_crumbs(here, "exchanges", "exchange", exchange),
        title=f"Delete {shown}?",
        lead=f"This deletes the {state.type} exchange {shown} in vhost {vhost} on {here.broker.name}. "
        "It cannot be undone.",
        effects=leaving.with_exchange(state, outgoing, incoming, brokers.snapshot(here.broker)),
        button="Delete exchange",
        cancel=reverse("exchange", args=[broker, vhost, exchange]),
        typed=exchange if outgoing or incoming else "",
        seen=len(outgoing) + len(incoming),
        counted="bindings",
        options=(Option("if_unused", "Only if nothing is bound to it by then"),),
    )

    def delete(client: BrokerClient, form: ConfirmForm) -> None:
        client.delete_exchange(vhost, exchange, if_unused=form.ticked("if_unused"))
        brokers.without_exchange(here.broker.pk, vhost, exchange)

    before = {"type": state.type, "durable": state.durable, "bindings": page.seen, **state.arguments}
    asked = ChangeParameters("exchange", exchange, before=before)
    return confirm(request, here, page, asked, delete, (_list(here, "exchanges"), f"Exchange {shown} is deleted."))


@require_http_methods(["GET", "POST"])
@says_why
def binding(request: HttpRequest, broker: str, vhost: str) -> HttpResponse:
    """The binding is named by the query: source, to (queue or exchange), destination, key (its properties key)."""
    here = place(request, broker, vhost, Role.ADMIN)
    asked = {name: request.GET.get(name, "") for name in ("source", "to", "destination", "key", "back")}
    source = here.client().exchange(vhost, asked["source"])
    of_source, to_end, found = _found(here, source, asked)
    end = visible(found.destination)
    back = ("queue", found.destination) if asked["back"] == "queue" else ("exchange", found.source)
    is_of_list = asked["back"] == "bindings"
    page = Confirmation(
        broker=here.broker,
        crumbs=(Crumb("Bindings", _list(here, "bindings")),) if is_of_list else _crumbs(here, f"{back[0]}s", *back),
        title=f"Unbind {end}?",
        lead=f"This takes away the binding from exchange {visible(found.source)} to {found.destination_type} {end}, "
        f"in vhost {vhost} on {here.broker.name}.",
        effects=leaving.without_binding(found, of_source, to_end, source),
        button="Unbind",
        cancel=_list(here, "bindings") if is_of_list else reverse(back[0], args=[broker, vhost, back[1]]) + "#bindings",
        verb="Unbind",
    )
    before = {"source": found.source, found.destination_type: found.destination, "routing_key": found.routing_key}
    before |= found.arguments
    parameters = ChangeParameters("binding", f"{found.source} → {found.destination}", before=before)
    is_gone = source.auto_delete and len(of_source) == 1 and back[0] == "exchange" and not is_of_list
    onwards = _list(here, "exchanges") if is_gone else page.cancel
    done = f"{visible(found.source)} is no longer bound to {end} by this."
    return confirm(request, here, page, parameters, lambda client, form: client.unbind(found), (onwards, done))


def _found(here: Place, source: Exchange, asked: dict[str, str]) -> tuple[list[Binding], list[Binding], Binding]:
    """All bindings of the source, all to the destination, and the one that was asked for. Raises Http404."""
    of_source, _ = here.client().exchange_bindings(here.vhost, source.name)
    wanted = (asked["to"], asked["destination"], asked["key"])
    for each in of_source:
        if (each.destination_type, each.destination, each.properties_key) == wanted:
            return of_source, _to_end(here, each), each
    raise Http404("There is no such binding. It was taken away meanwhile.")


def _to_end(here: Place, binding: Binding) -> list[Binding]:
    try:
        if binding.destination_type == "queue":
            return here.client().queue_bindings(here.vhost, binding.destination)
        return here.client().exchange_bindings(here.vhost, binding.destination)[1]
    except ClientError:
        # An exclusive queue tells nobody but its owner; what is asked about is there all the same.
        return [binding]


def _crumbs(here: Place, listing: str, item: str, name: str) -> tuple[Crumb, ...]:
    slug, vhost = here.broker.slug, here.vhost
    return Crumb(vhost, _list(here, listing)), Crumb(name or "(default)", reverse(item, args=[slug, vhost, name]))


def _list(here: Place, listing: str) -> str:
    return reverse(listing, args=[here.broker.slug])
