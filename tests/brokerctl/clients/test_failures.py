"""Whatever is wrong with a broker or its address: one sentence, of our own errors, that says what and where."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from brokerctl.clients import registry
from brokerctl.clients.base import BrokerClient
from brokerctl.errors import (
    BrokerUnreachable,
    ClientError,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    UnexpectedReply,
)
from tests.support.brokers import VHOST, Place, client_at

Call = Callable[[BrokerClient], object]


def by_amqp(client: BrokerClient) -> object:
    with client.messages(VHOST) as session:
        return session.count("any")


def by_http(client: BrokerClient) -> object:
    return client.overview()


def sentence(error: pytest.ExceptionInfo[ClientError]) -> str:
    """The text, which must be fit for a page."""
    text = str(error.value)
    assert text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "Error(" not in text
    assert "<" not in text
    return text


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """A port where something else lives: whatever is said to it, it says this and closes."""

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                peer.recv(4096)
                peer.sendall(reply)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize("call", [by_amqp, by_http])
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}, {"password": "ö" * 300}])
def test_wrong_login_is_refused(place: Place, call: Call, wrong: dict[str, str]) -> None:
    with client_at(place.address, **wrong) as client, pytest.raises(LoginRefused) as refused:
        call(client)

    assert f"refused user {wrong.get('username', 'guest')}: wrong user or password" in sentence(refused)


@pytest.mark.parametrize("call", [by_amqp, by_http])
def test_port_where_nothing_listens_is_unreachable(ours: Place, call: Call) -> None:
    port = closed_port()
    with (
        client_at(ours.address, amqp_port=port, api_port=port) as client,
        pytest.raises(BrokerUnreachable) as unreachable,
    ):
        call(client)

    assert sentence(unreachable) == f"127.0.0.1:{port} refused the connection: nothing listens there"


@pytest.mark.parametrize("call", [by_amqp, by_http])
@pytest.mark.parametrize("host", ["no-such-host.invalid", "not a host", "a..b", "x" * 300])
def test_unknown_host_is_named(ours: Place, call: Call, host: str) -> None:
    with client_at(ours.address, host=host) as client, pytest.raises(BrokerUnreachable) as unreachable:
        call(client)

    assert host in sentence(unreachable)


def test_wrong_vhost_is_named(place: Place) -> None:
    with (
        pytest.raises(ObjectNotFound, match=r"127\.0\.0\.1:\d+ has no vhost no/such"),
        place.client.messages("no/such"),
    ):
        pass
    with pytest.raises(ObjectNotFound):
        place.client.queues("no/such")


def test_vhost_without_rights_is_denied(place: Place) -> None:
    with place.api() as api:
        api.put("/users/stranger", json={"password": "s", "tags": "management"}).raise_for_status()

    with client_at(place.address, username="stranger", password="s") as client:
        with pytest.raises(PermissionDenied) as denied:
            by_amqp(client)
        assert "stranger" in sentence(denied)
        assert VHOST in sentence(denied)
        # RabbitMQ says that this is not for them, the embedded broker that there is no such vhost for them.
        with pytest.raises(ClientError) as hidden:
            client.queues(VHOST)
        sentence(hidden)


def test_queue_without_rights_is_denied(place: Place) -> None:
    queue = place.queue()
    with place.api() as api:
        api.put("/users/blind", json={"password": "s", "tags": ""}).raise_for_status()
        rights = {"configure": "", "write": "", "read": ""}
        api.put("/permissions/tests%2Fgr%C3%B6%C3%9Fe/blind", json=rights).raise_for_status()

    with (
        client_at(place.address, username="blind", password="s") as client,
        pytest.raises(PermissionDenied) as denied,
        client.messages(VHOST) as session,
    ):
        session.get(queue)

    assert queue in sentence(denied)


def test_unknown_queue_is_named_by_the_api(place: Place) -> None:
    with pytest.raises(ObjectNotFound) as missing:
        place.client.queue(VHOST, "no/such queue")

    sentence(missing)
    assert "no%2Fsuch%20queue" in str(missing.value)


PEERS: dict[str, bytes] = {
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "amqp 1.0": b"AMQP\x00\x01\x00\x00",
    "amqp 1.0 with sasl": b"AMQP\x03\x01\x00\x00",
    "noise": bytes(range(256)),
    "a frame that is none": b"\x01\x00\x00\x00\x00\x00\x04\xff\xff\xff\xff\xce",
    "a frame without its end": b"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x0a\x00",
    "nothing": b"",
    "json of something else": b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"hello": [1]}'[:-1],
    "json that is a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "an answer cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "gzip that is none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
}


@pytest.mark.parametrize("peer", PEERS)
def test_port_that_speaks_no_amqp_is_said_so(ours: Place, peer: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        answering(PEERS[peer]) as port,
        client_at(ours.address, amqp_port=port) as client,
        pytest.raises(BrokerUnreachable) as unreachable,
    ):
        by_amqp(client)

    assert f"127.0.0.1:{port} does not speak AMQP 0-9-1" in sentence(unreachable)


@pytest.mark.parametrize("peer", PEERS)
def test_port_that_is_no_management_api_is_said_so(ours: Place, peer: str) -> None:
    with (
        answering(PEERS[peer]) as port,
        client_at(ours.address, api_port=port) as client,
        pytest.raises(ClientError) as refused,
    ):
        registry.connect(client.address)

    assert f"127.0.0.1:{port}" in sentence(refused)


def test_amqp_port_in_place_of_the_api_is_said_so(place: Place) -> None:
    with (
        client_at(place.address, api_port=place.address.amqp_port) as client,
        pytest.raises(ClientError) as refused,
    ):
        client.overview()

    assert str(place.address.amqp_port) in sentence(refused)


def test_api_port_in_place_of_amqp_is_said_so(place: Place) -> None:
    with (
        client_at(place.address, amqp_port=place.address.api_port, timeout_seconds=1.0) as client,
        # An HTTP server may wait for the rest of the request for as long as we do.
        pytest.raises(BrokerUnreachable, match=r"does not speak AMQP 0-9-1; is this the AMQP port|did not answer"),
    ):
        by_amqp(client)


@pytest.mark.parametrize("call", [by_amqp, by_http])
def test_tls_to_a_port_without_it_is_said_so(place: Place, call: Call) -> None:
    with (
        client_at(place.address, amqp_tls=True, api_tls=True) as client,
        pytest.raises(BrokerUnreachable) as unreachable,
    ):
        call(client)

    port = place.address.amqp_port if call is by_amqp else place.address.api_port
    assert sentence(unreachable) == f"127.0.0.1:{port} does not speak TLS: leave TLS off, or name its TLS port"


def test_refusals_of_the_api_are_said_in_the_brokers_words(place: Place) -> None:
    queue = place.queue(x_max_length=1)
    with pytest.raises(ClientError, match="inequivalent arg 'x-max-length'"):
        place.client.declare_queue(VHOST, queue, arguments={"x-max-length": 2})
    with pytest.raises(PermissionDenied, match="user guest may not do this"):
        place.client.declare_queue(VHOST, "amq.mine")


def test_answer_without_end_is_cut_off(ours: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brokerctl.clients.http.MAX_REPLY_BYTES", 2**20)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"
    with (
        answering(head + b"x" * 9_000_000) as port,
        client_at(ours.address, api_port=port) as client,
        pytest.raises(UnexpectedReply, match="sent more than 1 MiB; the rest was not read"),
    ):
        client.overview()


def test_refusal_whose_text_is_cut_off_is_a_refusal(ours: Place) -> None:
    """LavinMQ resets a connection when it refuses a request whose body it did not read."""
    with (
        answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 90\r\n\r\n{") as port,
        client_at(ours.address, api_port=port) as client,
        pytest.raises(PermissionDenied, match="user guest may not do this"),
    ):
        client.overview()


def test_password_is_in_no_log_and_no_repr(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client_at(place.address, password="hush-hush") as client:
        for call in (by_amqp, by_http):
            with pytest.raises(LoginRefused) as refused:
                call(client)
            assert "hush-hush" not in sentence(refused)
        shown: Any = repr(client.address)

    assert "hush-hush" not in shown
    assert "hush-hush" not in caplog.text
