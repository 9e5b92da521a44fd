from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from dashboard import brokers, secrets, setup
from dashboard.models import Broker
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser
from tests.dashboard.places import api, look
from tests.support.embedded import EmbeddedBroker


def form(real: EmbeddedBroker, **values: Any) -> dict[str, Any]:
    return {
        "name": "Neue Börse",
        "host": "127.0.0.1",
        "amqp_port": real.amqp_port,
        "api_port": real.api_port,
        "username": "guest",
        "password": "guest",
        "verify_tls": "on",
        **values,
    }


@pytest.fixture
def client(owner: User) -> Client:
    return browser(owner)


def test_a_broker_is_tried_by_both_doors_and_added(real: EmbeddedBroker, client: Client) -> None:
    answer = client.post(reverse("broker-add"), form(real))

    row = Broker.objects.get(slug="neue-borse")
    assert answer["Location"] == reverse("queues", args=["neue-borse"])
    assert secrets.decrypt(bytes(row.password_encrypted)) == "guest"
    assert look(row).is_live


def test_a_password_is_in_no_column_as_clear_text_and_on_no_page(real: EmbeddedBroker, client: Client) -> None:
    with api(real) as asked:
        user = {"password": "pass-hunter2", "tags": "administrator"}
        asked.put("/users/forms", json=user).raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        asked.put("/permissions/%2F/forms", json=rights).raise_for_status()

    client.post(reverse("broker-add"), form(real, username="forms", password="pass-hunter2"))
    page = client.get(reverse("broker-edit", args=["neue-borse"])).content.decode()
    wrong = client.post(reverse("broker-edit", args=["neue-borse"]), form(real, password="typo-hunter3"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dashboard_broker")
        stored = cursor.fetchall()
    assert len(stored) == 1
    assert b"hunter2" not in b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else repr(v).encode() for v in stored[0]
    )
    assert "hunter2" not in page
    assert "hunter3" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "wrong"}, "wrong user or password"),
        ({"password": ""}, "Give the password of this user."),
        ({"host": "no-such-host.invalid"}, "no host no-such-host.invalid"),
        ({"host": "http://127.0.0.1"}, "Write only the host&#x27;s name or address"),
        ({"host": ""}, "Name the host"),
        ({"amqp_port": "9"}, "127.0.0.1:9 refused the connection: nothing listens there."),
        ({"api_port": "9"}, "127.0.0.1:9 refused the connection: nothing listens there."),
        ({"api_port": "0"}, "A port is a number from 1 to 65535."),
        ({"amqp_port": "many"}, "A port is a number from 1 to 65535."),
        ({"name": "!!!"}, "The name needs at least one letter or digit"),
        ({"name": "bench"}, "There is a broker of this name already."),
        ({"username": ""}, "Name the user that Postroom logs in as."),
    ],
)
def test_a_broker_that_does_not_open_is_a_sentence_and_is_not_saved(
    values: dict[str, str], sentence: str, real: EmbeddedBroker, broker: Broker, client: Client
) -> None:
    answer = client.post(reverse("broker-add"), form(real, **values))

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Broker.objects.count() == 1


def test_swapped_ports_are_told_as_such(real: EmbeddedBroker, client: Client) -> None:
    swapped = form(real, amqp_port=real.api_port, api_port=real.amqp_port)

    text = client.post(reverse("broker-add"), swapped).content.decode()

    assert "is this the AMQP port?" in text
    assert "Traceback" not in text
    assert not Broker.objects.exists()


def test_a_name_that_is_taken_gets_a_numbered_address(real: EmbeddedBroker, broker: Broker, client: Client) -> None:
    client.post(reverse("broker-add"), form(real, name="Bench!"))
    client.post(reverse("broker-add"), form(real, name="New"))

    assert set(Broker.objects.values_list("slug", flat=True)) == {"bench", "bench-2", "new-2"}


def test_an_edit_without_a_password_keeps_the_stored_one(real: EmbeddedBroker, broker: Broker, client: Client) -> None:
    look(broker)

    answer = client.post(reverse("broker-edit", args=["bench"]), form(real, name="renamed", password=""))

    broker.refresh_from_db()
    assert answer.status_code == 302
    assert (broker.name, broker.slug) == ("renamed", "bench")
    assert secrets.decrypt(bytes(broker.password_encrypted)) == "guest"
    assert brokers.snapshot(broker).taken_at is None


def test_an_edit_that_does_not_open_changes_nothing(real: EmbeddedBroker, broker: Broker, client: Client) -> None:
    answer = client.post(reverse("broker-edit", args=["bench"]), form(real, name="renamed", api_port="9"))

    broker.refresh_from_db()
    assert answer.status_code == 200
    assert "Edit bench" in answer.content.decode()
    assert broker.name == "bench"


def test_a_password_of_another_key_is_asked_for_again(real: EmbeddedBroker, broker: Broker, client: Client) -> None:
    broker.password_encrypted = b"\x01" + b"x" * 40
    broker.save()

    text = client.post(reverse("broker-edit", args=["bench"]), form(real, password="")).content.decode()

    assert "cannot be decrypted with this encryption key: edit the broker and type it again" in text


def test_a_broker_is_removed_when_its_name_is_typed_and_its_jobs_stay(broker: Broker, client: Client) -> None:
    job = job_row(broker=broker)
    address = reverse("broker-remove", args=["bench"])

    page = client.get(address).content.decode()
    wrong = client.post(address, {"typed_name": "Bench"}).content.decode()
    assert Broker.objects.exists()
    right = client.post(address, {"typed_name": "bench"})

    job.refresh_from_db()
    assert "1 unfinished job will fail" in page
    assert "Type bench to remove it." in wrong
    assert right["Location"] == "/"
    assert not Broker.objects.exists()
    assert (job.broker, job.broker_name) == (None, "bench")


def test_of_the_embedded_broker_only_the_environment_is_chosen(client: Client, stranger: User) -> None:
    row = setup.embedded_broker()
    address = reverse("broker-edit", args=["local"])

    page = client.get(address).content.decode()
    answer = client.post(address, {"environment": "production", "host": "elsewhere", "name": "other"})

    changed = Broker.objects.get(pk=row.pk)
    assert "Environment of local" in page
    assert 'name="host"' not in page
    assert answer["Location"] == reverse("queues", args=["local"])
    assert (changed.environment, changed.colour) == ("production", "magenta")
    assert (changed.name, changed.host, changed.api_port) == (row.name, row.host, row.api_port)
    assert setup.embedded_broker().environment == "production"
    assert (
        '<span class="env env--magenta" title="Environment of local">production</span>'
        in client.get("/").content.decode()
    )
    client.post(address, {"environment": "production", "colour": "teal"})
    assert '<option value="teal" selected>' in client.get(address).content.decode()
    assert "at most 24 characters" in client.post(address, {"environment": "x" * 25}).content.decode()
    assert browser(stranger).post(address, {"environment": "mine"}).status_code == 404
    assert client.get(reverse("broker-remove", args=["local"])).status_code == 404
