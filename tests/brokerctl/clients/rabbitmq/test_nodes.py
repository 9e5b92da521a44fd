"""How a node is, read from ours and from a RabbitMQ."""

from __future__ import annotations

from brokerctl import names
from tests.support.brokers import Place, client_at
from tests.support.waiting import wait_until


def test_node_is_up_with_memory_disk_and_no_alarm(place: Place) -> None:
    wait_until(lambda: place.client.nodes()[0].uptime_seconds is not None)
    [node] = place.client.nodes()

    assert node.name == place.client.overview().node
    assert node.running
    assert node.uptime_seconds is not None
    assert 0 < node.uptime_seconds < 86_400
    assert node.memory_used_bytes is not None
    assert node.memory_used_bytes > 1_000_000
    assert node.disk_free_bytes is not None
    assert (node.memory_alarm, node.disk_alarm) == (False, False)


def test_nodes_are_hidden_from_a_plain_user(place: Place) -> None:
    with place.api() as api:
        api.put(names.path("users", "plain"), json={"password": "p", "tags": "management"}).raise_for_status()

    with client_at(place.address, username="plain", password="p") as client:
        assert client.nodes() == []
