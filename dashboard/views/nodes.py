"""The nodes of a broker, and one node. For those who see all of the broker: nodes belong to no vhost."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.clients.details import NodeDetails
from brokerctl.clients.models import Node, Overview
from dashboard import access, verdicts
from dashboard.declaring.known import LAVINMQ
from dashboard.looks import kinds, look, shapes
from dashboard.models import Broker
from dashboard.pages.nodes import Gauge, MemoryPart, NodePage, NodesPage, ShownNode
from dashboard.views.place import says_why

CHURN = {
    "connection_created": "Connections opened",
    "connection_closed": "Connections closed",
    "channel_created": "Channels opened",
    "channel_closed": "Channels closed",
    "queue_declared": "Queues declared",
    "queue_created": "Queues created",
    "queue_deleted": "Queues deleted",
}
OF_LAVINMQ = "LavinMQ’s API has no such thing"
MESSAGES = {
    "publish": "Published",
    "confirm": "Confirmed to publishers",
    "return_unroutable": "Unroutable, returned",
    "drop_unroutable": "Unroutable, dropped",
    "deliver": "Delivered, ack required",
    "deliver_no_ack": "Delivered, no ack",
    "get": "Got, ack required",
    "get_no_ack": "Got, no ack",
    "get_empty": "Got from an empty queue",
    "ack": "Acked",
    "redeliver": "Redelivered",
    "disk_reads": "Read from disk",
    "disk_writes": "Written to disk",
}
CHARTS = {
    "broker-publish": ("Confirmed and unroutable", {"confirm", "return_unroutable", "drop_unroutable"}),
    "broker-get": ("Got and redelivered", {"get", "get_no_ack", "get_empty", "redeliver"}),
    "broker-disk": ("Messages and the disk", {"disk_reads", "disk_writes"}),
}
"""Of what a broker counts beside what the database keeps: a chart where it counts any of it."""
SIZES = frozenset(("gc_bytes_reclaimed", "io_read_bytes", "io_write_bytes", "mem_used", "disk_free"))
"""Rates that are of bytes."""

GAUGES = frozenset(
    (
        *CHURN,
        "mem_used",
        "disk_free",
        "fd_used",
        "sockets_used",
        "proc_used",
        "run_queue",
        "io_file_handle_open_attempt_avg_time",
    )
)
"""Rates that the page shows elsewhere, or that say nothing as a rate."""


@says_why
def list_nodes(request: HttpRequest, broker: str) -> HttpResponse:
    found = _whole(request, broker)
    seen = look.take(found, kinds.NODES)
    overview = seen.value.overview
    page = NodesPage(
        broker=found,
        snapshot=access.visible_snapshot(request.user, found),
        look=seen,
        feed=shapes.feed(kinds.NODES.name, found.slug),
        shape=shapes.of_nodes(seen.value),
        nodes=tuple(_shown(node, overview) for node in seen.value.nodes),
        listeners=overview.listeners,
        churn=tuple((title, overview.churn[name]) for name, title in CHURN.items() if name in overview.churn),
        why_not_cluster=OF_LAVINMQ if overview.product == LAVINMQ else "",
        rates=tuple((name, MESSAGES[name], value) for name, value in overview.rates.items()),
        warnings=tuple(f"{each.text}: {each.evidence}." for each in verdicts.uncounted(overview)),
        whole_feed=shapes.feed("broker", found.slug),
        charts=tuple((title, kind) for kind, (title, names) in CHARTS.items() if names & overview.rates.keys()),
    )
    return render(request, "nodes/list.html", {"page": page})


@says_why
def detail(request: HttpRequest, broker: str, node: str) -> HttpResponse:
    found = _whole(request, broker)
    seen = look.take(found, kinds.NODE, node)
    details, overview = seen.value.details, seen.value.overview
    page = NodePage(
        broker=found,
        snapshot=access.visible_snapshot(request.user, found),
        look=seen,
        feed=shapes.feed(kinds.NODE.name, found.slug, node),
        shape=shapes.of_node(seen.value),
        shown=_shown(details.node, overview),
        facts=_facts(details, overview),
        listeners=tuple(each for each in overview.listeners if each.node in ("", node)),
        memory=_memory(details),
        rates=_rates(details),
    )
    return render(request, "nodes/node.html", {"page": page})


def _whole(request: HttpRequest, slug: str) -> Broker:
    found = access.broker_or_404(request.user, slug)
    if access.visible_vhosts(request.user, found) is not None:
        raise Http404("No such page.")
    return found


def _shown(node: Node, overview: Overview) -> ShownNode:
    return ShownNode(node, node.version or overview.version, _gauges(node), tuple(_alarms(node)))


def _gauges(node: Node) -> tuple[Gauge, ...]:
    no_clients, blocked = "at it no client can connect", "at it publishers are blocked"
    found = (
        Gauge("memory", "Memory", node.memory_used_bytes, node.memory_limit_bytes, "bytes", blocked, node.memory_alarm),
        Gauge(
            "disk", "Disk free", node.disk_free_bytes, node.disk_free_limit_bytes, "bytes",
            blocked, node.disk_alarm, is_below=True,
        ),
        Gauge("files", "File descriptors", node.files_used, node.files_limit, "number", no_clients),
        Gauge("sockets", "Sockets", node.sockets_used, node.sockets_limit, "number", no_clients),
        Gauge("processes", "Erlang processes", node.processes_used, node.processes_limit, "number", "at it it fails"),
    )  # fmt: skip
    return tuple(gauge for gauge in found if gauge.used is not None)


def _alarms(node: Node) -> list[str]:
    found = []
    if not node.running:
        found.append("The node does not run.")
    if node.is_drained:
        found.append("The node is in maintenance: it takes no connections and leads no queues.")
    if node.memory_alarm:
        found.append("Memory alarm: it uses more than its limit, and all publishers are blocked until that is over.")
    if node.disk_alarm:
        found.append(
            "Disk alarm: less space is free than its limit, and all publishers are blocked until that is over."
        )
    if node.partitions:
        found.append(f"It lost sight of {', '.join(node.partitions)}, and both sides went on: a network partition.")
    return found


def _facts(details: NodeDetails, overview: Overview) -> tuple[tuple[str, str], ...]:
    node = details.node
    facts = {
        "Version": f"{overview.product} {node.version or overview.version}",
        "Cluster": overview.cluster_name,
        "Up for": verdicts.during(node.uptime_seconds) if node.uptime_seconds is not None else "",
        "Process": details.os_pid,
        "Processors": "" if node.processors is None else str(node.processors),
        "Kind": details.type,
        "Rates": details.rates_mode,
        "Memory is counted by": details.memory_strategy,
        "Cluster tick": "" if details.net_tick_seconds is None else f"{details.net_tick_seconds} s",
        "Data in": details.database_folder,
        "Configured by": ", ".join(details.config_files),
        "Logs to": ", ".join(details.log_files),
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _memory(details: NodeDetails) -> tuple[MemoryPart, ...]:
    total = sum(details.memory.values())
    parts = sorted(details.memory.items(), key=lambda each: -each[1])
    return tuple(MemoryPart(_words(name), size, 100 * size / total) for name, size in parts if size and total)


def _rates(details: NodeDetails) -> tuple[tuple[str, str], ...]:
    shown = ((name, rate) for name, rate in sorted(details.rates.items()) if name not in GAUGES)
    return tuple((_words(name), f"{_rate(name, rate)}") for name, rate in shown)


def _rate(name: str, rate: float) -> str:
    if name.endswith("_avg_time"):
        return f"{rate:.2f} ms"
    return f"{verdicts.size(rate)}/s" if name in SIZES else f"{rate:,.1f}/s"


def _words(name: str) -> str:
    """A key of RabbitMQ's as words: 'quorum_queue_procs' is 'Quorum queue processes'."""
    words = name.replace("_procs", " processes").replace("_proc", " processes").replace("_", " ")
    return words[:1].upper() + words[1:]
