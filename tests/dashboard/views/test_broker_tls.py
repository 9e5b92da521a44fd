"""Brokers behind TLS, with an authority and a certificate of our own; what a test finds; and the environment's mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from dashboard import brokers, certificates, nearby
from dashboard.models import Broker
from tests.dashboard.people import browser
from tests.dashboard.places import api, look
from tests.dashboard.views.test_brokers import form
from tests.dashboard.views.test_declare import text_of
from tests.support import embedded
from tests.support.certificates import Authority, Pair, settings
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS


@dataclass(slots=True, frozen=True)
class Secured:
    """A broker that lets in only who shows a certificate of its authority."""

    broker: EmbeddedBroker
    authority: Authority
    ours: Pair
    other: Pair

    def form(self, **values: Any) -> dict[str, Any]:
        ports = {"amqp_port": self.broker.amqp_tls_port, "api_port": self.broker.api_tls_port}
        tls = {"amqp_tls": "on", "api_tls": "on", "host": "localhost"}
        return form(self.broker, **{**ports, **tls, "environment": "Production EU", **values})


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    home = tmp_path_factory.mktemp("secured")
    authority = Authority(home)
    names = [((NameOID.COMMON_NAME, name),) for name in ("localhost", "postroom", "other")]
    pair, ours, other = (authority.issue(name[0][1], *name) for name in names)
    required = {"POSTROOM_BROKER_TLS_CA": str(authority.file), "POSTROOM_BROKER_TLS_VERIFY_CLIENT": "required"}
    with embedded.running(home, **settings(pair, **required)) as broker:
        yield Secured(broker, authority, ours, other)


@pytest.fixture
def client(owner: User) -> Client:
    return browser(owner)


def test_a_broker_with_its_own_authority_that_wants_a_certificate_is_registered(
    secured: Secured, client: Client
) -> None:
    files = (secured.authority.file, secured.ours.certificate, secured.ours.key)
    ca, certificate, key = (file.read_text() for file in files)
    add = reverse("broker-add")

    untrusted = text_of(client.post(add, secured.form()))
    stranger = text_of(client.post(add, secured.form(tls_ca=ca)))
    assert "its TLS certificate is not trusted" in untrusted
    assert re.search(r'id="id_tls_ca_hint">[^<]*certificate is not trusted', untrusted, re.IGNORECASE)
    assert "Test and add" in stranger
    assert not Broker.objects.exists()

    file = SimpleUploadedFile("ours.pem", certificate.encode())
    answer = client.post(add, secured.form(tls_ca=ca, tls_certificate_file=file, tls_key=key))

    row = Broker.objects.get()
    assert answer["Location"] == reverse("queues", args=[row.slug])
    assert look(row).is_live
    with connection.cursor() as cursor:
        cursor.execute("SELECT tls_encrypted FROM dashboard_broker")
        assert b"PRIVATE KEY" not in bytes(cursor.fetchall()[0][0])
    edit = reverse("broker-edit", args=[row.slug])
    page = text_of(client.get(edit))
    assert "CN=postroom, good until" in page
    assert "PRIVATE KEY" not in page

    kept = client.post(edit, secured.form(password=""))
    assert kept.status_code == 302
    assert certificates.opened(bytes(Broker.objects.get().tls_encrypted)).key == key.strip()
    forgotten = client.post(edit, secured.form(password="", tls_forget="on"))
    assert forgotten.status_code == 200
    brokers.forget(row.pk)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("ca", "This is no certificate in PEM"),
        ("certificate", "A client certificate and its key go together: give both, or none."),
        ("key", "This key does not belong to the client certificate."),
        ("passphrase", "This is no private key in PEM, or it has a passphrase."),
    ],
)
def test_certificates_that_cannot_be_used_are_said_at_their_field(
    part: str, sentence: str, secured: Secured, client: Client
) -> None:
    certificate, key = secured.ours.certificate.read_text(), secured.ours.key.read_text()
    hidden = secured.authority.issue("hidden", (NameOID.COMMON_NAME, "hidden"), passphrase="hush")
    given = {
        "ca": {"tls_ca": "no PEM"},
        "certificate": {"tls_key": key},
        "key": {"tls_certificate": certificate, "tls_key": secured.other.key.read_text()},
        "passphrase": {"tls_certificate": hidden.certificate.read_text(), "tls_key": hidden.key.read_text()},
    }

    answer = client.post(reverse("broker-add"), secured.form(**given[part]))

    assert sentence in text_of(answer)
    assert not Broker.objects.exists()


def test_a_test_saves_nothing_and_says_what_was_found_and_what_is_missing(real: EmbeddedBroker, client: Client) -> None:
    with api(real) as asked:
        asked.put("/users/looker", json={"password": "looker", "tags": "management"}).raise_for_status()
        rights = {"configure": "", "write": "^a", "read": ".*"}
        asked.put("/permissions/%2F/looker", json=rights).raise_for_status()
        asked.put("/users/boss", json={"password": "boss", "tags": "administrator"}).raise_for_status()
    add = reverse("broker-add")

    full = text_of(client.post(add, {**form(real), "step": "test"}))
    looker = text_of(client.post(add, {**form(real, username="looker", password="looker"), "step": "test"}))
    boss = text_of(client.post(add, {**form(real, username="boss", password="boss"), "step": "test"}))

    assert "Postroom " in full
    assert "Nothing is missing: everything here will work." in full
    assert "Policies cannot be changed: the tag policymaker does." in looker
    assert "Nodes and other users’ connections are not shown" in looker
    assert "cannot be read or moved: boss has no permissions there." in boss
    assert not Broker.objects.exists()


def test_secrets_that_were_tested_need_not_be_given_again(secured: Secured, client: Client) -> None:
    ca, certificate, key = (
        file.read_text() for file in (secured.authority.file, secured.ours.certificate, secured.ours.key)
    )
    tls = {"tls_ca": ca, "tls_certificate": certificate, "tls_key": key}

    tested = text_of(client.post(reverse("broker-add"), secured.form(step="test", **tls)))
    carried = tested.split('name="carried" value="')[1].split('"')[0]
    forged = client.post(reverse("broker-add"), secured.form(password="", carried=carried[:-8] + "AAAAAAA="))
    saved = client.post(reverse("broker-add"), secured.form(password="", carried=carried))

    assert "PRIVATE KEY" not in tested
    assert "Give the password of this user." in text_of(forged)
    assert saved.status_code == 302
    assert look(Broker.objects.get()).is_live
    brokers.forget(Broker.objects.get().pk)


def test_an_environment_is_shown_beside_the_broker_everywhere(broker: Broker, client: Client) -> None:
    broker.environment, broker.colour = "production", "magenta"
    broker.save()
    look(broker)
    mark = '<span class="env env--magenta" title="Environment of bench">production</span>'

    overview = text_of(client.get("/"))
    queues = text_of(client.get(reverse("queues", args=["bench"])))

    assert overview.count(mark) == 2
    assert queues.count(mark) == 2
    assert '<body class="of-env of-env--magenta"' in queues
    assert "of-env" not in overview


@pytest.mark.parametrize(
    ("environment", "chosen", "colour"),
    [
        ("Production", "", "magenta"),
        ("staging-2", "", "violet"),
        ("test", "", "teal"),
        ("", "", "grey"),
        ("prod", "teal", "teal"),
    ],
)
def test_a_colour_follows_the_name_unless_it_is_chosen(
    environment: str, chosen: str, colour: str, real: EmbeddedBroker, client: Client
) -> None:
    client.post(reverse("broker-add"), form(real, environment=environment, colour=chosen))

    assert Broker.objects.get().colour == colour


def test_brokers_of_this_machine_that_nobody_registered_are_offered(
    real: EmbeddedBroker, closed_port: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "PORTS", (real.amqp_port, real.api_port, closed_port))
    monkeypatch.setattr(nearby.brokers, "__defaults__", (nearby.PORTS,))
    monkeypatch.setattr(nearby, "SECONDS", PATIENCE_SECONDS)

    page = text_of(client.get(reverse("broker-add")))
    filled = text_of(client.get(reverse("broker-add"), {"host": "localhost", "amqp_port": str(real.amqp_port)}))
    client.post(reverse("broker-add"), form(real))
    registered = text_of(client.get(reverse("broker-add")))

    assert f"localhost:{real.amqp_port}</a>" in page
    assert f"localhost:{real.api_port}</a>" not in page
    assert f'name="amqp_port" value="{real.amqp_port}"' in filled
    assert f"localhost:{real.amqp_port}</a>" not in registered
