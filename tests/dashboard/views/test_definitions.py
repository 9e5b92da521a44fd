"""Definitions go out as a file, and come in as a plan that is looked at first; on both brokers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from brokerctl.errors import ObjectNotFound
from dashboard.models import Broker, ImportPlan, Operation
from dashboard.models.grant import Role
from dashboard.operations.tasks import run
from tests.dashboard.people import browser, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import text_of
from tests.support.brokers import VHOST, Place

QUEUE = {"durable": True, "auto_delete": False, "arguments": {}}
ADDRESS = reverse("definitions", args=["bench"])


@pytest.fixture
def client(place: Place, bench: Broker, owner: User) -> Iterator[Client]:
    place.client.declare_queue(VHOST, "defs.there", arguments={"x-max-length": 3})
    look(bench)
    yield browser(owner)
    for name in ("defs.there", "defs.new", "defs.late"):
        try:
            place.client.delete_queue(VHOST, name)
        except ObjectNotFound:
            continue


def upload(client: Client, document: Any, vhost: str = VHOST) -> Any:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(ADDRESS, {"vhost": vhost, "file": SimpleUploadedFile("set up.json", text)})


def wanted() -> dict[str, Any]:
    return {
        "queues": [{**QUEUE, "name": name} for name in ("defs.new", "defs.there", "amq.defs")],
        "users": [{"name": "u"}],
    }


def test_a_plan_is_looked_at_confirmed_and_applied_as_a_job(place: Place, bench: Broker, client: Client) -> None:
    answer = upload(client, wanted())
    page = text_of(client.get(answer["Location"]))
    conflict = text_of(client.get(answer["Location"] + "?show=conflict"))
    ignored = text_of(client.get(answer["Location"] + "?show=ignored"))
    row = ImportPlan.objects.get()

    assert "Apply 1 definition<" in page
    assert "queue defs.new" in page
    assert "It is there with other arguments" in conflict
    assert "names that begin with amq." in ignored.lower()
    assert "leaves out users" in ignored
    with pytest.raises(ObjectNotFound):
        place.client.queue(VHOST, "defs.new")

    digest = page.split('name="digest" value="')[1].split('"')[0]
    started = client.post(answer["Location"], {"digest": digest})
    job = Operation.objects.latest("pk")
    run(job.pk)
    job.refresh_from_db()

    assert started["Location"] == reverse("job", args=[job.pk])
    assert (job.kind, job.state, job.counts, job.total) == ("import", "done", {"done": 1}, 1)
    assert place.client.queue(VHOST, "defs.new").durable
    shown = text_of(client.get(started["Location"]))
    assert "Import definitions of set up.json" in shown
    assert "queue defs.new" in shown
    assert not ImportPlan.objects.filter(pk=row.pk).exists()


def test_what_changed_meanwhile_is_seen_at_the_confirmation_and_by_the_job(
    place: Place, bench: Broker, client: Client
) -> None:
    document = {"queues": [{**QUEUE, "name": name} for name in ("defs.new", "defs.late")]}
    address = upload(client, document)["Location"]
    old = text_of(client.get(address)).split('name="digest" value="')[1].split('"')[0]
    place.client.declare_queue(VHOST, "defs.late")

    at_confirmation = client.post(address, {"digest": old})
    new = text_of(at_confirmation).split('name="digest" value="')[1].split('"')[0]
    assert at_confirmation.status_code == 409
    assert "was changed since you looked." in text_of(at_confirmation)
    client.post(address, {"digest": new})
    place.client.delete_queue(VHOST, "defs.late")
    job = Operation.objects.latest("pk")
    run(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "changed after the plan was made" in job.error
    with pytest.raises(ObjectNotFound):
        place.client.queue(VHOST, "defs.new")
    assert ImportPlan.objects.count() == 1


def test_a_file_goes_out_of_one_vhost_and_of_everything_and_comes_back_as_it_is(
    place: Place, bench: Broker, client: Client
) -> None:
    export = reverse("definitions-export", args=["bench"])

    one, everything = client.get(export, {"vhost": VHOST}), client.get(export)

    assert one["Content-Disposition"].startswith('attachment; filename="bench_')
    assert "defs.there" in {each["name"] for each in json.loads(one.content)["queues"]}
    assert "guest" in {each["name"] for each in json.loads(everything.content)["users"]}
    assert [row.kind for row in Operation.objects.all()] == ["export", "export"]
    page = text_of(client.get(upload(client, everything.content, "")["Location"]))
    assert 'disabled title="There is nothing to apply"' in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "Set up.json is not JSON"),
        (b"[]", "Set up.json holds no definitions"),
        (b"\xff\xfe", "set up.json is not text in UTF-8"),
        (b'{"queues": {}}', "Queues of the file is not a list."),
        (b"", "Set up.json is not JSON"),
    ],
)
def test_what_is_no_file_of_definitions_is_said(content: bytes, sentence: str, broker: Broker, owner: User) -> None:
    look(broker)

    answer = upload(browser(owner), content, "/")

    assert sentence in text_of(answer)
    assert not ImportPlan.objects.exists()


def test_the_file_lies_encrypted_and_can_be_thrown_away(broker: Broker, owner: User) -> None:
    look(broker)
    client = browser(owner)
    address = upload(client, {"users": [{"name": "u", "password_hash": "hunter2hash", "tags": ""}]}, "")["Location"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT document_encrypted FROM dashboard_importplan")
        stored = bytes(cursor.fetchall()[0][0])
    assert b"hunter2hash" not in stored
    assert "hunter2hash" not in text_of(client.get(address))
    thrown = client.post(reverse("definitions-discard", args=["bench", ImportPlan.objects.get().pk]), follow=True)
    assert "is thrown away. Nothing was applied." in text_of(thrown)
    assert client.get(address).status_code == 404


def test_administrators_of_one_vhost_have_that_one_only(place: Place, bench: Broker, client: Client) -> None:
    admin, viewer = browser(member(bench, Role.ADMIN, VHOST)), browser(member(bench, Role.VIEWER, VHOST))
    whole = upload(client, {"queues": []} | {"users": []}, "")["Location"]
    export = reverse("definitions-export", args=["bench"])

    page = text_of(admin.get(ADDRESS))

    assert "Everything" not in page
    assert [admin.get(export, {"vhost": each}).status_code for each in (VHOST, "/", "")] == [200, 404, 404]
    assert admin.get(whole).status_code == 404
    assert "Choose a vhost" in text_of(upload(admin, {"queues": []}, ""))
    assert [viewer.get(ADDRESS).status_code, viewer.get(export, {"vhost": VHOST}).status_code] == [403, 403]
