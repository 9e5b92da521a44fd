"""How a node is, read from ours and from a RabbitMQ."""

from __future__ import annotations

from brokerctl import names
from brokerctl.clients.models import Node
from tests.support.brokers import Place, client_at
from tests.support.waiting import wait_until


def test_node_is_up_with_memory_disk_and_no_alarm(place: Place) -> None:
    # RabbitMQ tells of each when it next looks.
    wait_until(lambda: None not in _numbers(place.client.nodes()[0]))
    [node] = place.client.nodes()

    assert node.name == place.client.overview().node
    assert node.running
    uptime_seconds, memory_used_bytes, _ = _numbers(node)
    assert 0 < (uptime_seconds or 0) < 86_400
    assert (memory_used_bytes or 0) > 1_000_000
    assert (node.memory_alarm, node.disk_alarm) == (False, False)


def _numbers(node: Node) -> tuple[float | None, ...]:
    return node.uptime_seconds, node.memory_used_bytes, node.disk_free_bytes


def test_nodes_are_hidden_from_a_plain_user(place: Place) -> None:
    with place.api() as api:
        api.put(names.path("users", "plain"), json={"password": "p", "tags": "management"}).raise_for_status()

    with client_at(place.address, username="plain", password="p") as client:
        assert client.nodes() == []
