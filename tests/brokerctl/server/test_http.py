"""HTTP connections before anybody knows who asks: the head of a request is bounded in bytes, time and number."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from brokerctl.server import http
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.hosted import hosting
from tests.support.waiting import PATIENCE_SECONDS, wait_until

ASK = b"GET /api/whoami HTTP/1.1\r\nhost: x\r\n"


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, (source, 0))


def is_cut(connected: socket.socket) -> bool:
    try:
        return connected.recv(1000) == b""
    except ConnectionError:
        return True


def test_endless_head_is_cut_off(embedded_broker: EmbeddedBroker) -> None:
    with connect(embedded_broker.api_port) as client:
        client.sendall(ASK)

        with pytest.raises(ConnectionError):
            # More than both sockets hold.
            client.sendall((b"x: " + b"y" * 1000 + b"\r\n") * 20_000)


def test_slow_head_is_cut_off_and_a_kept_connection_may_ask_again() -> None:
    with hosting() as broker, broker.api() as api:
        assert api.get("/whoami").status_code == 200
        with connect(broker.api_port) as slow, connect(broker.api_port) as silent:
            slow.sendall(ASK)
            # Whoever came before this asker is there.
            assert api.get("/whoami").status_code == 200

            broker.pass_time(http.HEAD_SECONDS)

            assert is_cut(slow)
            assert is_cut(silent)
        assert api.get("/whoami").status_code == 200


def test_connection_may_rest_between_requests_longer_than_a_head_may_take() -> None:
    with hosting() as broker, connect(broker.api_port) as resting:
        resting.sendall(ASK + b"\r\n")
        assert resting.recv(10_000).startswith(b"HTTP/1.1 401")

        broker.pass_time(2 * http.HEAD_SECONDS)
        resting.sendall(ASK + b"\r\n")

        assert resting.recv(10_000).startswith(b"HTTP/1.1 401")


def test_second_slow_head_on_a_kept_connection_is_cut_off() -> None:
    with hosting() as broker, connect(broker.api_port) as client, broker.api() as api:
        client.sendall(ASK + b"\r\n")
        assert client.recv(10_000).startswith(b"HTTP/1.1 401")

        client.sendall(ASK)
        # In its place among what the broker reads.
        assert api.get("/whoami").status_code == 200
        broker.pass_time(http.HEAD_SECONDS)

        assert is_cut(client)


def test_address_with_too_many_unasked_connections_is_refused_and_amqp_is_not(home: Path) -> None:
    with embedded.running(home, POSTROOM_HALF_OPEN_PER_ADDRESS="3") as broker, ExitStack() as parked:
        for _ in range(3):
            parked.enter_context(connect(broker.api_port, "127.0.0.9"))
        with connect(broker.api_port, "127.0.0.9") as surplus:
            assert is_cut(surplus)

        where = f"http://127.0.0.1:{broker.api_port}/api"
        with httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as api:
            assert api.get("/whoami").status_code == 200
        broker.connect().close()
        parked.close()
        transport = httpx.HTTPTransport(local_address="127.0.0.9")
        with httpx.Client(transport=transport, base_url=where, timeout=PATIENCE_SECONDS) as api:
            wait_until(lambda: answers(api))


def answers(api: httpx.Client) -> bool:
    try:
        return api.get("/whoami").status_code == 401
    except httpx.TransportError:
        return False


def test_websocket_is_not_spoken(embedded_broker: EmbeddedBroker) -> None:
    with connect(embedded_broker.api_port) as client:
        client.sendall(ASK + b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n")

        assert client.recv(10_000).startswith(b"HTTP/1.1 401")
