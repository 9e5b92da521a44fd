"""Users and their rights, from the list over every form to their end, on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pika
import pika.exceptions
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from brokerctl.clients.models import Permission, TopicPermission
from brokerctl.clients.models import User as BrokerUser
from brokerctl.errors import LoginRefused, ObjectNotFound
from dashboard.models import Broker, Operation
from dashboard.models.grant import Role
from tests.dashboard.people import browser, check_whole_broker_only, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import VHOST, Place, client_at
from tests.support.waiting import PATIENCE_SECONDS, wait_until

NAME = "shipping/ö"
SECRET = re.compile(r'id="secret" value="([^"]+)"')
DIGEST = re.compile(r'name="reviewed" value="([^"]+)"')
PATTERNS = {"configure": "", "write": "^granted", "read": r"^granted\.q$"}


@pytest.fixture
def client(place: Place, bench: Broker, owner: User) -> Iterator[Client]:
    for queue in ("granted.q", "not-granted.q"):
        place.client.declare_queue(VHOST, queue)
    look(bench)
    yield browser(owner)
    for queue in ("granted.q", "not-granted.q"):
        place.client.delete_queue(VHOST, queue)
    with suppress(ObjectNotFound):
        place.client.delete_user(NAME)


def to(page: str, *args: str, **query: str) -> str:
    return reverse(page, args=["bench", *args], query=query or None)


def granted(place: Place, user: str = NAME) -> list[Permission]:
    return [each for each in place.client.permissions() if each.user == user]


def reviewed(client: Client, address: str, form: dict[str, str]) -> tuple[str, str]:
    """What the review says; and what is said after it was confirmed."""
    review = text_of(client.post(address, {**form, "step": "review"}))
    found = DIGEST.search(review)
    assert found, review
    done = client.post(address, {**form, "step": "do", "reviewed": found[1], "reviewed_count": "1000"}, follow=True)
    return review, text_of(done)


def test_a_user_is_added_with_a_password_that_is_shown_once_and_changed(place: Place, client: Client) -> None:
    form = {"name": NAME, "way": "made-up", "known": ["management"], "other": "team-a, "}

    made = client.post(to("user-add"), form)

    shown = SECRET.search(text_of(made))
    assert shown
    assert "no-store" in made["Cache-Control"]
    with client_at(place.address, username=NAME, password=shown[1]) as login:
        assert sorted(login.whoami().tags) == ["management", "team-a"]
    assert shown[1] not in str(Operation.objects.latest("pk").__dict__)
    assert last()[2]["after"] == {"tags": "management, team-a", "password": "make one up"}
    again = text_of(client.post(to("user-add"), form))
    assert "There is a user of this name already. Open that one." in again
    assert shown[1] not in text_of(client.get(to("user", NAME)))

    address = to("user-password", NAME)
    wrong = text_of(client.post(address, {"way": "typed", "password": "ä secret", "again": "a secret"}))
    assert "This is not the same as above. Type both once more." in wrong
    assert "ä secret" not in wrong
    assert "Type a password, or choose another way." in text_of(client.post(address, {"way": "typed"}))
    assert client.post(address, {"way": "typed", "password": "ä secret", "again": "ä secret"}).status_code == 302
    with client_at(place.address, username=NAME, password="ä secret") as login:
        assert login.whoami().name == NAME
    page = text_of(client.post(address, {"way": "none"}, follow=True))
    assert "has no password any more." in page
    assert "no: only certificates" in page
    with client_at(place.address, username=NAME, password="ä secret") as login, pytest.raises(LoginRefused):
        login.whoami()
    assert {row.parameters["noun"] for row in Operation.objects.all()} == {"user"}


def test_tags_are_changed_after_a_look_at_what_they_mean(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ("management",)), "secret")

    review, done = reviewed(client, to("user-tags", NAME), {"known": "monitoring", "other": ""})

    assert "It gets monitoring: Sees nodes and everybody’s connections and channels." in review
    assert "It loses management: Uses the management API in its vhosts." in review
    assert "Connections of AMQP are not touched." in review
    assert "are changed." in done
    there = place.client.user(NAME)
    assert (there.tags, there.has_password) == (("monitoring",), True)
    assert last()[2]["before"] == {"tags": "management"}
    assert "Without a tag" in reviewed(client, to("user-tags", NAME), {"other": ""})[0]
    assert place.client.user(NAME).tags == ()
    many = client.post(to("user-tags", NAME), {"step": "review", "other": ",".join(f"tag{n}" for n in range(21))})
    assert "These are 21 tags; 20 are the most. Take some away." in text_of(many)


def test_rights_are_granted_with_a_review_and_cleared(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ()), "secret")
    form = {"user": NAME, "vhost": VHOST, **PATTERNS}
    address = to("permission-edit", user=NAME, vhost=VHOST)
    assert f'value="{NAME}"' in text_of(client.get(address))

    review, done = reviewed(client, address, {**form, "read": "granted.q"})

    assert "May declare and delete nothing." in review
    assert "May publish to and bind what begins with “granted”." in review
    assert "Now 1 queue; 1 new" in review
    assert "it also matches not-granted.q. Write ^(granted.q)$ for the whole name only." in review
    assert "It has no connection open in the vhost." in review
    assert "has these rights in vhost" in done
    assert "2 queues, not anchored" in done
    assert granted(place) == [Permission(NAME, VHOST, "", "^granted", "granted.q")]
    assert last()[2]["after"] == {**PATTERNS, "read": "granted.q"}

    narrower, _ = reviewed(client, address, form)
    assert "read: granted.q" in narrower
    assert "1 no longer" in narrower
    assert "<del>not-granted.q</del>" in narrower
    assert granted(place) == [Permission(NAME, VHOST, **PATTERNS)]
    same = text_of(client.post(address, {**form, "step": "review"}))
    assert "It has just these rights already." in same
    stale = client.post(address, {**form, "read": ".*", "step": "do", "reviewed": "another"})
    assert "May consume, get, purge and bind from everything." in text_of(stale)
    assert granted(place) == [Permission(NAME, VHOST, **PATTERNS)]
    wrong = text_of(client.post(address, {**form, "user": "nobody", "write": "(", "step": "review"}))
    assert "There is no user of this name. Add it first, or name another." in wrong
    assert "This is not a regular expression" in wrong

    clearing = to("permission-clear", user=NAME, vhost=VHOST, back="vhost")
    assert "It has no connection open in the vhost." in text_of(client.get(clearing))
    cleared = client.post(clearing, {"seen": "0"})
    assert cleared["Location"] == to("vhost", VHOST)
    assert granted(place) == []
    assert client.get(clearing).status_code == 404


def test_presets_fill_the_patterns_and_save_nothing(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ()), "secret")
    form = {"user": NAME, "vhost": VHOST, "configure": "x", "begins": "a.b"}

    consume = text_of(client.post(to("permission-edit"), {**form, "step": "preset-consume"}))
    full = text_of(client.post(to("permission-edit"), {**form, "begins": "", "step": "preset-full"}))

    assert [re.search(rf'name="{each}" value="([^"]*)"', consume) for each in ("nothing",)] == [None]
    assert 'name="configure" value="^$"' in consume
    assert 'name="read" value="^a\\.b"' in consume
    assert full.count('value=".*"') == 3
    assert granted(place) == []


def test_topic_permissions_are_granted_for_an_exchange_and_cleared(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ()), "secret")
    place.client.put_permission(Permission(NAME, VHOST, "", ".*", ".*"))
    place.client.bind(VHOST, "amq.topic", "queue", "granted.q", "order.new")
    form = {"user": NAME, "vhost": VHOST, "exchange": "amq.topic", "write": r"^order\.", "read": ""}

    review, done = reviewed(client, to("topic-permission-edit"), form)

    assert "May publish with keys that begin with “order.”." in review
    assert "Now 1 binding key" in review
    assert "May bind with no key." in review
    assert "amq.topic" in done
    topics = [each for each in place.client.topic_permissions() if each.user == NAME]
    assert topics == [TopicPermission(NAME, VHOST, "amq.topic", r"^order\.", "")]
    seen = text_of(client.get(to("topic-permission-edit", user=NAME, vhost=VHOST, exchange="amq.topic")))
    assert 'name="write" value="^order\\."' in seen
    clearing = to("topic-permission-clear", user=NAME, vhost=VHOST, exchange="amq.topic")
    assert "may then use every routing key there" in text_of(client.get(clearing))
    client.post(clearing, {"seen": "0"})
    assert [each for each in place.client.topic_permissions() if each.user == NAME] == []


def test_what_is_open_is_named_and_a_deleted_user_is_sent_away(place: Place, bench: Broker, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ()), "secret")
    place.client.put_permission(Permission(NAME, VHOST, "", ".*", ".*"))
    connection = place.running.connect(VHOST, NAME, "secret")
    wait_until(lambda: any(each.user == NAME for each in place.client.connections()))

    address = to("permission-edit", user=NAME, vhost=VHOST)
    review = text_of(client.post(address, {"user": NAME, "vhost": VHOST, **PATTERNS, "step": "review"}))
    asks = text_of(client.get(to("user-delete", NAME)))
    wrong = text_of(client.post(to("user-delete", NAME), {"seen": "1", "typed_name": "shipping"}))
    page = text_of(client.get(to("user", NAME)))
    done = client.post(to("user-delete", NAME), {"seen": "1", "typed_name": NAME})

    kept = "consumers of what it may no longer read are cancelled" if place.is_embedded else "until the client connects"
    assert "1 open connection stays" in review
    assert kept in review
    assert "1 open connection is closed: " in asks
    assert f"Its permissions go, in 1 vhost: {VHOST}." in asks
    assert f"Type {NAME} to confirm." in wrong
    assert "1 connection</span>" in page
    assert done["Location"] == to("users")
    assert NAME not in {each.name for each in place.client.users()}
    with pytest.raises(pika.exceptions.ConnectionClosed):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)
    missing = client.get(to("user", NAME))
    assert missing.status_code == 404
    assert f"There is no user {NAME} on bench." in text_of(missing)


def test_the_user_that_postroom_logs_in_as_is_not_locked_out(place: Place, client: Client) -> None:
    refusal = "Postroom itself logs in as this user: it would be locked out of bench."

    deleting = text_of(client.post(to("user-delete", "guest"), {"seen": "1000", "typed_name": "guest"}))
    password = text_of(client.post(to("user-password", "guest"), {"way": "none"}))
    tags = text_of(client.post(to("user-tags", "guest"), {"other": "", "step": "review"}))

    assert refusal in deleting
    assert refusal in password
    assert "users, permissions and more will be closed to it" in tags
    assert "administrator" in place.client.whoami().tags


def test_the_list_says_who_may_use_what(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ("monitoring",)), "")

    everybody = text_of(client.get(to("users")))
    idle = text_of(client.get(to("users", q="vhosts:0 password:no")))
    csv = b"".join(client.get(to("users", q="user:guest", format="csv"))).decode()

    assert 'title="Postroom logs in as this user">ours</span>' in everybody
    assert ">none</span>" in everybody.split(f'data-row="{"shipping~2F~C3~B6"}"')[1].split("</tr>")[0]
    assert NAME in idle
    assert "guest</a>" not in idle
    assert "guest,administrator" in csv


def test_rights_are_told_in_words_on_the_vhost_too(place: Place, bench: Broker, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ()), "")
    place.client.put_permission(Permission(NAME, VHOST, **PATTERNS))

    for_all = text_of(client.get(to("vhost", VHOST)))
    for_member = text_of(browser(member(bench, Role.ADMIN, VHOST)).get(to("vhost", VHOST)))

    assert 'title="May declare and delete nothing."' in for_all
    assert "1 queue</span>" in for_all
    assert "Grant to a user" in for_all
    assert 'title="May declare and delete nothing."' in for_member
    assert "Grant to a user" not in for_member


def test_a_vhost_answers_who_can_do_something(place: Place, client: Client) -> None:
    place.client.put_user(BrokerUser(NAME, ("administrator",)), "")
    place.client.put_permission(Permission(NAME, VHOST, **PATTERNS))

    reading = text_of(client.get(to("vhost", VHOST, can="read", name="granted.q")))
    writing = text_of(client.get(to("vhost", VHOST, can="write", name="not-granted.q")))
    nonsense = text_of(client.get(to("vhost", VHOST, can="eat", name="granted.q")))

    assert f"<b>{NAME}</b> <code>^granted\\.q$</code>" in reading
    assert f"<b>{NAME}</b>" not in writing
    assert "<b>guest</b> <code>.*</code>" in writing
    assert "cannot write not-granted.q." in writing
    assert "<b>guest</b>" not in nonsense


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("users", ()),
        ("user-add", ()),
        ("user", ("guest",)),
        ("user-tags", ("guest",)),
        ("user-password", ("guest",)),
        ("user-delete", ("guest",)),
        ("permission-edit", ()),
        ("permission-clear", ()),
        ("topic-permission-edit", ()),
        ("topic-permission-clear", ()),
    ],
)
def test_only_those_who_run_the_whole_broker_get_in(
    page: str, args: tuple[str, ...], broker: Broker, stranger: User
) -> None:
    query = {"user": "guest", "vhost": "/"} if page == "permission-clear" else {}
    address = to(page, *args, **query)
    found = 404 if page == "topic-permission-clear" else 200
    check_whole_broker_only(address, broker, stranger, there=found, posts=page not in ("users", "user"))
