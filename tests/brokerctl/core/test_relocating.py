"""Moves inside the broker: what is published, what is taken out, and in which order both go to disk."""

from __future__ import annotations

import pytest

from brokerctl.core import publishing
from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.effects import Effects, Forget, Store
from brokerctl.core.message import Message
from brokerctl.core.permissions import Permission, User
from brokerctl.core.relocating import Fate, Outcome, Relocation, Route
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused, NotFound
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

TO_TARGET = Route("", "target")


class Stage:
    """Durable queues `q` and `target`, and somebody who may do everything."""

    def __init__(self, write: str = ".*") -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost: Vhost = self.broker.vhosts["/"]
        self.source = self.vhost.declare_queue("q", [], is_durable=True)
        self.target = self.vhost.declare_queue("target", [], is_durable=True)
        user = User("mover", "", permissions={"/": Permission(".*", write, ".*")})
        self.authorized = AuthorizedVhost(self.vhost, user)
        self.channel = Channel(1, Peer("api", "mover", "/"))

    def publish(self, count: int = 1, expiration_ms: int | None = None) -> None:
        for number in range(count):
            header = properties.encode({"delivery_mode": 2}, 1)
            message = Message("", "q", header, b"%d" % number, True, 0, expiration_ms)
            publishing.publish(self.vhost, None, message, False, [])

    def move(self, route: Route = TO_TARGET, *, keeps: bool = False) -> tuple[list[Fate], Effects]:
        relocation = Relocation(self.source, self.authorized, self.channel, route, lambda message: "", keeps=keeps)
        effects: Effects = []
        return relocation.relocate(list(self.source.entries()), effects), effects


def test_everything_new_is_stored_before_anything_old_is_forgotten_and_nobody_waits_for_a_confirm() -> None:
    stage = Stage()
    stage.publish(3)

    fates, effects = stage.move()

    assert fates == [Fate(Outcome.MOVED)] * 3
    assert [type(effect) for effect in effects] == [Store, Store, Store, Forget]
    assert [effect.channel for effect in effects if isinstance(effect, Store)] == [None] * 3
    assert [entry.message.body for entry in stage.target.entries()] == [b"0", b"1", b"2"]
    assert (stage.source.ready, stage.source.ready_bytes) == (0, 0)


def test_a_copy_forgets_nothing() -> None:
    stage = Stage()
    stage.publish()

    fates, effects = stage.move(keeps=True)

    assert (fates, [type(effect) for effect in effects]) == ([Fate(Outcome.COPIED)], [Store])
    assert (stage.source.ready, stage.target.ready) == (1, 1)


def test_a_message_whose_time_is_over_is_left_to_its_queue() -> None:
    stage = Stage()
    stage.publish(expiration_ms=1000)
    stage.broker.context.clock.now += 2

    fates, effects = stage.move()

    assert (fates, effects) == ([Fate(Outcome.MISSING, "its time to live is over")], [])
    assert (stage.source.ready, stage.target.ready) == (1, 0)


def test_what_no_queue_takes_has_never_left_its_place() -> None:
    stage = Stage()
    stage.publish(2)

    fates, effects = stage.move(Route("amq.direct", None))

    assert [fate.outcome for fate in fates] == [Outcome.UNROUTABLE] * 2
    assert effects == []
    assert [entry.message.body for entry in stage.source.entries()] == [b"0", b"1"]


def test_a_destination_that_cannot_be_is_refused_before_anything_moves() -> None:
    with pytest.raises(NotFound):
        Stage().move(Route("none", None))
    with pytest.raises(AccessRefused):
        Stage(write="^other$").move()
