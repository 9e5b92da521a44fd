"""What is counted once for the broker: objects that came and went, memory and disk, logins, who this is."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime

import brokerctl
from brokerctl.core import parameters
from brokerctl.management import nodes, readings
from brokerctl.management.call import Call
from brokerctl.management.overview import PRODUCT, RABBITMQ_VERSION
from brokerctl.management.prometheus.exposition import Labels, Metric, counter, gauge, labels, samples

Sample = tuple[Metric, Iterable[tuple[Labels, float]]]

CHURN = tuple(
    counter(name, about)
    for name, about in (
        ("connections_opened_total", "Connections opened"),
        ("connections_closed_total", "Connections closed"),
        ("channels_opened_total", "Channels opened"),
        ("channels_closed_total", "Channels closed"),
        ("queues_declared_total", "Declarations of queues"),
        ("queues_created_total", "Queues created"),
        ("queues_deleted_total", "Queues deleted"),
    )
)
"""In the order of brokerctl.management.readings.CHURN."""

CLUSTER_ID = "internal_cluster_id"
"""The global parameter in which RabbitMQ keeps it."""


def churn(call: Call) -> list[Sample]:
    numbers = readings.of_churn(call.broker)
    return [(metric, [("", value)]) for metric, value in zip(CHURN, numbers, strict=True)]


def coarse(call: Call) -> list[Sample]:
    node, (open_files, _) = call.door.node(), call.door.files()
    return [
        (gauge("process_open_fds", "Open file descriptors"), [("", open_files)]),
        (gauge("process_resident_memory_bytes", "Memory used"), [("", node.memory_used_bytes)]),
        (gauge("disk_space_available_bytes", "Disk space available"), [("", node.disk_free_bytes)]),
    ]


def limits(call: Call) -> list[Sample]:
    node, (_, max_files) = call.door.node(), call.door.files()
    uptime = (datetime.now(UTC) - node.started_at).total_seconds()
    return [
        (gauge("process_max_fds", "Most file descriptors that may be open"), [("", max_files)]),
        (
            gauge("resident_memory_limit_bytes", "Memory above which the alarm is raised"),
            [("", node.memory_limit_bytes)],
        ),
        (
            gauge("disk_space_available_limit_bytes", "Disk space below which the alarm is raised"),
            [("", node.disk_free_limit_bytes)],
        ),
        # Boards ask for it by this name; there is no Erlang here.
        (gauge("erlang_uptime_seconds", "Seconds since the broker started"), [("", uptime)]),
    ]


def alarms(call: Call) -> list[Sample]:
    node = call.door.node()
    return [
        (
            Metric("alarms_free_disk_space_watermark", "untyped", "1 while the disk alarm is raised"),
            [("", int(nodes.has_disk_alarm(node)))],
        ),
        (
            Metric("alarms_memory_used_watermark", "untyped", "1 while the memory alarm is raised"),
            [("", int(nodes.has_memory_alarm(node)))],
        ),
    ]


def attempts(call: Call) -> list[Sample]:
    known = [(labels(protocol=each.protocol), each.succeeded, each.failed) for each in call.door.attempts()]
    return [
        (counter("auth_attempts_total", "Attempts to log in"), [(where, won + lost) for where, won, lost in known]),
        (
            counter("auth_attempts_succeeded_total", "Attempts to log in that succeeded"),
            [(where, won) for where, won, _ in known],
        ),
        (
            counter("auth_attempts_failed_total", "Attempts to log in that failed"),
            [(where, lost) for where, _, lost in known],
        ),
    ]


def identity(call: Call, endpoint: str) -> list[Sample]:
    """What boards join the other metrics with. `endpoint` is 'aggregated', 'per-object' or 'detailed'."""
    build = labels(
        rabbitmq_version=RABBITMQ_VERSION,
        product_name=PRODUCT,
        product_version=brokerctl.__version__,
        python_version=platform.python_version(),
    )
    this = labels(
        rabbitmq_node=call.node,
        rabbitmq_cluster=parameters.cluster_name(call.broker),
        rabbitmq_cluster_permanent_id=str(call.broker.global_parameters.get(CLUSTER_ID, call.node)),
        rabbitmq_endpoint=endpoint,
    )
    return [
        (Metric("build_info", "untyped", "What runs here, and the RabbitMQ whose API it speaks"), [(build, 1)]),
        (Metric("identity_info", "untyped", "Which node of which cluster this is"), [(this, 1)]),
    ]


def text(found: Iterable[Sample], prefix: str) -> str:
    return "".join(metric.head(prefix) + samples(prefix + metric.name, rows) for metric, rows in found)
