"""A shovel of a real RabbitMQ, made as its own console does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brokerctl import names
from brokerctl.clients.links import Shovel
from brokerctl.errors import ClientError
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_until


@contextmanager
def shoveling(place: Place, name: str) -> Iterator[Shovel]:
    """It runs, from one new queue to another. It is deleted at the end, unless it was meanwhile."""
    source, destination = place.queue(), place.queue()
    uri = f"amqp://guest:guest@127.0.0.1:{place.address.amqp_port}/{names.path(VHOST)[1:]}"
    value = {"src-uri": uri, "src-queue": source, "dest-uri": uri, "dest-queue": destination}
    with place.api() as api:
        api.put(names.path("parameters", "shovel", VHOST, name), json={"value": value}).raise_for_status()
    wait_until(lambda: (found(place, name) or _NONE).state == "running")
    there = found(place, name)
    assert there is not None
    try:
        yield there
    finally:
        if found(place, name) is not None:
            place.client.delete_shovel(VHOST, name)
        for queue in (source, destination):
            place.client.delete_queue(VHOST, queue)


def found(place: Place, name: str) -> Shovel | None:
    try:
        return next((each for each in place.client.shovels() if (each.vhost, each.name) == (VHOST, name)), None)
    except ClientError:
        return None


_NONE = Shovel("", "", "", "none", is_dynamic=True, since="")
