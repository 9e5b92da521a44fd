"""Purge, move and republish: from the form to the messages. The worker's task is called here as the worker calls it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard import brokers, celery, secrets
from dashboard.celery import app
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.operations import shown
from dashboard.operations.tasks import run
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, api, declare, look, ready, register
from tests.dashboard.views.test_messages import kept, read
from tests.support.embedded import EmbeddedBroker

REVIEWED = re.compile(r'name="reviewed" value="([0-9a-f]+)"><input type="hidden" name="reviewed_count" value="(\d+)"')
MOVE = {"action": "move", "to": "queue", "broker": "bench", "vhost": "/", "queue": "", "keys": "own"}
REPUBLISH = {"exchanges": "one", "exchange": "", "keys": "one", "encoding": "text"}


def address(page: str, queue: str) -> str:
    return reverse(page, args=["bench", "/", queue])


def act(client: Client, page: str, queue: str, form: dict[str, Any]) -> tuple[str, Operation | None]:
    """Review, do, and let the worker work; the review's page, and the job if it came to one."""
    text = client.post(address(page, queue), form | {"step": "review"}).content.decode()
    found = REVIEWED.search(text)
    if found is None:
        return text, None
    sure = {"step": "do", "reviewed": found[1], "reviewed_count": found[2]}
    answer = client.post(address(page, queue), form | sure)
    assert answer.status_code == 302, answer.content.decode()
    job = Operation.objects.latest("pk")
    run(job.pk)
    job.refresh_from_db()
    return text, job


def bodies(real: EmbeddedBroker, queue: str, vhost: str = "/") -> list[bytes]:
    with real.connect(vhost) as connection:
        channel = connection.channel()
        found = []
        while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append(got[2] or b"")
    return found


@pytest.fixture
def queue(real: EmbeddedBroker, broker: Broker) -> str:
    return declare(real, bodies=(b"one", b"two", b"three"))


@pytest.fixture
def parked(real: EmbeddedBroker, broker: Broker) -> str:
    return declare(real)


def test_a_purge_empties_the_queue_and_says_how_many(queue: str, real: EmbeddedBroker, operator: User) -> None:
    client = browser(operator)

    page = client.get(address("purge", queue)).content.decode()
    answer = client.post(address("purge", queue), {"seen": "3"})
    job = Operation.objects.latest("pk")
    run(job.pk)

    job.refresh_from_db()
    assert "0 unacked messages: there are no consumers." in page
    assert answer["Location"] == reverse("job", args=[job.pk])
    assert (job.state, job.counts, job.total) == ("done", {"purged": 3}, 3)
    assert ready(real, queue) == 0


def test_the_first_messages_are_purged_and_a_count_that_is_none_is_never_all(
    queue: str, real: EmbeddedBroker, operator: User
) -> None:
    client = browser(operator)
    counted = address("purge", queue) + "?count=2"

    page = client.get(counted).content.decode()
    wrong = client.post(address("purge", queue) + "?count=two", {"seen": "3"}).content.decode()
    assert not Operation.objects.exists()
    client.post(counted, {"seen": "2"})
    job = Operation.objects.latest("pk")
    run(job.pk)

    job.refresh_from_db()
    assert "the first 2 ready messages</b>" in page
    assert "1 ready message behind them: not affected." in page
    assert "Purge the first 2 messages</button>" in page
    assert "as a whole number from 1 on" in wrong
    assert (job.state, job.counts, job.parameters) == ("done", {"purged": 2}, {"count": 2})
    assert shown.job(job).title == "Purge the first 2 messages"
    with real.connect() as connection:
        assert connection.channel().basic_get(queue)[2] == b"three"


def test_a_purge_of_more_than_was_seen_is_not_done(queue: str, real: EmbeddedBroker, operator: User) -> None:
    answer = browser(operator).post(address("purge", queue), {"seen": "1"})

    assert "There were 1 ready messages when you looked; now there are 3." in answer.content.decode()
    assert not Operation.objects.exists()


def test_over_a_hundred_messages_need_the_queues_name_typed(
    real: EmbeddedBroker, broker: Broker, operator: User
) -> None:
    queue = declare(real, bodies=(b"x",) * 101)
    client = browser(operator)

    wrong = client.post(address("purge", queue), {"seen": "101", "typed_name": "other"})
    right = client.post(address("purge", queue), {"seen": "101", "typed_name": queue})

    assert f"Type {queue} to purge more than 100 messages." in wrong.content.decode()
    assert right.status_code == 302


def test_all_messages_move_in_their_order(queue: str, parked: str, real: EmbeddedBroker, operator: User) -> None:
    text, job = act(browser(operator), "move", queue, MOVE | {"queue": parked})

    assert "Dry run, nothing was sent" in text
    assert job is not None
    assert (job.state, job.counts) == ("done", {"moved": 3})
    assert bodies(real, parked) == [b"one", b"two", b"three"]
    assert ready(real, queue) == 0


def test_only_the_chosen_messages_move(queue: str, parked: str, real: EmbeddedBroker, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    second = kept(client, queue)[1]

    first_step = client.post(address("move", queue), {"listed": "", "message": second}).content.decode()
    _, job = act(client, "move", queue, MOVE | {"queue": parked, "selection": second})

    assert "Move 1 selected message" in first_step
    assert job is not None
    assert job.counts == {"moved": 1}
    assert bodies(real, parked) == [b"two"]
    assert bodies(real, queue) == [b"one", b"three"]


def test_nothing_ticked_is_never_everything(queue: str, real: EmbeddedBroker, operator: User) -> None:
    for page in ("move", "republish"):
        answer = browser(operator).post(address(page, queue), {"listed": ""}, follow=True)

        assert "Choose messages first: tick the boxes beside them." in answer.content.decode()
    assert ready(real, queue) == 3


def test_a_copy_leaves_the_originals(queue: str, parked: str, real: EmbeddedBroker, operator: User) -> None:
    _, job = act(browser(operator), "move", queue, MOVE | {"queue": parked, "action": "copy"})

    assert job is not None
    assert job.counts == {"copied": 3}
    assert ready(real, queue) == ready(real, parked) == 3


def test_messages_move_to_another_broker(queue: str, real: EmbeddedBroker, owner: User) -> None:
    # A second registration of the same broker is another broker to Postroom: the target vhost differs.
    register(real, "elsewhere")
    target = declare(real, vhost=OTHER_VHOST)

    _, job = act(browser(owner), "move", queue, MOVE | {"broker": "elsewhere", "vhost": OTHER_VHOST, "queue": target})

    assert job is not None
    assert job.state == "done"
    assert bodies(real, target, OTHER_VHOST) == [b"one", b"two", b"three"]


def test_as_many_messages_can_be_chosen_as_a_look_shows(queue: str, operator: User) -> None:
    chosen = [f"{number:064x}-1" for number in range(2_000)]

    answer = browser(operator).post(address("move", queue), {"message": chosen, "listed": "1"})

    assert answer.status_code == 200
    assert "Move 2,000 selected messages" in answer.content.decode()


def test_what_has_no_route_stays(queue: str, real: EmbeddedBroker, operator: User) -> None:
    with api(real) as asked:
        asked.put("/exchanges/%2F/actions.x", json={"type": "direct"}).raise_for_status()
    client = browser(operator)
    read(client, queue)

    text, job = act(client, "move", queue, MOVE | {"to": "exchange", "exchange": "actions.x"})

    assert "3 have no route" in text
    assert job is not None
    assert job.counts == {"unroutable": 3}
    assert ready(real, queue) == 3
    shown = client.get(reverse("job", args=[job.pk])).content.decode()
    assert "Done, 3 unroutable: still at the source." in shown


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"queue": ""}, "Name the queue to send to."),
        ({"queue": "nowhere"}, "There is no queue nowhere in vhost / on bench."),
        ({"queue": "any", "vhost": "no-such"}, "You may not publish in no-such on bench."),
        ({"queue": "any", "vhost": ""}, "Name the vhost to send to"),
        ({"queue": "any", "broker": "no-such"}, "Choose a broker from the list."),
        ({"to": "exchange", "exchange": "nowhere"}, "There is no exchange nowhere in vhost / on bench."),
        ({"to": "exchange", "exchange": ""}, "Name an exchange, or use one key for all"),
        ({"queue": "x" * 256}, "AMQP takes at most 255."),
    ],
)
def test_a_wrong_destination_is_a_sentence_beside_its_field(
    values: dict[str, str], sentence: str, queue: str, real: EmbeddedBroker, operator: User
) -> None:
    text, job = act(browser(operator), "move", queue, MOVE | values)

    assert job is None
    assert sentence in text
    assert ready(real, queue) == 3


def test_moving_to_the_queue_itself_is_a_sentence(queue: str, operator: User) -> None:
    text, job = act(browser(operator), "move", queue, MOVE | {"queue": queue})

    assert job is None
    assert f"The messages are in {queue} already." in text


def test_a_destination_that_is_away_is_a_sentence(queue: str, unreachable: Broker, owner: User) -> None:
    text, job = act(browser(owner), "move", queue, MOVE | {"broker": "gone", "queue": "any"})

    assert job is None
    assert "nothing listens there." in text


def test_a_viewer_of_the_destination_may_not_send_there(queue: str, broker: Broker, real: EmbeddedBroker) -> None:
    user = member(broker, Role.OPERATOR)
    user.grants.create(broker=broker, vhost=OTHER_VHOST, role=Role.VIEWER)
    target = declare(real, vhost=OTHER_VHOST)

    text, job = act(browser(user), "move", queue, MOVE | {"vhost": OTHER_VHOST, "queue": target})

    assert job is None
    assert "You may not publish in other on bench." in text


def test_other_vhosts_are_not_offered_to_a_member(queue: str, broker: Broker, operator: User, owner: User) -> None:
    look(broker)

    assert '<option value="other">' in browser(owner).get(address("move", queue)).content.decode()
    assert '<option value="other">' not in browser(operator).get(address("move", queue)).content.decode()


def test_a_message_is_republished_to_another_key(queue: str, parked: str, real: EmbeddedBroker, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    first = kept(client, queue)[0]

    _, job = act(client, "republish", queue, REPUBLISH | {"selection": first, "routing_key": parked})

    assert job is not None
    assert (job.state, job.counts) == ("done", {"moved": 1})
    assert bodies(real, parked) == [b"one"]
    assert bodies(real, queue) == [b"two", b"three"]


def test_a_message_is_republished_with_a_new_body_that_no_row_keeps(
    queue: str, parked: str, real: EmbeddedBroker, operator: User
) -> None:
    client = browser(operator)
    read(client, queue)
    first = kept(client, queue)[0]
    edited = {"selection": first, "routing_key": parked, "edits_body": "on", "body": "a better secret"}

    opened = client.post(address("republish", queue), {"only": first}).content.decode()
    text, job = act(client, "republish", queue, REPUBLISH | edited)

    assert "one</textarea>" in opened
    assert "<del>one</del>" in text
    assert job is not None
    assert bodies(real, parked) == [b"a better secret"]
    row = Operation.objects.filter(pk=job.pk).values().get()
    assert "secret" not in repr(row)


def test_a_destination_of_a_republish_that_is_wrong_is_a_sentence(queue: str, operator: User) -> None:
    client = browser(operator)
    read(client, queue)
    form = REPUBLISH | {"selection": kept(client, queue)[0]}

    text, job = act(client, "republish", queue, form | {"exchange": "nowhere"})

    assert job is None
    assert "There is no exchange nowhere in vhost / on bench." in text


def test_an_edit_of_what_is_not_kept_any_more_is_not_guessed(queue: str, operator: User) -> None:
    form = REPUBLISH | {"selection": "f" * 32 + ".0", "edits_body": "on", "body": "new"}

    text, job = act(browser(operator), "republish", queue, form)

    assert job is None
    assert "What you read is not kept any more." in text


def test_a_job_fails_with_a_sentence_that_holds_no_password(queue: str, broker: Broker, operator: User) -> None:
    job = Operation.objects.create(
        kind="move",
        broker=broker,
        broker_name="bench",
        vhost="/",
        queue=queue,
        parameters={"broker": "bench", "vhost": "/", "exchange": "", "routing_key": "x", "fingerprints": None},
        created_by=operator,
    )
    broker.password_encrypted = secrets.encrypt("wrong-hunter2")
    broker.save()

    run(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "refused user guest" in job.error
    assert "hunter2" not in repr(Operation.objects.filter(pk=job.pk).values().get())
    assert job.error[:60] in browser(operator).get(reverse("job", args=[job.pk])).content.decode()


def test_a_job_of_a_queue_that_went_away_fails_with_a_sentence(broker: Broker, operator: User) -> None:
    job = Operation.objects.create(kind="purge", broker=broker, broker_name="bench", vhost="/", queue="vanished")

    run(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "vanished" in job.error


def test_a_job_whose_queue_of_jobs_is_away_says_that_nothing_was_done(
    queue: str,
    real: EmbeddedBroker,
    operator: User,
    closed_port: int,
    django_capture_on_commit_callbacks: Any,
) -> None:
    was = app.conf.broker_url
    app.conf.update(broker_url=f"amqp://guest:guest@127.0.0.1:{closed_port}//")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            browser(operator).post(address("purge", queue), {"seen": "3"})
    finally:
        app.conf.update(broker_url=was)

    job = Operation.objects.latest("pk")
    assert job.state == "failed"
    assert "The queue of jobs cannot be reached, so no worker has this job. Nothing was done" in job.error
    assert ready(real, queue) == 3


def test_a_client_of_a_broker_is_kept_between_pages(broker: Broker) -> None:
    assert brokers.client(broker) is brokers.client(Broker.objects.get(pk=broker.pk))


def test_a_client_that_is_one_too_many_is_let_go_but_not_closed(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brokers, "CLIENTS", 1)
    in_use = brokers.client(broker, 5.0)

    assert brokers.client(broker, 6.0) is not in_use
    assert in_use.overview().product
    assert brokers.client(broker, 5.0) is not in_use


@pytest.mark.parametrize("page", ["queue-delete", "purge", "move"])
def test_the_queue_of_our_own_jobs_is_left_alone(page: str, broker: Broker, owner: User) -> None:
    Broker.objects.filter(pk=broker.pk).update(is_embedded=True)
    address = reverse(page, args=["bench", settings.BROKER_VHOST, celery.QUEUE])

    answers = [browser(owner).get(address), browser(owner).post(address, {"seen": "0", "step": "do"})]

    assert [answer.status_code for answer in answers] == [404, 404]
