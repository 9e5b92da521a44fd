"""Which routing keys a user may publish and bind with at a topic exchange."""

from __future__ import annotations

import pytest

from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.effects import Effects, Save
from brokerctl.core.message import Message
from brokerctl.core.permissions import Permission
from brokerctl.errors import AccessRefused
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties


class Stage:
    """ada has all rights in `/`, and at the exchange `amq.topic` the keys that a test grants."""

    def __init__(self, user: str = "ada") -> None:
        self.broker = Broker(WireCodec())
        self.effects: Effects = []
        self.broker.add_vhost("/", self.effects)
        self.broker.put_user(user, "", (), self.effects)
        self.user = self.broker.users[user]
        self.user.permissions["/"] = Permission(".*", ".*", ".*")
        self.authorized = self.broker.authorized(self.user, "/")
        self.authorized.declare_queue("q", [])
        self.channel = Channel(1, Peer("c", user, "/"))

    def grant(self, write: str = ".*", read: str = ".*", exchange: str = "amq.topic") -> None:
        self.broker.set_topic_permission(self.user, "/", exchange, write, read, self.effects)

    def publish(self, key: str, exchange: str = "amq.topic", headers: dict[str, list[str]] | None = None) -> None:
        header = properties.encode({"headers": headers} if headers else {}, 0)
        self.authorized.publish(self.channel, Message(exchange, key, header, b""), False, [])

    def may_publish(self, key: str) -> bool:
        try:
            self.publish(key)
        except AccessRefused:
            return False
        return True


def test_keys_outside_the_pattern_are_refused_for_publishing() -> None:
    stage = Stage()
    stage.grant(write="^a")
    stage.publish("a.b")

    with pytest.raises(AccessRefused) as refused:
        stage.publish("b.a")

    assert refused.value.text == (
        "write access to topic 'b.a' in exchange 'amq.topic' in vhost '/' refused for user 'ada'"
    )


def test_keys_outside_the_pattern_are_refused_for_binding_and_unbinding() -> None:
    stage = Stage()
    stage.grant(read="^a")
    stage.authorized.bind("amq.topic", "queue", "q", "a.#", {}, [])

    with pytest.raises(AccessRefused, match=r"read access to topic '#' in exchange 'amq.topic'"):
        stage.authorized.bind("amq.topic", "queue", "q", "#", {}, [])
    with pytest.raises(AccessRefused, match="read access to topic 'b'"):
        stage.authorized.unbind("amq.topic", "queue", "q", "b", {}, [])


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_keys_of_sender_selection_are_asked_for_too(header: str) -> None:
    stage = Stage()
    stage.grant(write="^a")

    with pytest.raises(AccessRefused, match="topic 'b'"):
        stage.publish("a", headers={header: ["b"]})


def test_other_exchanges_and_types_are_not_asked() -> None:
    stage = Stage()
    stage.authorized.declare_exchange("other", "topic", [])
    stage.grant(write="")
    stage.grant(write="", exchange="amq.direct")

    stage.publish("k", "other")
    stage.publish("k", "amq.direct")

    assert not stage.may_publish("k")


@pytest.mark.parametrize(
    ("user", "pattern", "key", "allowed"),
    [
        ("ada", "^{username}$", "ada", True),
        ("ada", "^{vhost}{username}", "/ada.x", True),
        (".*", "^{username}$", "bob", False),
        (".*", "^{username}$", ".*", True),
        ("{vhost}", "^{username}$", "/", False),
        ("{vhost}", "^{username}$", "{vhost}", True),
        ("ada", "^{client_id}", "anything", False),
        ("ada", "(", "anything", False),
        ("ada", "", "", True),
        ("ada", "", "a", False),
    ],
)
def test_variables_stand_for_themselves_and_are_never_patterns(
    user: str, pattern: str, key: str, allowed: bool
) -> None:
    stage = Stage(user)
    stage.grant(write=pattern)

    assert stage.may_publish(key) is allowed


def test_change_is_in_force_at_once_and_a_cleared_one_allows_all_again() -> None:
    stage = Stage()
    stage.grant(write="^a")
    assert not stage.may_publish("b")

    stage.grant(write="^b")
    assert stage.may_publish("b")
    stage.broker.clear_topic_permissions(stage.user, "/", stage.effects, "amq.topic")

    assert stage.may_publish("a")


def test_topic_permissions_are_saved_and_there_after_a_restart() -> None:
    stage = Stage()
    stage.grant(write="^a", read="^b")
    saved = [(effect.kind, effect.key, effect.value) for effect in stage.effects if isinstance(effect, Save)]

    again = Broker(WireCodec())
    again.restore([(kind, key, value) for kind, key, value in saved if value is not None])

    assert again.users["ada"].topic_permissions == stage.user.topic_permissions


@pytest.mark.parametrize("what", ["user", "vhost"])
def test_topic_permissions_go_with_their_user_and_vhost(what: str) -> None:
    stage = Stage()
    stage.grant()
    effects: Effects = []

    if what == "user":
        stage.broker.delete_user("ada", effects)
    else:
        stage.broker.delete_vhost("/", effects)

    assert Save("topic_permission", ("ada", "/", "amq.topic"), None) in effects
