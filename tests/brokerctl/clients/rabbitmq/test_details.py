"""What a broker tells of one thing beyond its row, read from ours and from a RabbitMQ."""

from __future__ import annotations

from brokerctl.clients.details import WebContext
from brokerctl.clients.rabbitmq import nodes
from brokerctl.clients.rabbitmq.read import Json
from tests.support.brokers import VHOST, Place, numbered
from tests.support.waiting import wait_for, wait_until


def test_a_client_at_work_is_told_with_its_channel_its_consumer_and_what_it_holds(place: Place) -> None:
    queue = place.queue(x_max_length=50)
    place.fill(queue, numbered(5))
    with place.channel() as channel:
        channel.confirm_delivery()
        channel.basic_qos(prefetch_count=3)
        channel.basic_consume(queue, lambda *_: None, consumer_tag="the tag", arguments={"x-priority": 7})
        name = wait_for(lambda: _held(place, queue))
        wait_until(lambda: place.client.channel_with_consumers(name)[0].messages_unacknowledged == 3)
        wait_until(lambda: _counted(place, queue) == (2, 3, 5, 5 * len("message 0")))
        wait_until(lambda: _received(place, name) > 0)

        found, consumers = place.client.channel_with_consumers(name)
        details = place.client.queue_details(VHOST, queue)
        connection = place.client.connection(found.connection_name)
        listed = [each for each in place.client.consumers(VHOST) if each.queue == queue]

    assert (found.prefetch, found.confirm, found.transactional, found.state) == (3, True, False, "running")
    [consumer] = consumers
    assert (consumer.tag, consumer.queue, consumer.prefetch, consumer.channel_number) == ("the tag", queue, 3, 1)
    assert consumer.arguments == {"x-priority": 7}
    assert listed == list(details.consumers) == consumers
    assert consumer.activity == "up"
    assert connection.auth_mechanism == "PLAIN"
    assert connection.client_properties["product"] == "Pika Python Client Library"
    assert (connection.heartbeat_seconds, connection.tls_details) == (0, {})
    assert (details.operator_policy, details.owner, details.damaged_messages) == (None, "", 0)


def test_who_holds_messages_is_told_where_the_broker_can(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(3))
    capabilities = place.client.overview().capabilities

    assert capabilities.unacked is capabilities.pause is place.is_embedded
    if not place.is_embedded:
        return
    with place.channel() as channel:
        channel.basic_get(queue)
        channel.basic_get(queue)
        [held] = place.client.unacked(VHOST, queue)
    assert (held.messages, held.consumer_tag, held.user, held.queue) == (2, "", "guest", queue)
    assert held.since is not None
    place.client.pause_queue(VHOST, queue)
    assert place.client.queue(VHOST, queue).state == "paused"
    place.client.resume_queue(VHOST, queue)
    assert place.client.queue(VHOST, queue).state == "running"


def test_a_node_is_told_with_its_memory_and_where_it_listens(place: Place) -> None:
    overview = place.client.overview()
    wait_until(lambda: bool(place.client.node(overview.node).memory))
    details = place.client.node(overview.node)

    assert details.node.name == overview.node
    assert details.node.version == overview.version
    assert sum(details.memory.values()) > 1_000_000
    assert details.memory_total["rss"] > 1_000_000
    assert "PLAIN" in {each.name for each in details.auth_mechanisms}
    assert {"direct", "topic"} <= {each.name for each in details.exchange_types}
    assert place.address.amqp_port in {each.port for each in overview.listeners if each.protocol == "amqp"}


def test_a_node_is_told_with_the_versions_of_its_plugins_and_what_its_http_server_has(place: Place) -> None:
    overview = place.client.overview()
    wait_until(lambda: bool(place.client.node(overview.node).web_contexts))
    details = place.client.node(overview.node)

    versions = {each.name: each.version for each in details.plugins}
    assert versions.get("rabbitmq_management", "") == ("" if place.is_embedded else overview.version)
    [(path, tls)] = {(each.path, each.tls) for each in details.web_contexts if each.port == place.address.api_port}
    assert (path, tls) == ("/api" if place.is_embedded else "/", False)
    assert all(each.description for each in details.web_contexts)


def test_what_is_not_as_usual_in_a_web_context_is_read() -> None:
    contexts: list[Json] = [
        {"description": "UI", "path": "", "port": 15671, "ssl": "true", "ip": "::"},
        {"description": "metrics", "path": "metrics", "port": "15692", "ssl_opts": {"certfile": "x"}},
    ]

    assert [nodes.context(each) for each in contexts] == [
        WebContext("UI", "/", "::", 15671, True),
        WebContext("metrics", "/metrics", "", 15692, True),
    ]


def test_a_history_has_what_was_and_an_unknown_number_is_none(place: Place) -> None:
    keys = ("mem_used", "connection_created", "no_such_number")
    path = ("nodes", place.client.overview().node)

    def is_known() -> bool:
        # A RabbitMQ tells zeros of the time before it looked; a rate takes two looks.
        found = place.client.history(path, keys)
        return any(each.values[0] for each in found) and any(each.values[1] is not None for each in found)

    wait_until(is_known)
    moments = place.client.history(path, keys)
    times = [moment.at for moment in moments]
    assert times == sorted(times)
    assert max(moment.values[0] or 0 for moment in moments) > 1_000_000
    assert any(moment.values[1] is not None for moment in moments)
    assert {moment.values[2] for moment in moments} == {None}


def _counted(place: Place, queue: str) -> tuple[int, ...]:
    """Ready, unacked and all messages, and all bytes: RabbitMQ tells of each when it next looks."""
    found = place.client.queue_details(VHOST, queue)
    return (*(found.messages.get(key, 0) for key in ("ready", "unacked", "total")), found.message_bytes.get("total", 0))


def _received(place: Place, channel: str) -> int:
    """Bytes that the channel's connection has received."""
    name = place.client.channel_with_consumers(channel)[0].connection_name
    return place.client.connection(name).traffic.received_bytes


def _held(place: Place, queue: str) -> str:
    """The channel of the queue's one consumer, as soon as the broker tells of it."""
    found = place.client.queue_details(VHOST, queue).consumers
    return found[0].channel_name if found else ""
