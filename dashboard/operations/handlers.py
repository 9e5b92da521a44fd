"""What each kind of job does: from the parameters of its row to the procedure in brokerctl.operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ObjectNotFound
from brokerctl.operations import many
from brokerctl.operations import move as moving
from brokerctl.operations import purge as purging
from brokerctl.operations.move import Destination, Edit, Plan
from brokerctl.operations.progress import Control, Tally
from dashboard import brokers
from dashboard.models import Broker, Operation
from dashboard.models.operation import OF_QUEUES, Kind
from dashboard.operations import importing, policies
from dashboard.operations.parameters import ManyParameters, MoveParameters, PurgeParameters, RepublishParameters

ANSWER_SECONDS = 10.0
"""How long a job waits for one answer of a broker; nobody sits in front of it, so longer than a page does."""

Edits = Mapping[str, Edit]


def handle(operation: Operation, control: Control, edits: Edits | None = None) -> Tally:
    """Do what the row asks for. Raises ClientError with a sentence, OperationCancelled when somebody stopped it."""
    if operation.broker is None:
        raise ObjectNotFound(f"{operation.broker_name} was removed from Postroom before this job began")
    client = connected(operation.broker)
    return _HANDLERS[Kind(operation.kind)](operation, client, control, edits or {})


def connected(broker: Broker) -> BrokerClient:
    return brokers.client(broker, ANSWER_SECONDS)


def _purge(operation: Operation, client: BrokerClient, control: Control, edits: Edits) -> Tally:
    asked = PurgeParameters.from_json(operation.parameters)
    if asked.count is not None:
        return purging.purge_first(client, operation.vhost, operation.queue, asked.count, control)
    return purging.purge(client, operation.vhost, operation.queue, control)


def _move(operation: Operation, client: BrokerClient, control: Control, edits: Edits, *, keep: bool) -> Tally:
    asked = MoveParameters.from_json(operation.parameters)
    target = Broker.objects.filter(slug=asked.broker).first()
    if target is None:
        raise ObjectNotFound(f"{asked.broker} was removed from Postroom before this job began")
    # Often the same broker: a second client of it costs nothing, brokers.client() gives the same one.
    destination = Destination(connected(target), asked.vhost, asked.exchange, asked.routing_key)
    plan = Plan(client, operation.vhost, operation.queue, destination, asked.fingerprints, keep)
    return moving.move(plan, control)


def _republish(operation: Operation, client: BrokerClient, control: Control, edits: Edits) -> Tally:
    asked = RepublishParameters.from_json(operation.parameters)
    destination = Destination(client, operation.vhost, asked.exchange, asked.routing_key)
    plan = Plan(
        client, operation.vhost, operation.queue, destination, asked.fingerprints, asked.keep, edits=dict(edits)
    )
    return moving.move(plan, control)


def _many(operation: Operation, client: BrokerClient, control: Control, edits: Edits) -> Tally:
    asked = ManyParameters.from_json(operation.parameters)
    return many.each(asked.names(), _act(Kind(operation.kind), client, asked), control)


def _act(kind: Kind, client: BrokerClient, asked: ManyParameters) -> many.Act:
    match kind:
        case Kind.PURGE_MANY:
            return many.purge(client)
        case Kind.DELETE:
            return many.delete(client)
        case Kind.POLICY:
            return policies.put(client, asked)
        case Kind.MOVE_MANY:
            assert asked.destination is not None
            return many.move(client, Destination(client, asked.destination["vhost"], "", asked.destination["queue"]))
        case _:
            return many.pause(client, is_paused=kind is Kind.PAUSE)


def _import(operation: Operation, client: BrokerClient, control: Control, edits: Edits) -> Tally:
    return importing.apply(operation, client, control)


_HANDLERS: dict[Kind, Callable[[Operation, BrokerClient, Control, Edits], Tally]] = {
    Kind.PURGE: _purge,
    Kind.MOVE: partial(_move, keep=False),
    Kind.COPY: partial(_move, keep=True),
    Kind.REPUBLISH: _republish,
    **dict.fromkeys(OF_QUEUES, _many),
    Kind.IMPORT: _import,
}
"""Publishing is not here: one message is published in the request, which records it as done."""
