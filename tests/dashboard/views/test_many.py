"""Many queues at once: chosen in the list, reviewed, done as one job with a result for each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard import brokers
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from dashboard.operations.tasks import run
from dashboard.paths import row_key
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, api, declare, look, ready
from tests.support.embedded import EmbeddedBroker

LIST = "/brokers/bench/queues/"
MANY = reverse("queues-many", args=["bench"])
HIDDEN = re.compile(r'<input type="hidden" name="(action|step|seen|chosen|next)" value="([^"]*)">')


@pytest.fixture
def three(real: EmbeddedBroker, broker: Broker) -> Broker:
    declare(real, "many-a", bodies=(b"1",) * 3)
    declare(real, "many-b", bodies=(b"1",) * 2)
    declare(real, "many-c", vhost=OTHER_VHOST)
    declare(real, "many-to")
    look(broker)
    return broker


def select(action: str, *rows: str, scope: str = "ticked", query: str = "q=many-", **more: Any) -> dict[str, Any]:
    return {"action": action, "row": list(rows), "scope": scope, "next": f"{LIST}?{query}", **more}


def confirm(client: Client, form: dict[str, Any], **typed: Any) -> Operation:
    """Review, confirm, and let the worker work."""
    text = client.post(MANY, form).content.decode()
    hidden = dict(HIDDEN.findall(text))
    answer = client.post(MANY, hidden | typed)
    assert answer.status_code == 302, answer.content.decode()
    job = Operation.objects.latest("pk")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    run(job.pk)
    job.refresh_from_db()
    return job


A, B, C = row_key("/", "many-a"), row_key("/", "many-b"), row_key(OTHER_VHOST, "many-c")


def test_ticked_queues_are_purged_after_a_review_that_names_counts(
    three: Broker, owner: User, real: EmbeddedBroker
) -> None:
    here = browser(owner)
    text = here.post(MANY, select("purge-many", A, B)).content.decode()

    assert "This deletes <b>5 ready messages</b> from <b>2 queues</b> on bench." in text
    assert 'Type <b class="mono">2</b> to confirm' in text
    wrong = here.post(MANY, dict(HIDDEN.findall(text)) | {"typed": "3"})
    assert "Type 2 to confirm." in wrong.content.decode()
    job = confirm(here, select("purge-many", A, B), typed="2")

    assert (job.state, job.counts) == ("done", {"done": 2})
    assert sorted((item["queue"], item["messages"]) for item in job.items) == [("many-a", 3), ("many-b", 2)]
    assert ready(real, "many-a") == ready(real, "many-b") == 0
    page = here.get(f"/jobs/{job.pk}/").content.decode()
    assert "Purge 2 queues" in page
    assert "Done with 2 queues, 5 messages." in page


def test_all_that_match_are_deleted_across_vhosts(three: Broker, owner: User, real: EmbeddedBroker) -> None:
    with api(real) as asked:
        binding = {"routing_key": "k"}
        asked.post("/bindings/%2F/e/amq.direct/q/many-a", json=binding).raise_for_status()
    form = select("delete", scope="all", query="q=name~%5Emany-[abc]$")
    text = browser(owner).post(MANY, form).content.decode()

    job = confirm(browser(owner), form, typed="3")

    assert "1 binding will go with them." in text
    assert "Nobody consumes from them." in text
    assert (job.vhost, job.queue, job.counts) == ("", "", {"done": 3})
    assert "many-a" not in {name for _, name in look(three).queues}
    assert Operation.objects.filter(pk=job.pk).exists()


def test_the_page_that_is_shown_can_be_chosen_and_a_wrong_filter_chooses_nothing(three: Broker, owner: User) -> None:
    page = browser(owner).post(MANY, select("pause", scope="page", query="q=many-&vhost=other"))
    wrong = browser(owner).post(MANY, select("delete", scope="all", query="q=ready%3Ex"), follow=True)

    assert "Pause many-c?" in page.content.decode()
    assert "Choose queues first" in wrong.content.decode()


def test_paused_queues_give_nothing_until_they_are_resumed(three: Broker, owner: User, real: EmbeddedBroker) -> None:
    job = confirm(browser(owner), select("pause", A))

    assert (job.queue, job.counts) == ("many-a", {"done": 1})
    assert look(three).queues["/", "many-a"].queue.state == "paused"
    assert "Paused now: 1 queue." in browser(owner).post(MANY, select("resume", A)).content.decode()
    confirm(browser(owner), select("resume", A))
    assert look(three).queues["/", "many-a"].queue.state == "running"


def test_messages_of_many_queues_are_moved_to_one(three: Broker, owner: User, real: EmbeddedBroker) -> None:
    here = browser(owner)
    hidden = dict(HIDDEN.findall(here.post(MANY, select("move-many", A, B)).content.decode()))
    itself = here.post(MANY, hidden | {"vhost": "/", "queue": "many-a"}).content.decode()
    nowhere = here.post(MANY, hidden | {"vhost": "/", "queue": "nowhere"}).content.decode()

    job = confirm(here, select("move-many", A, B), vhost="/", queue="many-to")

    assert "many-a is among the chosen queues." in itself
    assert "There is no queue nowhere in vhost / on bench." in nowhere
    assert [item["messages"] for item in job.items] == [3, 2]
    assert ready(real, "many-to") == 5
    assert "Move the messages of 2 queues" in here.get(f"/jobs/{job.pk}/").content.decode()


def test_a_policy_is_set_for_the_chosen_queues_only(three: Broker, owner: User, real: EmbeddedBroker) -> None:
    here = browser(owner)
    hidden = dict(HIDDEN.findall(here.post(MANY, select("policy", A, B)).content.decode()))
    empty = here.post(MANY, hidden | {"name": "many", "priority": "1"}).content.decode()

    job = confirm(here, select("policy", A, B), name="many", priority="7", max_length="9", overflow="reject-publish")

    assert "Set at least one rule" in empty
    assert job.counts == {"done": 2}
    policy = brokers.client(three).policies("/")[0]
    assert (policy.pattern, policy.priority) == ("^(?:many-a|many-b)$", 7)
    assert policy.definition == {"max-length": 9, "overflow": "reject-publish"}
    brokers.client(three).delete_policy("/", "many")


def test_who_may_do_what(three: Broker, owner: User, stranger: User, viewer: User, operator: User) -> None:
    assert browser(stranger).post(MANY, select("purge-many", A)).status_code == 404
    assert browser(viewer).post(MANY, select("purge-many", A)).status_code == 403
    assert browser(operator).post(MANY, select("purge-many", A)).status_code == 200
    assert browser(operator).post(MANY, select("purge-many", A, C)).status_code == 404
    assert browser(operator).post(MANY, select("delete", A)).status_code == 403
    assert browser(operator).get(reverse("queue-delete", args=["bench", "/", "many-a"])).status_code == 403
    assert browser(operator).post(MANY, select("explode", A)).status_code == 404
    assert browser(owner).get(MANY).status_code == 302
    admin = member(three, Role.ADMIN)
    assert browser(admin).post(MANY, select("delete", A)).status_code == 200


def test_the_list_offers_what_can_be_done_and_says_why_not(
    three: Broker, owner: User, viewer: User, operator: User
) -> None:
    mine, theirs, none = (browser(user).get(LIST).content.decode() for user in (owner, operator, viewer))

    assert f'value="{A}" aria-label="Select many-a"' in mine
    assert 'value="delete"><svg' in mine
    assert 'value="delete" disabled title="This needs the role admin"' in theirs
    assert 'name="row"' not in none


def test_the_queue_of_the_jobs_is_not_for_jobs(three: Broker, owner: User) -> None:
    three.is_embedded = True
    three.save()

    answer = browser(owner).post(MANY, select("delete", row_key("postroom", "postroom.jobs")), follow=True)

    assert "Choose queues first" in answer.content.decode()
    assert browser(owner).post(MANY, select("delete", "nonsense"), follow=True).status_code == 200
