"""TLS: AMQP and the API over it, certificates of clients, files that change while the broker runs."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pika
import pytest

from brokerctl.names import path
from brokerctl.wire.methods import connection
from tests.support import certificates, embedded
from tests.support.certificates import Authority, Pair, common_name, organization
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient
from tests.support.waiting import PATIENCE_SECONDS, wait_until

CUT = (ssl.SSLError, ConnectionError, EOFError)
"""What a client sees of a failed handshake: an alert, or just the end."""

TOLD = {"capabilities": {"authentication_failure_close": True}}


@dataclass(slots=True, frozen=True)
class Secured:
    broker: EmbeddedBroker
    authority: Authority
    pair: Pair
    folder: Path

    def context(self, shown: Pair | None = None) -> ssl.SSLContext:
        """A client's, that trusts the broker's CA."""
        context = ssl.create_default_context(cafile=str(self.authority.file))
        if shown is not None:
            context.load_cert_chain(shown.certificate, shown.key)
        return context

    def client(self, shown: Pair | None = None) -> RawClient:
        return RawClient(self.broker.amqp_tls_port, tls=self.context(shown))

    def log(self) -> str:
        return (self.broker.home / "broker.log").read_text()

    def api(self) -> httpx.Client:
        where = f"https://localhost:{self.broker.api_tls_port}/api"
        return httpx.Client(base_url=where, auth=("guest", "guest"), verify=self.context(), timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A broker that asks clients for a certificate and lets those without in, too."""
    folder, home = tmp_path_factory.mktemp("tls"), tmp_path_factory.mktemp("home")
    authority = Authority(folder)
    pair = authority.issue("broker", common_name("localhost"))
    asking = {"POSTROOM_BROKER_TLS_CA": str(authority.file), "POSTROOM_BROKER_TLS_VERIFY_CLIENT": "optional"}
    with embedded.running(home, **certificates.settings(pair, **asking)) as broker:
        yield Secured(broker, authority, pair, folder)


def test_pika_publishes_and_gets_over_tls(secured: Secured) -> None:
    options = pika.SSLOptions(secured.context(), "localhost")
    parameters = pika.ConnectionParameters(
        "localhost",
        secured.broker.amqp_tls_port,
        ssl_options=options,
        heartbeat=0,
        socket_timeout=PATIENCE_SECONDS,
        stack_timeout=PATIENCE_SECONDS,
    )
    body = b"x" * 300_000

    with pika.BlockingConnection(parameters) as opened:
        channel = opened.channel()
        channel.confirm_delivery()
        channel.queue_declare("tls")
        channel.basic_publish("", "tls", body)
        _, _, got = channel.basic_get("tls", auto_ack=True)

    assert got == body


def test_api_answers_over_tls_and_tells_of_it(secured: Secured) -> None:
    with secured.api() as api, secured.client() as client:
        client.open()
        peer_port = client.socket.getsockname()[1]
        # Those of other tests may be on their way out still.
        (shown,) = [each for each in api.get("/connections").json() if each["peer_port"] == peer_port]
        protocols = {each["protocol"]: each["tls"] for each in api.get("/overview").json()["listeners"]}

        (node,) = api.get("/nodes").json()

        assert api.get("/health/checks/protocol-listener/amqps").status_code == 200

    assert (shown["ssl"], shown["ssl_protocol"], shown["peer_cert_subject"]) == (True, "tlsv1.3", None)
    assert [each["name"] for each in node["auth_mechanisms"]] == ["PLAIN", "AMQPLAIN", "EXTERNAL"]
    assert protocols == {"amqp": False, "amqp/ssl": True, "http": False, "https": True}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_tls_is_refused(secured: Secured) -> None:
    context = secured.context()
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    client = RawClient(secured.broker.amqp_tls_port, tls=context)

    with pytest.raises(CUT), client:
        pass
    wait_until(lambda: "its TLS handshake failed (UNSUPPORTED_PROTOCOL)" in secured.log())


def test_plain_text_on_the_tls_port_gets_the_door(secured: Secured) -> None:
    with RawClient(secured.broker.amqp_tls_port) as client:
        client.send(b"AMQP\0\0\x09\x01")

        assert _is_cut(client.socket)


def test_certificate_of_a_client_is_its_login(secured: Secured) -> None:
    shown = secured.authority.issue("app", organization("Shop, Ltd"), common_name("app"))
    with secured.api() as api:
        api.put(path("users", r"CN=app,O=Shop\, Ltd"), json={"password_hash": "", "tags": ""}).raise_for_status()
    with secured.client(shown) as client:
        offered = client.greet().mechanisms.split()
        client.call(0, connection.StartOk(TOLD, "EXTERNAL", b"", "en_US"))
        client.expect(connection.Tune)

    assert offered == [b"PLAIN", b"AMQPLAIN", b"EXTERNAL"]


def test_certificate_of_nobody_is_refused(secured: Secured) -> None:
    with secured.client(secured.authority.issue("nobody", common_name("nobody"))) as client:
        client.greet()
        client.call(0, connection.StartOk(TOLD, "EXTERNAL", b"", "en_US"))

        close = client.expect(connection.Close)

    text = "Login was refused using authentication mechanism EXTERNAL. For details see the broker logfile."
    assert (close.reply_code, close.reply_text) == (403, f"ACCESS_REFUSED - {text}")


def test_external_is_not_offered_without_a_certificate(secured: Secured) -> None:
    with secured.client() as client:
        offered = client.greet().mechanisms.split()
        client.call(0, connection.StartOk(TOLD, "EXTERNAL", b"", "en_US"))
        close = client.expect(connection.Close)

    assert b"EXTERNAL" not in offered
    assert (close.reply_code, close.reply_text) == (
        503,
        "COMMAND_INVALID - unknown authentication mechanism 'EXTERNAL'",
    )


def test_certificate_of_another_authority_of_the_same_name_is_refused(secured: Secured, tmp_path: Path) -> None:
    """The chain counts, never the names in it: this one has the same issuer and subject as a good one."""
    impostor = Authority(tmp_path).issue("app", organization("Shop, Ltd"), common_name("app"))

    with pytest.raises(CUT), secured.client(impostor) as client:
        client.greet()
    wait_until(lambda: "its TLS handshake failed (CERTIFICATE_VERIFY_FAILED)" in secured.log())


def test_new_certificate_is_used_without_a_restart_and_open_connections_stay(secured: Secured) -> None:
    with secured.client() as old:
        old.open()
        secured.authority.issue("broker", common_name("localhost"), organization("Renewed"))
        new = ssl.PEM_cert_to_DER_cert(secured.pair.certificate.read_text())

        for port in (secured.broker.amqp_tls_port, secured.broker.api_tls_port):
            wait_until(lambda port=port: _shown(secured, port) == new)  # type: ignore[misc]

        old.open_channel()


def test_sighup_reads_the_certificate_at_once_and_a_broken_one_leaves_the_old_in_use(secured: Secured) -> None:
    good = secured.pair.key.read_bytes()
    old = _shown(secured, secured.broker.amqp_tls_port)
    secured.pair.key.write_text("no key")
    before = len(secured.log())

    os.kill(secured.broker.process.pid, signal.SIGHUP)

    wait_until(lambda: "the old TLS certificate stays in use" in secured.log()[before:])
    assert _shown(secured, secured.broker.amqp_tls_port) == old
    secured.pair.key.write_bytes(good)


def test_stalled_handshake_ends(home: Path) -> None:
    pair = Authority(home).issue("broker", common_name("localhost"))
    with (
        embedded.running(home, **certificates.settings(pair, POSTROOM_TLS_HANDSHAKE_SECONDS="1")) as broker,
        socket.create_connection(("127.0.0.1", broker.amqp_tls_port), timeout=PATIENCE_SECONDS) as stalled,
    ):
        # The head of a ClientHello that never comes.
        stalled.sendall(b"\x16\x03\x01\x02\x00\x01")

        assert _is_cut(stalled)


def test_required_certificate_keeps_others_out(home: Path) -> None:
    authority = Authority(home)
    pair = authority.issue("broker", common_name("localhost"))
    required = {
        "POSTROOM_BROKER_TLS_CA": str(authority.file),
        "POSTROOM_BROKER_TLS_VERIFY_CLIENT": "required",
        "POSTROOM_BROKER_TLS_LOGIN_FROM": "common_name",
    }
    with embedded.running(home, **certificates.settings(pair, **required)) as broker:
        context = ssl.create_default_context(cafile=str(authority.file))
        with pytest.raises(CUT), RawClient(broker.amqp_tls_port, tls=context) as client:
            client.greet()
        wait_until(lambda: "(PEER_DID_NOT_RETURN_A_CERTIFICATE)" in (home / "broker.log").read_text())
        shown = authority.issue("guest", common_name("guest"))
        context.load_cert_chain(shown.certificate, shown.key)
        with RawClient(broker.amqp_tls_port, tls=context) as client:
            client.greet()
            client.call(0, connection.StartOk(TOLD, "EXTERNAL", b"", "en_US"))

            client.expect(connection.Tune)


def _shown(secured: Secured, port: int) -> bytes | None:
    """The certificate that the broker shows now."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as plain,
        secured.context().wrap_socket(plain, server_hostname="localhost") as opened,
    ):
        return opened.getpeercert(binary_form=True)


def _is_cut(connected: socket.socket) -> bool:
    """Whether the broker ends it; a TLS alert may come first."""
    try:
        while connected.recv(1000):
            pass
    except ConnectionError:
        pass
    return True
