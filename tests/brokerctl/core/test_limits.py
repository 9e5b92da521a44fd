"""How many connections, channels and queues there may be, and what is told to one too many."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.core import limits
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Peer
from brokerctl.core.effects import Effects, Save
from brokerctl.core.permissions import Permission
from brokerctl.errors import NotAllowed, PreconditionFailed
from brokerctl.server.codec import WireCodec


class Stage:
    def __init__(self) -> None:
        self.broker = Broker(WireCodec())
        self.effects: Effects = []
        self.broker.add_vhost("/", self.effects)
        self.broker.put_user("ada", "", (), self.effects)
        self.vhost, self.user = self.broker.vhosts["/"], self.broker.users["ada"]
        self.user.permissions["/"] = Permission(".*", ".*", ".*")

    def limit_vhost(self, **given: Any) -> None:
        limits.put_vhost_limits(self.vhost, {key.replace("_", "-"): given[key] for key in given}, self.effects)

    def limit_user(self, **given: Any) -> None:
        limits.put_user_limits(self.user, {key.replace("_", "-"): given[key] for key in given}, self.effects)

    def connect(self, name: str, vhost: str = "/") -> Peer:
        limits.check_connection(self.broker, self.user, vhost)
        peer = self.broker.peers[name] = Peer(name, "ada", vhost)
        return peer


def test_connections_of_a_vhost_are_limited_and_one_that_ends_makes_room() -> None:
    stage = Stage()
    stage.limit_vhost(max_connections=1)
    first = stage.connect("first")

    with pytest.raises(NotAllowed) as refused:
        stage.connect("second")
    stage.broker.close_peer(first, [])
    stage.connect("third")

    assert refused.value.text == "access to vhost '/' refused for user 'ada': connection limit (1) is reached"


def test_connections_of_a_user_are_limited_over_all_vhosts() -> None:
    stage = Stage()
    stage.broker.add_vhost("other", [])
    stage.limit_user(max_connections=1)
    stage.connect("first", "other")

    with pytest.raises(
        NotAllowed, match=r"^connection refused for user 'ada': user connection limit \(1\) is reached$"
    ):
        stage.connect("second")


def test_channels_of_a_user_are_limited_over_all_connections() -> None:
    stage = Stage()
    one, other = stage.connect("one"), stage.connect("other")
    stage.limit_user(max_channels=2)
    stage.broker.open_channel(one, 1)
    stage.broker.open_channel(other, 1)

    with pytest.raises(NotAllowed, match=r"has reached the maximum allowed user limit of \(2\)$"):
        stage.broker.open_channel(other, 2)


def test_new_queues_are_limited_and_known_ones_are_not() -> None:
    stage = Stage()
    authorized = stage.broker.authorized(stage.user, "/")
    stage.limit_vhost(max_queues=1)
    authorized.declare_queue("one", [])

    authorized.declare_queue("one", [])
    with pytest.raises(PreconditionFailed) as refused:
        authorized.declare_queue("two", [])

    assert refused.value.text == "cannot declare queue 'two': queue limit in vhost '/' (1) is reached"


def test_zero_is_a_limit_and_a_negative_number_is_none() -> None:
    stage = Stage()
    stage.limit_vhost(max_connections=-1)
    stage.limit_user(max_connections=-1)
    stage.connect("first")

    stage.limit_vhost(max_connections=0)

    with pytest.raises(NotAllowed, match=r"connection limit \(0\) is reached"):
        stage.connect("second")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"max_nothing": 1}, "Unrecognised terms max-nothing in limits; there are max-connections and max-queues"),
        ({"max_queues": "1"}, "max-queues should be a number, actually was 1"),
        ({"max_queues": True}, "max-queues should be a number, actually was True"),
    ],
)
def test_limit_that_makes_no_sense_is_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(PreconditionFailed, match=text):
        Stage().limit_vhost(**given)


def test_limits_are_saved_cleared_and_there_after_a_restart() -> None:
    stage = Stage()
    stage.limit_vhost(max_queues=1, max_connections=2)
    stage.limit_user(max_channels=3)
    limits.clear_vhost_limits(stage.vhost, stage.effects, "max-connections")
    saved = {(effect.kind, effect.key): effect.value for effect in stage.effects if isinstance(effect, Save)}

    again = Broker(WireCodec())
    again.restore([(kind, key, value) for (kind, key), value in saved.items() if value is not None])

    assert (again.vhosts["/"].limits, again.users["ada"].limits) == ({"max-queues": 1}, {"max-channels": 3})


def test_limits_go_with_what_they_limit() -> None:
    stage = Stage()
    stage.limit_vhost(max_queues=1)
    stage.limit_user(max_channels=3)
    effects: Effects = []

    stage.broker.delete_vhost("/", effects)
    stage.broker.delete_user("ada", effects)

    assert Save("vhost_limits", ("/",), None) in effects
    assert Save("user_limits", ("ada",), None) in effects
