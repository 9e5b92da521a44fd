"""Connections, channels, consumers, nodes, vhosts, bindings, and who holds what: pages over a real broker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pika
import pika.exceptions
import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pika.adapters.blocking_connection import BlockingChannel

from brokerctl.operations.progress import Outcome
from dashboard import brokers
from dashboard.looks import look as looked_at
from dashboard.looks import shapes
from dashboard.models import Broker, Grant, Operation, Preferences
from dashboard.models.grant import Role
from dashboard.models.operation import Kind, State
from dashboard.operations import closing
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, api, declare, look
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS, wait_until

ROW = re.compile(r'<tr data-row="([^"]*)"')
TAGS = re.compile(r"<[^>]+>")
HELD = 3


@dataclass
class Busy:
    """A client that holds HELD messages of `queue` and consumes nothing else."""

    queue: str
    name: str
    connection: pika.BlockingConnection
    channel: BlockingChannel

    @property
    def channel_name(self) -> str:
        return f"{self.name} (1)"


@pytest.fixture
def busy(real: EmbeddedBroker, broker: Broker) -> Iterator[Busy]:
    queue = declare(real, bodies=(b"x",) * 5)
    credentials = pika.PlainCredentials("guest", "guest")
    told = {"connection_name": "the <busy> one", "product": "things"}
    parameters = pika.ConnectionParameters(
        "127.0.0.1", real.amqp_port, "/", credentials, heartbeat=0, client_properties=told
    )
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=HELD)
    channel.basic_consume(queue, lambda *_: None, consumer_tag="holder")
    name = next(
        each.name for each in brokers.client(broker).connections() if each.client_name == told["connection_name"]
    )
    wait_until(lambda: brokers.client(broker).queue("/", queue).messages_unacknowledged == HELD)
    yield Busy(queue, name, connection, channel)
    with suppress(pika.exceptions.AMQPError):
        connection.close()


def text_of(user: User, page: str, *args: str, status: int = 200, **query: str) -> str:
    """What a person reads on it, in one line."""
    answer = browser(user).get(reverse(page, args=args), query)
    assert answer.status_code == status
    return " ".join(TAGS.sub(" ", answer.content.decode()).split())


def test_lists_have_a_row_for_everything_there_is(busy: Busy, broker: Broker, owner: User) -> None:
    look(broker)

    found = {
        page: text_of(owner, page, "bench", q=f'"{wanted}"')
        for page, wanted in {
            "connections": "the <busy> one",
            "channels": "the <busy> one",
            "consumers": busy.queue,
            "unacked": busy.queue,
            "bindings": busy.queue,
            "vhosts": OTHER_VHOST,
        }.items()
    }

    assert "the &lt;busy&gt; one / guest Running no AMQP 0-9-1 things" in found["connections"]
    assert "the &lt;busy&gt; one (1)" in found["channels"]
    assert f"holder {busy.queue} / the &lt;busy&gt; one 1 guest active yes no 3" in found["consumers"]
    assert re.search(rf"one 3 3 B (?:&lt;1|\d+) s {busy.queue} / holder 1 guest", found["unacked"])
    assert f"(default) {busy.queue} queue {busy.queue}" in found["bindings"]
    assert OTHER_VHOST in found["vhosts"]


def test_a_connection_shows_its_channels_and_what_its_client_says(busy: Busy, broker: Broker, owner: User) -> None:
    text = text_of(owner, "connection", "bench", busy.name)

    assert "the &lt;busy&gt; one" in text
    assert f"Unacked {HELD} held by its consumers" in text
    assert "Logged in by PLAIN" in text
    assert "product things" in text
    assert "Not encrypted" in text
    missing = text_of(owner, "connection", "bench", "nobody", status=404)
    assert "There is no connection nobody on bench. It was closed" in missing


def test_a_channel_shows_its_mode_and_its_consumers(busy: Busy, broker: Broker, owner: User) -> None:
    text = text_of(owner, "channel", "bench", busy.channel_name)

    assert f"Unacked {HELD} of 3 per consumer" in text
    assert "Mode confirms" in text
    assert f"holder {busy.queue} active manual 3 no" in text
    assert "There is no channel nobody on bench." in text_of(owner, "channel", "bench", "nobody", status=404)


def test_what_is_of_another_vhost_does_not_exist_for_a_member(busy: Busy, broker: Broker) -> None:
    look(broker)
    user = member(broker, Role.ADMIN, OTHER_VHOST)

    for page in ("connections", "channels", "consumers", "bindings", "unacked"):
        answer = browser(user).get(reverse(page, args=["bench"]))
        assert answer.status_code == 200
        assert busy.queue not in answer.content.decode()
        assert "busy" not in answer.content.decode()
    assert ROW.findall(browser(user).get(reverse("vhosts", args=["bench"])).content.decode()) == [OTHER_VHOST]
    missing = text_of(user, "connection", "bench", busy.name, status=404)
    assert "There is no connection" in missing
    assert (
        "127.0.0.1:5" not in text_of(user, "channel", "bench", busy.channel_name, status=404).partition("on bench")[2]
    )
    assert text_of(user, "nodes", "bench", status=404)
    assert text_of(user, "node", "bench", "any", status=404)
    assert text_of(user, "vhost", "bench", "/", status=404)


def test_closing_names_what_returns_where_and_tells_the_client_why(busy: Busy, broker: Broker, owner: User) -> None:
    look(broker)
    address = reverse("connection-close", args=["bench", busy.name])

    asked = text_of(owner, "connection-close", "bench", busy.name)
    refused = browser(owner).post(address, {"reason": "ü" * 101, "seen": "1"}).content.decode()
    answer = browser(owner).post(address, {"reason": "für die Wartung", "seen": "1"})

    assert "3 unacked messages return and are marked redelivered." in asked
    assert f"3 to {busy.queue}" in asked
    assert "1 channel and 1 consumer end" in asked
    assert "The reason has 202 bytes; a client can be told 200. Make it shorter." in refused
    assert answer.status_code == 302
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker, match="für die Wartung"):
        busy.channel.queue_declare(busy.queue, passive=True)
    assert brokers.client(broker).queue("/", busy.queue).messages_ready == 5
    [entry] = Operation.objects.all()
    assert (entry.kind, entry.state, entry.vhost, entry.created_by) == (Kind.CLOSE, State.DONE, "/", owner)
    assert entry.parameters["after"] == {"reason told": "für die Wartung"}
    job = text_of(owner, "job", str(entry.pk))
    assert f"Close connection {busy.name}".replace(">", "&gt;") in job
    assert "What their clients were told What Value reason told &quot;für die Wartung&quot;" in job


def test_closing_all_of_a_user_leaves_those_of_other_vhosts(busy: Busy, real: EmbeddedBroker, broker: Broker) -> None:
    look(broker)
    operator = member(broker, Role.OPERATOR, OTHER_VHOST)
    with real.connect(OTHER_VHOST) as other:
        asked = text_of(operator, "user-close", "bench", "guest")
        more = browser(operator).post(reverse("user-close", args=["bench", "guest"]), {"seen": "0"})
        answer = browser(operator).post(reverse("user-close", args=["bench", "guest"]), {"seen": "1"})

        assert "Close connection" in asked
        assert "There are 1 connections by now, not 0." in more.content.decode()
        assert answer.status_code == 302
        with pytest.raises(pika.exceptions.ConnectionClosedByBroker):
            other.process_data_events(time_limit=PATIENCE_SECONDS)
    busy.channel.queue_declare(busy.queue, passive=True)
    viewer = member(broker, Role.VIEWER, OTHER_VHOST)
    assert browser(viewer).post(reverse("user-close", args=["bench", "guest"])).status_code == 403


def test_a_queue_is_paused_and_goes_on(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    name = declare(real)
    look(broker)

    paused = browser(owner).post(reverse("pause", args=["bench", "/", name]), follow=True).content.decode()
    state = brokers.client(broker).queue("/", name).state
    look(broker)
    shown = text_of(owner, "queue", "bench", "/", name)
    browser(owner).post(reverse("resume", args=["bench", "/", name]))

    assert f"{name} is paused: it takes messages and gives none to its consumers until you resume it." in paused
    assert state == "paused"
    assert "Resume" in shown
    assert brokers.client(broker).queue("/", name).state == "running"
    assert [(entry.kind, entry.queue, entry.state) for entry in Operation.objects.order_by("pk")] == [
        (Kind.PAUSE, name, State.DONE),
        (Kind.RESUME, name, State.DONE),
    ]
    told = text_of(owner, "queue", "bench", "/", name)
    assert f"Pause {name}" in told
    assert f"Resume {name}" in told


def test_what_a_broker_cannot_do_is_refused_with_the_reason(busy: Busy, broker: Broker, owner: User) -> None:
    look(broker)

    listed = browser(owner).get(reverse("consumers", args=["bench"])).content.decode()
    answer = browser(owner).post(
        reverse("consumer-cancel", args=["bench", "/", busy.queue, busy.channel_name, "holder"])
    )

    assert "cannot cancel a consumer from outside. Close its connection instead." in listed
    assert answer.status_code == 502
    assert "Bench cannot cancel a consumer from outside." in answer.content.decode()


def test_a_queue_shows_its_first_messages_rules_and_details(
    busy: Busy, real: EmbeddedBroker, broker: Broker, owner: User
) -> None:
    with api(real) as asked:
        policy = {"pattern": f"^{busy.queue}$", "definition": {"max-length": 9}, "apply-to": "queues"}
        asked.put("/policies/%2F/nine", json=policy).raise_for_status()
    wait_until(lambda: brokers.client(broker).queue("/", busy.queue).policy == "nine")
    look(broker)

    text = text_of(owner, "queue", "bench", "/", busy.queue)
    viewed = text_of(member(broker, Role.VIEWER), "queue", "bench", "/", busy.queue)
    with api(real) as asked:
        asked.delete("/policies/%2F/nine")

    assert "The 2 oldest. The broker showed these 2 messages where they lie" in text
    assert "max-length 9 holds 9 ready messages at most policy nine" in text
    assert "the &lt;busy&gt; one 1 guest active manual 3 no" in text
    assert "Policy nine Operator policy none" in text
    assert "Unacked 3 3 B" in text
    assert "Messages are shown to operators of this vhost." in viewed


def test_nodes_have_their_limits_listeners_and_memory(broker: Broker, owner: User) -> None:
    client = brokers.client(broker)
    name = client.overview().node

    listed, one = text_of(owner, "nodes", "bench"), text_of(owner, "node", "bench", name)

    assert f"{name} Running, no alarms" in listed
    assert "amqp 127.0.0.1" in listed
    assert "Connections opened" in listed
    assert re.search(r"Connections \d+ Channels \d+ Consumers \d+ Queues \d+ Exchanges \d+ From clients", listed)
    assert "Published" in listed
    assert "Queue processes" in one
    assert "Version Postroom" in one
    assert "There is no node nowhere on bench." in text_of(owner, "node", "bench", "nowhere", status=404)


def test_a_vhost_shows_its_limits_and_to_administrators_its_users(
    real: EmbeddedBroker, broker: Broker, owner: User
) -> None:
    with api(real) as asked:
        asked.put(f"/vhost-limits/{OTHER_VHOST}/max-queues", json={"value": 77}).raise_for_status()

    text = text_of(owner, "vhost", "bench", OTHER_VHOST)
    viewed = text_of(member(broker, Role.VIEWER, OTHER_VHOST), "vhost", "bench", OTHER_VHOST)
    with api(real) as asked:
        asked.delete(f"/vhost-limits/{OTHER_VHOST}/max-queues")

    assert "Connections no limit Queues 77" in text
    assert "guest .* everything .* everything .* everything" in text
    assert "guest" not in viewed.partition("Who may use it")[2]
    assert "Who may use a vhost is shown to administrators of it." in viewed


@pytest.mark.parametrize("page", ["connections", "channels", "consumers", "bindings", "vhosts", "unacked"])
def test_a_list_of_a_broker_that_is_away_is_a_page_all_the_same(page: str, unreachable: Broker, owner: User) -> None:
    look(unreachable)

    assert "gone does not answer." in text_of(owner, page, "gone")


def test_pages_of_one_thing_on_a_broker_that_is_away_say_so(unreachable: Broker, owner: User) -> None:
    look(unreachable)

    for page, names in {"connection": ("a",), "channel": ("a",), "nodes": (), "node": ("a",), "vhost": ("/",)}.items():
        assert "The broker does not answer" in text_of(owner, page, "gone", *names, status=502)


def test_ticked_connections_are_closed_after_one_page_for_all(busy: Busy, real: EmbeddedBroker, broker: Broker) -> None:
    look(broker)
    operator = browser(member(broker, Role.OPERATOR))
    address = reverse("connections-close", args=["bench"])
    [key] = ROW.findall(operator.get(reverse("connections", args=["bench"]), {"q": '"busy"'}).content.decode())
    with real.connect(OTHER_VHOST) as other:
        theirs = shapes.key(
            next(each.name for each in brokers.client(broker).connections() if each.vhost == OTHER_VHOST)
        )
        chosen = {"row": [key, theirs], "scope": "ticked", "action": "close"}
        asked = " ".join(TAGS.sub(" ", operator.post(address, chosen).content.decode()).split())
        nothing = operator.post(address, {"scope": "ticked"}, follow=True).content.decode()
        matching = {"scope": "all", "next": reverse("connections", args=["bench"]) + '?q="busy"'}
        by_filter = operator.post(address, matching).content.decode()
        closed = operator.post(address, {"chosen": f"{key} {theirs}", "seen": "1"})

        assert other.is_open
        other.process_data_events()
    assert "Close 1 connection? 3 unacked messages return" in asked
    assert "tick the boxes" in nothing
    assert "Close 1 connection?" in by_filter
    assert closed.status_code == 302
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker):
        busy.channel.queue_declare(busy.queue, passive=True)
    [entry] = Operation.objects.all()
    assert [(item["queue"], item["outcome"]) for item in entry.items] == [(busy.name, Outcome.DONE)]


def test_a_connection_that_went_or_is_refused_does_not_keep_the_others_open(busy: Busy, broker: Broker) -> None:
    client = brokers.client(broker)
    here = client.connection(busy.name)

    done = closing.close(client, [replace(here, name="gone -> away"), here], "")

    assert [(item.queue, item.outcome) for item in done] == [
        ("gone -> away", Outcome.MISSING),
        (busy.name, Outcome.DONE),
    ]


def test_a_binding_is_taken_away_from_the_list_of_all(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    name = declare(real)
    with real.connect() as connection:
        connection.channel().queue_bind(name, "amq.topic", "a&b/ä #")
    look(broker)
    listed = reverse("bindings", args=["bench"])
    rows, theirs = (
        browser(user).get(listed, {"q": name}).content.decode() for user in (owner, member(broker, Role.OPERATOR))
    )
    found = re.search(r'href="([^"]*/unbind/[^"]*)"', rows)
    assert found is not None
    address = found[1].replace("&amp;", "&")

    asks = browser(owner).get(address).content.decode()
    answer = browser(owner).post(address, {"seen": "0"})

    assert rows.count("Unbind") == 2
    assert 'disabled title="Every queue is bound to the default exchange by its own name' in rows
    assert "Unbind" not in theirs
    assert f'<a class="btn" href="{listed}"' in asks
    assert answer["Location"] == listed
    assert [each.source for each in brokers.client(broker).queue_bindings("/", name)] == [""]


def test_this_page_of_connections_is_the_page_that_was_seen(busy: Busy, real: EmbeddedBroker, broker: Broker) -> None:
    look(broker)
    user = member(broker, Role.OPERATOR)
    Preferences.objects.create(user=user, rows_per_page=1)
    listed = reverse("connections", args=["bench"])
    with real.connect():
        [seen] = ROW.findall(browser(user).get(listed).content.decode())
        review = browser(user).post(reverse("connections-close", args=["bench"]), {"scope": "page", "next": listed})

    page = review.content.decode()
    assert "Close 1 connection?" in page
    assert f'name="chosen" value="{seen}"' in page


@pytest.mark.parametrize("page", ["bindings", "consumers", "vhosts"])
def test_what_a_member_may_do_is_asked_once_however_many_vhosts_there_are(
    page: str, busy: Busy, real: EmbeddedBroker, broker: Broker
) -> None:
    user = member(broker, Role.ADMIN)
    few = questions(user, page)
    with api(real) as asked:
        for number in range(4):
            vhost = f"asked-{number}"
            asked.put(f"/vhosts/{vhost}").raise_for_status()
            rights = {"configure": ".*", "write": ".*", "read": ".*"}
            asked.put(f"/permissions/{vhost}/guest", json=rights).raise_for_status()
            asked.put(f"/queues/{vhost}/q", json={}).raise_for_status()
            Grant.objects.create(user=user, broker=broker, vhost=vhost, role=Role.ADMIN)
        with real.connect("asked-0") as one, real.connect("asked-1") as other:
            for each in (one, other):
                each.channel().basic_consume("q", lambda *_: None)
            looked_at.forget(broker.slug)
            many = questions(user, page)
        for number in range(4):
            asked.delete(f"/vhosts/asked-{number}").raise_for_status()

    assert many == few


def questions(user: User, page: str) -> int:
    """How many questions to the database its page takes."""
    mine = browser(user)
    with CaptureQueriesContext(database) as asked:
        assert mine.get(reverse(page, args=["bench"])).status_code == 200
    return len(asked)
