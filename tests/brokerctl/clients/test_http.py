from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from brokerctl.clients.base import Address
from brokerctl.clients.http import Http
from brokerctl.errors import BrokerUnreachable
from tests.support.brokers import Place

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def test_an_answer_that_was_read_is_freed_at_once(place: Place) -> None:
    """Else a process that asks for ever grows for minutes, until Python looks for cycles among all it has."""
    place.client.overview()
    with no_collector():
        others = spoken()
        for _ in range(3):
            place.client.overview()

        left = [each for each in spoken() if not any(each is other for other in others)]

    assert left == []


def spoken() -> list[object]:
    """Requests and answers that are still there; other tests hold some of theirs."""
    return [each for each in gc.get_objects() if isinstance(each, httpx.Request | httpx.Response)]


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_question_is_asked_again_when_its_connection_was_closed_and_a_change_is_not() -> None:
    with forgetful() as (http, asked):
        assert [http.get("overview"), http.get("nodes")] == [{}, {}]
        with pytest.raises(BrokerUnreachable):
            http.put("vhosts", "new")

    assert asked == ["GET /api/overview", "GET /api/nodes", "GET /api/nodes", "PUT /api/vhosts/new"]


@contextmanager
def forgetful() -> Iterator[tuple[Http, list[str]]]:
    """A broker that answers once on each connection, and hangs up at the second request; and what it was asked."""
    asked: list[str] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer:
                    asked.append(line(peer))
                    peer.sendall(ANSWER)
                    asked.append(line(peer))

    def line(peer: socket.socket) -> str:
        return peer.recv(65_536).decode().partition(" HTTP")[0]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        http = Http(Address("127.0.0.1", 1, listener.getsockname()[1], "guest", "guest", timeout_seconds=20.0))
        try:
            yield http, asked
        finally:
            http.close()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
