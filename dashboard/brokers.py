"""From a row to a connected client, and to what the collector last learned. The only way views reach a broker."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from django.conf import settings

from brokerctl.clients.base import Address, BrokerClient
from brokerctl.clients.registry import connect
from brokerctl.errors import ClientError
from dashboard import certificates, secrets
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, Snapshot

CLIENTS = 512
"""Clients kept with their connections, two for each broker: for pages and for the live side. The least recently used is
let go, and its connections end with the last one who uses it."""

_clients: OrderedDict[Hashable, BrokerClient] = OrderedDict()
_lock = threading.Lock()
_snapshots: dict[int, Snapshot] = {}


class Misconfigured(ClientError):
    """The row itself is the problem: its password cannot be decrypted."""


def address(broker: Broker, timeout_seconds: float | None = None) -> Address:
    """Where the broker is and who we are there; for pages unless a timeout is given.

    Raises Misconfigured when its password cannot be decrypted.
    """
    try:
        password = secrets.decrypt(bytes(broker.password_encrypted))
        tls = certificates.opened(bytes(broker.tls_encrypted))
    except secrets.UndecryptableError as error:
        raise Misconfigured(f"{broker.name}: {error}") from error
    return Address(
        host=broker.host,
        amqp_port=broker.amqp_port,
        api_port=broker.api_port,
        username=broker.username,
        password=password,
        amqp_tls=broker.amqp_tls,
        api_tls=broker.api_tls,
        verify_tls=broker.verify_tls,
        ca=tls.ca,
        certificate=tls.certificate,
        key=tls.key,
        timeout_seconds=settings.ANSWER_SECONDS if timeout_seconds is None else timeout_seconds,
    )


def unwatched_seconds() -> float:
    """How long to wait for an answer that no page waits for."""
    return 2 * settings.ANSWER_SECONDS


def client(broker: Broker, timeout_seconds: float | None = None) -> BrokerClient:
    """A client of this broker; the same one again while the row stays the same. Raises ClientError."""
    wanted = address(broker, timeout_seconds)
    with _lock:
        known = _clients.get(wanted)
        if known is not None:
            _clients.move_to_end(wanted)
            return known
    connected = connect(wanted)
    with _lock:
        kept = _clients.setdefault(wanted, connected)
        while len(_clients) > CLIENTS:
            _clients.popitem(last=False)
    if kept is not connected:
        # Somebody was faster.
        connected.close()
    return kept


def test(broker: Broker) -> BrokerClient:
    """A fresh client, connected by the management API; the caller closes it. Raises ClientError."""
    return connect(address(broker))


def snapshot(broker: Broker) -> Snapshot:
    """What the collector last learned; `connecting` when it has not been there yet."""
    return _snapshots.get(broker.pk, Snapshot(BrokerState.CONNECTING))


def remember(broker_id: int, taken: Snapshot) -> None:
    """For the collector: this is how the broker stands now."""
    _snapshots[broker_id] = taken


def without_queue(broker_id: int, vhost: str, name: str) -> None:
    """A queue was deleted from here: who deleted it does not see it in a list until the collector looks again."""
    taken = _snapshots.get(broker_id)
    if taken is not None:
        rows = {key: row for key, row in taken.queues.items() if key != (vhost, name)}
        _snapshots[broker_id] = replace(taken, queues=rows)


def without_exchange(broker_id: int, vhost: str, name: str) -> None:
    """As without_queue."""
    taken = _snapshots.get(broker_id)
    if taken is not None:
        kept = tuple(each for each in taken.exchanges if (each.vhost, each.name) != (vhost, name))
        _snapshots[broker_id] = replace(taken, exchanges=kept)


def forget(broker_id: int) -> None:
    """For the collector: the broker was removed or changed."""
    _snapshots.pop(broker_id, None)
