"""What every answer has in common: paths, methods, bodies, headers, compression."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest

from brokerctl.errors import StoreError
from brokerctl.management.app import create_app
from brokerctl.management.door import ConnectionState
from brokerctl.names import path
from brokerctl.server.door import NodeDoor
from tests.brokerctl.management.inside import inside
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

ABSENT = {"error": "Object Not Found", "reason": "Not Found"}


@pytest.mark.parametrize("where", ["/wat", "/wat/", "/queues//", "/queues/%2F/q/wat", "/QUEUES"])
def test_an_unknown_path_is_404(api: httpx.Client, where: str) -> None:
    reply = api.get(where)

    assert (reply.status_code, reply.json()) == (404, ABSENT)


def test_one_slash_at_the_end_is_none(api: httpx.Client) -> None:
    assert api.get("/whoami/").json() == api.get("/whoami").json()
    assert api.get("/queues/%2F/").status_code == 200


def test_a_wrong_method_is_405_and_says_which_are_right(api: httpx.Client) -> None:
    reply = api.post("/queues/%2F/q")

    assert (reply.status_code, reply.headers["allow"]) == (405, "HEAD, GET, PUT, DELETE, OPTIONS")


def test_options_needs_no_login(embedded_broker: EmbeddedBroker) -> None:
    reply = httpx.options(f"http://127.0.0.1:{embedded_broker.api_port}/api/overview", timeout=PATIENCE_SECONDS)

    assert (reply.status_code, reply.headers["allow"]) == (200, "HEAD, GET, OPTIONS")


def test_head_is_get_without_a_body(api: httpx.Client) -> None:
    reply = api.head("/overview")

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [b"", b"null", b"undefined", b" {} "])
def test_no_body_is_an_empty_object(api: httpx.Client, vhost: str, body: bytes) -> None:
    assert api.put(path("queues", vhost, "q"), content=body).status_code == 201


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not_json"),
        (b"[]", "not_json"),
        (b"7", "not_json"),
        (b"\xff", "not_json"),
        (b'{"durable": NaN}', "not_json"),
        (b'{"a": "\\ud800"}', "not_json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "not_json"),
        (b'{"a":' + b"9" * 5000 + b"}", "not_json"),
        (
            b'"{}"',
            "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?",
        ),
    ],
)
def test_a_body_that_is_no_object_is_refused(api: httpx.Client, vhost: str, body: bytes, reason: str) -> None:
    reply = api.put(path("queues", vhost, "q"), content=body)

    assert (reply.status_code, reply.json()) == (400, {"error": "bad_request", "reason": reason})


def test_any_content_type_is_read_as_json(api: httpx.Client, vhost: str) -> None:
    reply = api.put(path("queues", vhost, "q"), content=b'{"durable": true}', headers={"content-type": "text/plain"})

    assert reply.status_code == 201
    assert api.get(path("queues", vhost, "q")).json()["durable"] is True


def test_a_body_that_says_it_is_too_large_is_refused_unread(embedded_broker: EmbeddedBroker) -> None:
    head = (
        b"PUT /api/queues/%2F/q HTTP/1.1\r\nhost: x\r\n"
        b"authorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\ncontent-length: 30000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", embedded_broker.api_port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head)

        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Exceeded HTTP request body size limit" in answer


def test_a_body_that_grows_too_large_is_refused(api: httpx.Client, vhost: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 100_000

    reply = api.put(path("queues", vhost, "q"), content=endless())

    assert (reply.status_code, reply.json()["reason"]) == (400, "Exceeded HTTP request body size limit")


@pytest.mark.parametrize("raw", [b"/api/queues/%FF", b"/api/queues/%C3%28", b"/api/queues/\xc3\xa4"])
def test_a_path_that_is_no_utf8_is_refused(embedded_broker: EmbeddedBroker, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", embedded_broker.api_port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(b"GET " + raw + b" HTTP/1.1\r\nhost: x\r\n\r\n")

        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400")


def test_every_answer_has_the_security_headers(api: httpx.Client) -> None:
    for reply in (api.get("/overview"), api.get("/wat"), api.put("/overview"), api.get("/whoami", auth=("x", "y"))):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in reply.headers
        assert reply.headers["cache-control"] == "no-cache, no-store"
        assert reply.headers["vary"] == "accept, accept-encoding, origin"


@pytest.mark.parametrize(
    ("asked", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("*", "gzip"), ("identity", None), ("gzip;q=0", None), ("", None)],
)
def test_long_answers_are_compressed_for_those_who_can_read_it(
    api: httpx.Client, asked: str, encoding: str | None
) -> None:
    for where in ("/overview", api.base_url.copy_with(path="/metrics")):
        reply = api.get(where, headers={"accept-encoding": asked})

        assert reply.headers.get("content-encoding") == encoding
        assert len(reply.content) > 1400


def test_a_short_answer_is_not_compressed(api: httpx.Client) -> None:
    assert "content-encoding" not in api.get("/whoami").headers


def test_an_answer_of_a_megabyte_is_compressed_while_others_have_a_turn() -> None:
    async def run() -> tuple[str, int]:
        async with inside() as door:
            door.run(lambda effects: [door.broker.vhosts["/"].declare_queue(f"q{n}", effects) for n in range(3000)])
            transport, turns = httpx.ASGITransport(create_app(door)), 0

            async def count() -> None:
                nonlocal turns
                while True:
                    await asyncio.sleep(0)
                    turns += 1

            async with httpx.AsyncClient(transport=transport, base_url="http://x", auth=("guest", "guest")) as client:
                counting = asyncio.create_task(count())
                reply = await client.get("/api/queues")
                counting.cancel()
            assert len(reply.json()) == 3000
            return reply.headers["content-encoding"], turns

    encoding, turns = asyncio.run(run())

    assert encoding == "gzip"
    assert turns > 30


class BrokenDoor(NodeDoor):
    """To a broker whose disk is full, and which has a mistake in it."""

    async def durable(self) -> None:
        raise StoreError("database or disk is full")

    def connections(self) -> list[ConnectionState]:
        raise ZeroDivisionError


def ask(method: str, where: str) -> httpx.Response:
    async def scenario() -> httpx.Response:
        async with inside(BrokenDoor) as door:
            transport = httpx.ASGITransport(create_app(door))
            async with httpx.AsyncClient(transport=transport, base_url="http://x", auth=("guest", "guest")) as api:
                return await api.request(method, where)

    return asyncio.run(scenario())


def test_a_disk_that_refuses_is_told_and_nothing_is_promised() -> None:
    reply = ask("PUT", "/api/queues/%2F/q")

    assert (reply.status_code, reply.json()) == (
        500,
        {"error": "internal_server_error", "reason": "the change could not be saved: database or disk is full"},
    )


def test_a_mistake_of_ours_is_a_sentence_for_them_and_a_traceback_for_us(caplog: pytest.LogCaptureFixture) -> None:
    reply = ask("GET", "/api/connections")

    assert (reply.status_code, reply.json()["reason"]) == (500, "the request failed; the broker's log says why")
    assert "ZeroDivisionError" in caplog.text
    assert reply.headers["x-content-type-options"] == "nosniff"
