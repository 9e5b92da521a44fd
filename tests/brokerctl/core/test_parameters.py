"""Runtime parameters are kept as they are, over a restart too, and go with their vhost."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.core import parameters
from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects, Save
from brokerctl.errors import PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.store import definitions

SHOVEL = {"src-uri": ["amqp://"], "src-prefetch": 10, "dest-queue": "q", "!bytes": None}


def restarted(effects: Effects) -> Broker:
    """What a broker knows that reads back what these effects saved."""
    kept: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
    for effect in effects:
        assert isinstance(effect, Save)
        kept.pop((effect.kind, effect.key), None)
        if effect.value is not None:
            kept[effect.kind, effect.key] = definitions.loads(definitions.dumps(effect.value))
    broker = Broker(WireCodec())
    broker.restore((*key, value) for key, value in kept.items())
    assert broker.left_out == []
    return broker


def test_parameters_of_any_component_survive_a_restart() -> None:
    broker, effects = Broker(WireCodec()), Effects()
    broker.add_vhost("/", effects)

    assert parameters.put(broker.vhosts["/"], "shovel", "s", {}, effects)
    assert not parameters.put(broker.vhosts["/"], "shovel", "s", SHOVEL, effects)
    assert parameters.put_global(broker, parameters.CLUSTER_NAME, "rabbit@home", effects)
    parameters.put_global(broker, "gone", 1, effects)
    assert parameters.clear_global(broker, "gone", effects)
    assert not parameters.clear_global(broker, "gone", effects)

    again = restarted(effects)
    assert again.vhosts["/"].parameters == {("shovel", "s"): SHOVEL}
    assert again.global_parameters == {"cluster_name": "rabbit@home"}


def test_parameters_go_with_their_vhost() -> None:
    broker, effects = Broker(WireCodec()), Effects()
    broker.add_vhost("/", effects)
    parameters.put(broker.vhosts["/"], "shovel", "s", SHOVEL, effects)

    broker.delete_vhost("/", effects)
    broker.add_vhost("/", effects)

    assert broker.vhosts["/"].parameters == restarted(effects).vhosts["/"].parameters == {}


def test_metadata_of_a_vhost_stay_when_it_is_described_anew() -> None:
    broker, effects = Broker(WireCodec()), Effects()
    broker.put_vhost("/", "old", (), effects, {"default_queue_type": "quorum"})

    broker.put_vhost("/", "new", ("a",), effects)

    found = restarted(effects).vhosts["/"]
    assert (found.description, found.tags, found.metadata) == ("new", ("a",), {"default_queue_type": "quorum"})


@pytest.mark.parametrize(
    ("component", "name", "text"),
    [
        ("policy", "p", "policies may not be set using this method"),
        ("operator_policy", "p", "/api/operator-policies"),
        ("vhost-limits", "limits", "/api/vhost-limits"),
        ("", "p", "take 1 to 255 bytes"),
        ("shovel", "é" * 128, "take 1 to 255 bytes"),
    ],
)
def test_what_is_no_parameter_is_refused(component: str, name: str, text: str) -> None:
    broker, effects = Broker(WireCodec()), Effects()
    broker.add_vhost("/", [])

    with pytest.raises(PreconditionFailed, match=text):
        parameters.put(broker.vhosts["/"], component, name, {}, effects)

    assert (broker.vhosts["/"].parameters, effects) == ({}, [])


@pytest.mark.parametrize("name", ["", None, 7])
def test_cluster_name_is_a_text(name: object) -> None:
    broker = Broker(WireCodec())

    with pytest.raises(PreconditionFailed, match="cluster_name is a text"):
        parameters.put_global(broker, parameters.CLUSTER_NAME, name, [])

    assert parameters.cluster_name(broker) == "postroom"
