"""Who holds what, worked out from channels and consumers where a broker does not tell."""

from __future__ import annotations

from typing import Any

from brokerctl.clients.models import Channel, Connection, Consumer
from dashboard.looks.holders import Holders, estimated


def channel(connection: str, unacked: int, vhost: str = "/") -> Channel:
    return Channel(f"{connection} (1)", 1, vhost, "guest", connection, 0, unacked, 10, confirm=False)


def consumer(connection: str, queue: str, **values: Any) -> Consumer:
    given = {"tag": "t", "ack_required": True, "exclusive": False, "prefetch": 0, "active": True, **values}
    return Consumer(
        "/", queue, **given, channel_name=f"{connection} (1)", connection_name=connection, peer_host="", user=""
    )


def connection(name: str, client_name: str) -> Connection:
    return Connection(name, "/", "guest", "running", 1, "h", 1, client_name, None, tls=False, protocol="AMQP 0-9-1")


def test_a_channel_that_reads_one_queue_holds_of_that_and_one_that_reads_several_may_hold_of_each() -> None:
    channels = [channel("a", 3), channel("b", 9), channel("c", 1), channel("idle", 0)]
    consumers = [
        consumer("a", "orders"),
        consumer("b", "orders"),
        consumer("b", "mail"),
        consumer("c", "orders", ack_required=False),
    ]

    b, a, c = estimated(channels, consumers, [connection("a", "worker")])

    assert (b.queue, b.queues, b.consumer_tag, b.messages) == ("", ("mail", "orders"), "", 9)
    assert (a.queue, a.queues, a.consumer_tag, a.client_name) == ("orders", ("orders",), "t", "worker")
    # It consumes without acks: what it holds it took with basic.get, from wherever.
    assert (c.queue, c.queues, c.messages, c.since) == ("", (), 1, None)


def test_what_is_known_is_the_sum_of_the_holders() -> None:
    found = Holders(tuple(estimated([channel("a", 3), channel("b", 4)], [], [])), 10, is_exact=False)

    assert found.known == 7
