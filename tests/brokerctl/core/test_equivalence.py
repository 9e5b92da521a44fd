from __future__ import annotations

from typing import Any

import pytest

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.broker import Broker
from brokerctl.core.permissions import Permission, User
from brokerctl.errors import AccessRefused, PreconditionFailed, ResourceLocked
from brokerctl.server.codec import WireCodec

HERE, THERE = "connection here", "connection there"


@pytest.fixture
def broker() -> Broker:
    broker = Broker(WireCodec())
    broker.add_vhost("/", [])
    return broker


def vhost(broker: Broker, connection: str = HERE) -> AuthorizedVhost:
    user = User("ada", "", (), {"/": Permission(".*", ".*", ".*")})
    return AuthorizedVhost(broker.vhosts["/"], user, connection)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ({"x-max-length": 1}, {"x-max-length": 2}, "'x-max-length' .* received '2' but current is '1'"),
        ({"x-max-length": 1}, {}, "received none but current is the value '1' of type 'signedint'"),
        ({}, {"x-overflow": "drop-head"}, "received the value 'drop-head' of type 'longstr' but current is none"),
        ({"x-single-active-consumer": True}, {}, "current is the value 'true' of type 'bool'"),
        ({"x-message-ttl": 2**32}, {}, "current is the value '4294967296' of type 'long'"),
    ],
)
def test_other_arguments_are_another_queue(
    broker: Broker, first: dict[str, Any], second: dict[str, Any], text: str
) -> None:
    vhost(broker).declare_queue("q", [], arguments=first)

    with pytest.raises(PreconditionFailed, match=text):
        vhost(broker).declare_queue("q", [], arguments=second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"x-nobody-knows": 1}, {"x-nobody-knows": 2}),
        ({}, {"x-queue-type": "classic"}),
        ({"x-queue-type": "classic"}, {}),
    ],
)
def test_arguments_that_change_nothing_may_change(
    broker: Broker, first: dict[str, Any], second: dict[str, Any]
) -> None:
    queue = vhost(broker).declare_queue("q", [], arguments=first)

    assert vhost(broker).declare_queue("q", [], arguments=second) is queue


@pytest.mark.parametrize(("was", "asked"), [(True, False), (False, True)])
def test_exclusive_asked_otherwise_is_locked(broker: Broker, was: bool, asked: bool) -> None:
    vhost(broker).declare_queue("q", [], is_exclusive=was)

    with pytest.raises(ResourceLocked, match="cannot obtain exclusive access to locked queue 'q'"):
        vhost(broker).declare_queue("q", [], is_exclusive=asked)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "non-durable"),
        ({"is_durable": True, "is_auto_delete": True}, "auto-delete"),
        ({"is_durable": True, "is_exclusive": True}, "exclusive-owner"),
    ],
)
def test_quorum_queue_is_kept_and_shared(broker: Broker, options: dict[str, bool], text: str) -> None:
    with pytest.raises(PreconditionFailed, match=f"invalid property '{text}' for queue 'q'"):
        vhost(broker).declare_queue("q", [], arguments={"x-queue-type": "quorum"}, **options)

    assert "q" not in broker.vhosts["/"].queues


def test_only_the_broker_gives_reserved_names(broker: Broker) -> None:
    with pytest.raises(AccessRefused, match="reserved prefix"):
        vhost(broker).declare_queue("amq.gen-mine", [])

    assert vhost(broker).declare_queue("amq.gen-mine", [], is_generated=True).name == "amq.gen-mine"


def test_unbinding_what_is_not_bound_is_no_error_even_of_another_connections_queue(broker: Broker) -> None:
    vhost(broker).declare_exchange("x", "direct", [])
    vhost(broker).declare_queue("q", [], is_exclusive=True)
    there = vhost(broker, THERE)

    there.unbind("x", "queue", "none", "k", {}, [])
    there.unbind("none", "queue", "q", "k", {}, [])
    there.unbind("x", "queue", "q", "k", {}, [])

    vhost(broker).bind("x", "queue", "q", "k", {}, [])
    with pytest.raises(ResourceLocked):
        there.unbind("x", "queue", "q", "k", {}, [])


def test_alternate_exchange_has_a_name(broker: Broker) -> None:
    with pytest.raises(PreconditionFailed, match="invalid type 'signedint' for arg 'alternate-exchange'"):
        vhost(broker).declare_exchange("x", "direct", [], arguments={"alternate-exchange": 5})


def test_default_type_of_the_vhost_is_said_by_the_queue_and_so_declared_again(broker: Broker) -> None:
    broker.vhosts["/"].metadata["default_queue_type"] = "quorum"
    here = vhost(broker)

    kept = here.declare_queue("kept", [], is_durable=True)
    short = here.declare_queue("short", [])

    assert kept.arguments == {"x-queue-type": "quorum"}
    assert short.arguments == {}
    assert here.declare_queue("kept", [], is_durable=True) is kept
    with pytest.raises(PreconditionFailed, match=r"'x-queue-type' .* received 'classic' but current is 'quorum'"):
        here.declare_queue("kept", [], is_durable=True, arguments={"x-queue-type": "classic"})
