"""A shovel, or a federated queue, of a real RabbitMQ, made as its own console does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brokerctl import names
from brokerctl.clients.links import FederationLink, Shovel
from brokerctl.errors import ClientError
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_for

CLOSED_PORT = 9
"""Nothing listens there: the discard service's, which nobody runs."""


@contextmanager
def shoveling(place: Place, name: str) -> Iterator[Shovel]:
    """It runs, from one new queue to another. It is deleted at the end, unless it was meanwhile."""
    source, destination = place.queue(), place.queue()
    uri = f"amqp://guest:guest@127.0.0.1:{place.address.amqp_port}/{names.path(VHOST)[1:]}"
    value = {"src-uri": uri, "src-queue": source, "dest-uri": uri, "dest-queue": destination}
    with place.api() as api:
        api.put(names.path("parameters", "shovel", VHOST, name), json={"value": value}).raise_for_status()
        try:
            yield wait_for(lambda: now if (now := found(place, name)) and now.state == "running" else None)
        finally:
            # Its parameter is there, or is not; whether it is told of depends on the moment.
            api.delete(names.path("parameters", "shovel", VHOST, name))
            for queue in (source, destination):
                place.client.delete_queue(VHOST, queue)


@contextmanager
def federating(place: Place, name: str) -> Iterator[FederationLink]:
    """A new queue is federated with an upstream of this name that nobody listens at, as its link says.

    It does not try again by itself while a test lasts.
    """
    queue = place.queue()
    value = {"uri": f"amqp://ann:s3cret@127.0.0.1:{CLOSED_PORT}", "reconnect-delay": 3_600}
    policy = {"pattern": f"^{queue}$", "definition": {"federation-upstream": name}, "apply-to": "queues"}
    paths = {
        names.path("parameters", "federation-upstream", VHOST, name): {"value": value},
        names.path("policies", VHOST, name): policy,
    }
    with place.api() as api:
        for path, body in paths.items():
            api.put(path, json=body).raise_for_status()
        try:
            yield wait_for(lambda: now if (now := linked(place, queue)) and now.state == "error" else None)
        finally:
            for path in paths:
                api.delete(path)
            place.client.delete_queue(VHOST, queue)


def linked(place: Place, queue: str) -> FederationLink | None:
    return next((each for each in place.client.federation_links() if each.name == queue), None)


def found(place: Place, name: str) -> Shovel | None:
    try:
        return next((each for each in place.client.shovels() if (each.vhost, each.name) == (VHOST, name)), None)
    except ClientError:
        return None
