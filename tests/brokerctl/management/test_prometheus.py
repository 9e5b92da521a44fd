"""What Prometheus reads: the names that boards for RabbitMQ ask for, RabbitMQ's kinds, and numbers that are right."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pika
import pytest

from brokerctl.core.reasons import Reason
from brokerctl.management.app import create_app
from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.inside import inside
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import PATIENCE_SECONDS

ASKED_BY_RABBITMQ_OVERVIEW = set(
    re.findall(
        r"\w+",
        """
    build_info channels channels_closed_total channels_opened_total connections connections_closed_total
    connections_opened_total disk_space_available_bytes disk_space_available_limit_bytes erlang_uptime_seconds
    global_consumers global_messages_acknowledged_total global_messages_confirmed_total
    global_messages_delivered_consume_auto_ack_total global_messages_delivered_consume_manual_ack_total
    global_messages_delivered_get_auto_ack_total global_messages_delivered_get_manual_ack_total
    global_messages_delivered_total global_messages_get_empty_total global_messages_received_confirm_total
    global_messages_received_total global_messages_redelivered_total global_messages_routed_total
    global_messages_unroutable_dropped_total global_messages_unroutable_returned_total global_publishers identity_info
    message_size_bytes_bucket message_size_bytes_count message_size_bytes_sum process_max_fds process_open_fds
    process_resident_memory_bytes queue_messages_ready queue_messages_unacked queues queues_created_total
    queues_declared_total queues_deleted_total resident_memory_limit_bytes
""",
    )
)
"""Every metric in the queries of the board RabbitMQ-Overview (Grafana 10991), without the prefix `rabbitmq_`."""

NOT_OURS = re.compile(
    # Erlang's machine, its file driver, its database and its consensus; RabbitMQ's message store and index.
    r"erlang_(?!uptime)|io_|schema_db_|msg_store_|queue_index_|raft_|telemetry_|.*_process_|process_\w*tcp_sockets"
    r"|queue_(disk_(reads|writes)|messages\w*_persistent|consumer_(utilisation|capacity)|head_message)"
    # Packets are not counted; file descriptors raise no alarm, as in RabbitMQ 4; streams and confirmed burials.
    r"|connection_\w*packets|alarms_file_descriptor|global_messages_dead_lettered_confirmed|stream_"
)


class Scrape:
    """One answer: kinds by metric, values by metric and labels. The prefix `rabbitmq_` is taken away."""

    def __init__(self, text: str) -> None:
        self.kinds = dict(re.findall(r"^# TYPE rabbitmq_(\S+) (\S+)$", text, re.M))
        self.values: dict[tuple[str, str], float] = {}
        for name, labels, value in re.findall(r"^rabbitmq_(\w+)(?:\{(.*)\})? (\S+)$", text, re.M):
            assert (name, labels) not in self.values, f"{name} {labels} comes twice"
            self.values[name, labels] = float(value)
        self.names = {name for name, _ in self.values}

    def __getitem__(self, name: str) -> float:
        """The only sample, or the sum of all."""
        return sum(value for (found, _), value in self.values.items() if found == name)


def scraped(api: httpx.Client, where: str = "/metrics") -> Scrape:
    reply = api.get(
        api.base_url.copy_with(path=where.partition("?")[0]), params=httpx.QueryParams(where.partition("?")[2])
    )
    reply.raise_for_status()
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Scrape(reply.text)


@pytest.fixture
def channel(embedded_broker: EmbeddedBroker, vhost: str) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
    with embedded_broker.connect(vhost) as connection:
        yield connection.channel()


def test_every_metric_that_the_overview_board_asks_for_is_there(api: httpx.Client) -> None:
    assert ASKED_BY_RABBITMQ_OVERVIEW - scraped(api).names == set()


def test_counters_and_gauges_tell_what_happened(
    api: httpx.Client, vhost: str, channel: pika.adapters.blocking_connection.BlockingChannel
) -> None:
    before = scraped(api)
    channel.queue_declare("dead")
    channel.queue_declare("q", arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"})
    channel.confirm_delivery()
    for size in (100, 101, 5000):
        channel.basic_publish("", "q", b"x" * size)
    channel.basic_publish("", "nowhere", b"")
    assert channel.basic_get("q", auto_ack=True)[0] is not None
    method, _, _ = channel.basic_get("q")
    assert method is not None
    assert method.delivery_tag is not None
    channel.basic_reject(method.delivery_tag, requeue=False)
    channel.basic_get("q")
    channel.basic_get("dead")

    after = scraped(api)
    grown = {name: after[name] - before[name] for name in after.names}
    for name, count in {
        "global_messages_received_total": 4,
        "global_messages_received_confirm_total": 4,
        "global_messages_unroutable_dropped_total": 1,
        "global_messages_routed_total": 4,
        "global_messages_delivered_get_auto_ack_total": 1,
        "global_messages_delivered_get_manual_ack_total": 3,
        f"global_messages_dead_lettered_{Reason.REJECTED}_total": 1,
        "message_size_bytes_count": 4,
        "message_size_bytes_sum": 5201,
        "queue_messages_unacked": 2,
        "queues_created_total": 2,
        "channel_messages_published_total": 4,
    }.items():
        assert (name, grown[name]) == (name, count)
    le = {
        labels.rpartition('le="')[2][:-1]: after.values[name, labels] - before.values[name, labels]
        for name, labels in after.values
        if name == "message_size_bytes_bucket"
    }
    assert [le[bound] for bound in ("100", "1000", "10000", "+Inf")] == [2, 3, 4, 4]


def test_counters_never_go_down_when_objects_go(embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str) -> None:
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("q")
        for _ in range(5):
            channel.basic_publish("", "q", b"x")
            channel.basic_get("q", auto_ack=True)
        before = scraped(api)
        channel.queue_delete("q")
    api.delete(path("vhosts", vhost)).raise_for_status()
    after = scraped(api)

    counters = {name for name, kind in after.kinds.items() if kind == "counter" and "connection_" not in name}
    assert {name for name in counters if after[name] < before[name]} == set()
    assert after["global_messages_delivered_get_auto_ack_total"] >= 5


def test_objects_are_told_apart_and_filtered_by_family_and_vhost(
    api: httpx.Client, vhost: str, channel: pika.adapters.blocking_connection.BlockingChannel
) -> None:
    name = 'odd "name"\\\n'
    channel.queue_declare(name)
    channel.confirm_delivery()
    channel.basic_publish("", name, b"x")
    where = f'vhost="{vhost}",queue="odd \\"name\\"\\\\\\n"'
    assert scraped(api, "/metrics/per-object").values["queue_messages_ready", where] == 1

    families = "family=queue_coarse_metrics&family=queue_consumer_count&family=vhost_status&family=exchange_bindings"
    found = scraped(api, f"/metrics/detailed?{families}&vhost={vhost}")

    assert found.values["detailed_queue_messages_ready", where] == 1
    assert found.values["cluster_vhost_status", f'vhost="{vhost}"'] == 1
    assert found.values["cluster_exchange_bindings", f'vhost="{vhost}",exchange="amq.topic",type="topic"'] == 0
    assert {
        labels for name, labels in found.values if "_info" not in name and f'vhost="{vhost}"' not in labels
    } == set()
    assert scraped(api, "/metrics/detailed").names == {"build_info", "identity_info"}
    reply = api.get(api.base_url.copy_with(path="/metrics/detailed"), params={"family": "none"})
    assert (reply.status_code, "there is no family none" in reply.json()["reason"]) == (400, True)


def test_who_may_not_monitor_sees_no_metrics(api: httpx.Client, vhost: str, login: Login) -> None:
    where = api.base_url.copy_with(path="/metrics")

    assert httpx.get(where, timeout=PATIENCE_SECONDS).status_code == 401
    assert login("management", vhost).get(where).status_code == 401
    assert login("monitoring").get(where).status_code == 200


def test_metrics_are_open_when_the_broker_was_told_so(tmp_path: Path) -> None:
    with embedded.running(tmp_path, POSTROOM_METRICS_ACCESS="anybody") as broker:
        for where in ("/metrics", "/metrics/per-object", "/metrics/detailed"):
            reply = httpx.get(f"http://127.0.0.1:{broker.api_port}{where}", timeout=PATIENCE_SECONDS)
            assert reply.status_code == 200
        reply = httpx.get(f"http://127.0.0.1:{broker.api_port}/api/overview", timeout=PATIENCE_SECONDS)
        assert reply.status_code == 401


def test_names_and_kinds_are_those_of_a_real_rabbitmq(rabbitmq: RabbitMQ, api: httpx.Client) -> None:
    theirs = Scrape(httpx.get(f"http://127.0.0.1:{rabbitmq.metrics_port}/metrics", timeout=PATIENCE_SECONDS).text)
    ours = scraped(api)

    assert {name for name in theirs.kinds.keys() - ours.kinds.keys() if not NOT_OURS.match(name)} == set()
    assert {name: ours.kinds[name] for name in theirs.kinds.keys() & ours.kinds.keys()} == {
        name: theirs.kinds[name] for name in theirs.kinds.keys() & ours.kinds.keys()
    }
    labels = {
        name: {re.sub('"[^"]*"', "", where) for found, where in theirs.values if found == name} for name in theirs.names
    }
    own = {name: {re.sub('"[^"]*"', "", where) for found, where in ours.values if found == name} for name in ours.names}
    for name in theirs.names & ours.names - {"build_info", "identity_info"}:
        assert own[name] & labels[name] or not own[name], name
    assert "rabbitmq_cluster=" in str(own["identity_info"])


def test_a_scrape_gives_messages_a_turn() -> None:
    async def run() -> int:
        async with inside() as door:
            door.run(lambda effects: [door.broker.vhosts["/"].declare_queue(f"q{n}", effects) for n in range(5000)])
            transport = httpx.ASGITransport(create_app(door))
            turns = 0

            async def count() -> None:
                nonlocal turns
                while True:
                    await asyncio.sleep(0)
                    turns += 1

            async with httpx.AsyncClient(transport=transport, base_url="http://x", auth=("guest", "guest")) as client:
                await client.get("/metrics")
                counting = asyncio.create_task(count())
                for where in ("/metrics", "/metrics/per-object"):
                    turns = 0
                    (await client.get(where)).raise_for_status()
                    assert turns > 1, where
                counting.cancel()
            return turns

    assert asyncio.run(run())
