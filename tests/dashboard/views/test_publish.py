from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pika.spec import BasicProperties

from dashboard.models import Broker, Operation
from tests.dashboard.people import browser
from tests.dashboard.places import api, declare, ready
from tests.support.embedded import EmbeddedBroker

REVIEWED = re.compile(r'name="reviewed" value="([0-9a-f]+)"')
FORM: dict[str, Any] = {"body": "hello", "encoding": "text", "persistent": "on"}


def publish(client: Client, address: str, **values: Any) -> tuple[str, Operation | None]:
    """Review, then do; the last page, and the job if there is one."""
    form = FORM | values
    text = client.post(address, form | {"step": "review"}).content.decode()
    found = REVIEWED.search(text)
    if found is None:
        return text, None
    done = client.post(address, form | {"step": "do", "reviewed": found[1], "reviewed_count": "1"}, follow=True)
    assert done.status_code == 200
    return done.content.decode(), Operation.objects.first()


def taken(real: EmbeddedBroker, queue: str) -> tuple[BasicProperties, bytes]:
    with real.connect() as connection:
        method, properties, body = connection.channel().basic_get(queue, auto_ack=True)
    assert method is not None
    assert properties is not None
    assert body is not None
    return properties, body


@pytest.fixture
def queue(real: EmbeddedBroker, broker: Broker) -> str:
    return declare(real)


def to(queue: str) -> str:
    return reverse("queue-publish", args=["bench", "/", queue])


def test_a_message_is_sent_as_it_was_typed(queue: str, real: EmbeddedBroker, operator: User) -> None:
    text, job = publish(
        browser(operator),
        to(queue),
        body="größe\r\n2",
        content_type="text/plain",
        priority="7",
        header_name=["n", "flag"],
        header_type=["int", "bool"],
        header_value=["42", "true"],
    )

    properties, body = taken(real, queue)
    assert job is not None
    assert "Confirmed by the broker and routed." in text
    assert body == "größe\n2".encode()
    assert (properties.content_type, properties.priority, properties.delivery_mode) == ("text/plain", 7, 2)
    assert properties.headers == {"n": 42, "flag": True}
    assert (job.state, job.created_by, job.counts) == ("done", operator, {"published": 1})


def test_the_row_of_a_publish_holds_no_body(queue: str, operator: User) -> None:
    _, job = publish(browser(operator), to(queue), body="the secret of the letter")

    assert job is not None
    assert "secret" not in repr([getattr(job, field.attname) for field in Operation._meta.concrete_fields])
    assert job.parameters == {"exchange": "", "routing_key": queue, "size_bytes": 24}


def test_a_review_sends_nothing_and_a_change_after_it_is_reviewed_again(
    queue: str, real: EmbeddedBroker, operator: User
) -> None:
    client = browser(operator)
    text = client.post(to(queue), FORM | {"step": "review"}).content.decode()
    found = REVIEWED.search(text)
    assert found is not None

    changed = client.post(
        to(queue), FORM | {"step": "do", "reviewed": found[1], "reviewed_count": "1", "body": "other"}
    )

    assert changed.status_code == 200
    assert f"goes to {queue}" in text
    assert ready(real, queue) == 0
    assert not Operation.objects.exists()


def test_bytes_go_as_base64_or_as_a_file(queue: str, real: EmbeddedBroker, operator: User) -> None:
    publish(browser(operator), to(queue), body="/w==", encoding="base64")
    assert taken(real, queue)[1] == b"\xff"

    client = browser(operator)
    text = client.post(
        to(queue), FORM | {"step": "review", "file": SimpleUploadedFile("f", b"\x00\xff")}
    ).content.decode()

    assert REVIEWED.search(text)
    assert "AP8=" in text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"body": "broken \ufffd"}, "The body holds bytes that are not UTF-8. Send it as base64 or as a file."),
        ({"body": "%%%", "encoding": "base64"}, "This is not base64."),
        ({"priority": "256"}, "A priority is a whole number from 0 to 255."),
        ({"expiration": "soon"}, "An expiration is a whole number of milliseconds."),
        ({"timestamp": "yesterday"}, "Write a time such as"),
        ({"correlation_id": "ä" * 128}, "This is 256 bytes long; AMQP takes at most 255."),
        ({"header_name": "n", "header_type": "int", "header_value": "x"}, "is not a whole number of at most 64 bits."),
        ({"header_name": "n", "header_type": "alien", "header_value": "x"}, "There is no header type alien."),
    ],
)
def test_what_amqp_cannot_carry_is_a_sentence(
    values: dict[str, Any], sentence: str, queue: str, real: EmbeddedBroker, operator: User
) -> None:
    text, job = publish(browser(operator), to(queue), **values)

    assert job is None
    assert sentence in text
    assert ready(real, queue) == 0


def test_bytes_of_a_form_that_are_not_utf8_are_never_sent_changed(
    queue: str, real: EmbeddedBroker, operator: User
) -> None:
    answer = browser(operator).post(
        to(queue), b"step=review&encoding=text&body=%FF%FE", content_type="application/x-www-form-urlencoded"
    )

    assert "The body holds bytes that are not UTF-8." in answer.content.decode()


def test_a_message_to_an_exchange_says_whether_it_has_a_route(
    real: EmbeddedBroker, broker: Broker, operator: User
) -> None:
    queue = declare(real)
    with api(real) as asked:
        asked.put("/exchanges/%2F/publish.x", json={"type": "topic"}).raise_for_status()
        asked.post(f"/bindings/%2F/e/publish.x/q/{queue}", json={"routing_key": "a.*"}).raise_for_status()
    address = reverse("exchange-publish", args=["bench", "/", "publish.x"])
    client = browser(operator)

    before = client.post(address, FORM | {"step": "review", "routing_key": "b"}).content.decode()
    lost, lost_job = publish(client, address, routing_key="b")
    _, job = publish(client, address, routing_key="a.1")

    assert "No route." in before
    assert "Unroutable: no binding matched, so the message is in no queue." in lost
    assert lost_job is not None
    assert lost_job.counts == {"unroutable": 1}
    assert job is not None
    assert job.counts == {"published": 1}
    assert taken(real, queue)[1] == b"hello"


def test_a_user_id_that_is_not_the_login_is_warned_of_and_refused(
    queue: str, real: EmbeddedBroker, operator: User
) -> None:
    client = browser(operator)

    review = client.post(to(queue), FORM | {"step": "review", "user_id": "somebody"}).content.decode()
    text, job = publish(client, to(queue), user_id="somebody")

    assert "The broker refuses a user_id other than the login, guest" in review
    assert "Refused by the broker. The message is in no queue." in text
    assert "still at the source" not in text
    assert job is not None
    assert job.problems[0]["reason"].startswith("its user_id is somebody")
    assert ready(real, queue) == 0


def test_a_full_queue_that_refuses_says_so(real: EmbeddedBroker, broker: Broker, operator: User) -> None:
    queue = declare(real, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    client = browser(operator)
    publish(client, to(queue))

    text, job = publish(client, to(queue), body="one too many")

    assert "Refused by the broker. The message is in no queue." in text
    assert job is not None
    assert job.counts == {"refused": 1}


def test_another_header_row_keeps_what_was_typed(queue: str, operator: User) -> None:
    row = {"header_name": "first", "header_type": "string", "header_value": ""}
    answer = browser(operator).post(to(queue), FORM | row | {"add_header": "1", "body": "kept"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "kept" in text
    assert "first" in text


def test_a_queue_that_is_not_there_is_a_404(broker: Broker, operator: User) -> None:
    assert browser(operator).get(to("nowhere")).status_code == 404
