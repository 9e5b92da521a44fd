"""Patterns of people: searched, bounded, and denying when in doubt."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.context import Context
from brokerctl.core.effects import Effects
from brokerctl.core.permissions import Permission, Right, User, matches
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused, NotFound
from brokerctl.server.codec import WireCodec


@pytest.mark.parametrize(
    ("pattern", "name", "allowed"),
    [
        (".*", "anything", True),
        ("", "anything", False),
        ("", "", True),
        ("orders", "my.orders.new", True),
        ("^orders", "my.orders.new", False),
        ("(", "anything", False),
        (r"^(a|aa)+!?$", "a" * 200 + "!?", False),
    ],
)
def test_pattern_is_searched_and_denies_when_broken_or_endless(pattern: str, name: str, allowed: bool) -> None:
    assert matches(pattern, name) is allowed


NEEDS = {
    "declare_queue": {Right.CONFIGURE},
    "delete_queue": {Right.CONFIGURE},
    "declare_exchange": {Right.CONFIGURE},
    "delete_exchange": {Right.CONFIGURE},
    "purge_queue": {Right.READ},
    "readable_queue": {Right.READ},
    "bind": {Right.WRITE, Right.READ},
    "unbind": {Right.WRITE, Right.READ},
}


SUBSETS = [set(subset) for size in range(4) for subset in itertools.combinations(Right, size)]


@pytest.mark.parametrize("granted", SUBSETS, ids=lambda granted: "+".join(sorted(granted)) or "none")
@pytest.mark.parametrize("action", NEEDS)
def test_every_action_asks_for_exactly_its_rights(action: str, granted: set[Right]) -> None:
    """All eight subsets of the three rights, for everything a user can do to a queue or an exchange."""
    effects: Effects = []
    vhost = Vhost("/", Context(WireCodec()))
    vhost.declare_queue("q", effects)
    vhost.declare_exchange("x", "direct", effects, is_durable=False)
    configure, write, read = (".*" if right in granted else "" for right in (Right.CONFIGURE, Right.WRITE, Right.READ))
    authorized = AuthorizedVhost(vhost, User("u", "", permissions={"/": Permission(configure, write, read)}))
    actions: dict[str, Callable[[], object]] = {
        "declare_queue": lambda: authorized.declare_queue("q", effects),
        "delete_queue": lambda: authorized.delete_queue("q", effects),
        "declare_exchange": lambda: authorized.declare_exchange("x", "direct", effects),
        "delete_exchange": lambda: authorized.delete_exchange("x", effects),
        "purge_queue": lambda: authorized.purge_queue("q", effects),
        "readable_queue": lambda: authorized.readable_queue("q"),
        "bind": lambda: authorized.bind("x", "queue", "q", "k", {}, effects),
        "unbind": lambda: authorized.unbind("x", "queue", "q", "k", {}, effects),
    }

    if NEEDS[action] <= granted:
        actions[action]()
    else:
        with pytest.raises(AccessRefused, match="refused for user 'u'"):
            actions[action]()


@pytest.mark.parametrize("granted", SUBSETS, ids=lambda granted: "+".join(sorted(granted)) or "none")
def test_passive_declaration_tells_nothing_to_who_has_no_right_on_the_name(granted: set[Right]) -> None:
    vhost = Vhost("/", Context(WireCodec()))
    queue = vhost.declare_queue("q", [])
    exchange = vhost.declare_exchange("x", "direct", [], is_durable=False)
    configure, write, read = ("^[qx]$" if right in granted else "" for right in Right)
    authorized = AuthorizedVhost(vhost, User("u", "", permissions={"/": Permission(configure, write, read)}))

    if granted:
        assert (authorized.look_up_queue("q"), authorized.look_up_exchange("x")) == (queue, exchange)
    else:
        with pytest.raises(NotFound, match=r"^no queue 'q' in vhost '/'$"):
            authorized.look_up_queue("q")
        with pytest.raises(NotFound, match=r"^no exchange 'x' in vhost '/'$"):
            authorized.look_up_exchange("x")
    with pytest.raises(NotFound, match=r"^no queue 'none' in vhost '/'$"):
        authorized.look_up_queue("none")
