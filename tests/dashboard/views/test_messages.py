from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard import brokers
from dashboard.models import Broker
from dashboard.reading.reads import ReadKey, reads
from dashboard.snapshot import BrokerState, Snapshot
from tests.dashboard.people import browser
from tests.dashboard.places import declare, ready
from tests.support.embedded import EmbeddedBroker

LETTERS = (b'{"order": 1}', b'{"order": 2}', b"\xff\xfe\x00 not text")


def address(queue: str) -> str:
    return reverse("messages", args=["bench", "/", queue])


def read(client: Client, queue: str, count: object = 10) -> str:
    answer = client.post(address(queue), {"count": count}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def kept(client: Client, queue: str) -> list[str]:
    """Fingerprints of what this browser has read, in their order."""
    found = reads.get(ReadKey(str(client.session.session_key), "bench", "/", queue))
    return [entry.fingerprint for entry in found.entries] if found else []


@pytest.fixture
def queue(real: EmbeddedBroker, broker: Broker) -> str:
    return declare(real, bodies=LETTERS)


def test_before_a_look_nothing_is_read(queue: str, operator: User) -> None:
    client = browser(operator)

    text = client.get(address(queue)).content.decode()

    assert "3 messages ready" in text
    assert kept(client, queue) == []


def test_a_look_shows_the_messages_and_leaves_them_ready(queue: str, real: EmbeddedBroker, operator: User) -> None:
    client = browser(operator)

    text = read(client, queue)

    assert len(kept(client, queue)) == 3
    assert "order" in text
    assert ready(real, queue) == 3


def test_on_a_broker_that_lets_us_look_the_page_says_that_nothing_changed(
    queue: str, real: EmbeddedBroker, broker: Broker, operator: User
) -> None:
    brokers.remember(broker.pk, Snapshot(BrokerState.LIVE, overview=brokers.client(broker).overview()))
    client = browser(operator)

    before = client.get(address(queue)).content.decode()
    after = read(client, queue)
    move = client.get(reverse("move", args=["bench", "/", queue])).content.decode()

    assert "Reading changes nothing." in before
    assert "This look changed nothing." in after
    assert "Within this broker a move is one step" in move
    with real.connect() as connection:
        taken = connection.channel().basic_get(queue)[0]
    assert taken is not None
    assert taken.redelivered is False


def test_fewer_can_be_read_than_there_are(queue: str, operator: User) -> None:
    client = browser(operator)

    read(client, queue, 2)

    assert len(kept(client, queue)) == 2


@pytest.mark.parametrize("count", ["0", "-1", "2001", "many", ""])
def test_a_wrong_number_is_a_sentence_and_reads_nothing(count: str, queue: str, operator: User) -> None:
    client = browser(operator)

    text = read(client, queue, count)

    assert "Read between 1 and 2,000 messages." in text
    assert kept(client, queue) == []


def test_another_message_comes_without_the_list_when_only_it_is_asked_for(queue: str, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    second = kept(client, queue)[1]

    answer = client.get(address(queue), {"message": second}, headers={"X-Partial": "1"})

    text = answer.content.decode()
    assert text.lstrip().startswith("<article")
    assert "#2" in text
    assert "data-message" not in text


def test_one_message_is_opened_by_its_fingerprint_and_downloaded_as_data(queue: str, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    last = kept(client, queue)[2]

    opened = client.get(address(queue), {"message": last})
    body = client.get(address(queue), {"message": last, "download": ""})

    assert opened.status_code == 200
    assert "ff fe 00" in opened.content.decode()
    assert body.content == LETTERS[2]
    assert body["Content-Type"] == "application/octet-stream"
    assert body["Content-Disposition"] == 'attachment; filename="message-3"'


def test_a_filter_narrows_and_a_wrong_one_is_a_sentence(queue: str, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    fingerprints = kept(client, queue)

    narrowed = client.get(address(queue), {"q": "order"}).content.decode()
    wrong = client.get(address(queue), {"q": "size>huge"})

    assert [each for each in fingerprints if each in narrowed] == fingerprints[:2]
    assert wrong.status_code == 200
    assert "huge" in wrong.content.decode()


def test_what_one_person_read_nobody_else_sees(queue: str, operator: User, owner: User) -> None:
    first, second = browser(operator), browser(owner)
    read(first, queue)
    message = kept(first, queue)[0]

    text = second.get(address(queue)).content.decode()

    assert f'data-message="{message}"' in first.get(address(queue)).content.decode()
    assert "data-message" not in text
    assert second.get(address(queue), {"message": message, "download": ""}).status_code == 404


def test_a_queue_that_is_not_there_is_a_404_with_a_sentence(broker: Broker, operator: User) -> None:
    answer = browser(operator).get(address("nowhere"))

    assert answer.status_code == 404
    assert "No such queue" in answer.content.decode()


@pytest.mark.parametrize("page", ["messages", "queue-publish", "purge", "move", "exchange-publish"])
def test_a_page_that_needs_its_broker_says_that_it_does_not_answer(page: str, unreachable: Broker, owner: User) -> None:
    answer = browser(owner).get(reverse(page, args=["gone", "/", "any"]))

    text = answer.content.decode()
    assert answer.status_code == 502
    assert "The broker does not answer" in text
    assert "nothing listens there." in text


@pytest.mark.parametrize("page", ["messages", "queue-publish", "purge", "move", "republish", "exchange-publish"])
def test_an_action_on_a_broker_that_is_away_says_so_too(page: str, unreachable: Broker, owner: User) -> None:
    answer = browser(owner).post(reverse(page, args=["gone", "/", "any"]), {"count": 1, "message": "x", "step": "do"})

    assert answer.status_code == 502
    assert "The broker does not answer" in answer.content.decode()


def test_a_password_of_another_key_is_a_sentence(broker: Broker, owner: User) -> None:
    broker.password_encrypted = b"\x01" + b"x" * 40
    broker.save()

    answer = browser(owner).get(address("any"))

    assert answer.status_code == 502
    assert "cannot be decrypted with this encryption key" in answer.content.decode()
