"""/api/nodes."""

from __future__ import annotations

from brokerctl.clients.details import ClusterLink, NodeDetails, Part, WebContext
from brokerctl.clients.http import Http
from brokerctl.clients.models import Node
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import PermissionDenied


def nodes(http: Http) -> list[Node]:
    """GET /api/nodes; empty for a user who may not see them."""
    try:
        found = http.get_list("nodes")
    except PermissionDenied:
        return []
    return [parse(item) for item in found]


def parse(item: Json) -> Node:
    uptime = read.optional_number(item, "uptime")
    return Node(
        name=read.text(item, "name"),
        running=item.get("running", True) is True,
        uptime_seconds=None if uptime is None else uptime / 1000,
        memory_used_bytes=read.optional_number(item, "mem_used"),
        memory_limit_bytes=read.optional_number(item, "mem_limit"),
        memory_alarm=read.flag(item, "mem_alarm"),
        disk_free_bytes=read.optional_number(item, "disk_free"),
        disk_free_limit_bytes=read.optional_number(item, "disk_free_limit"),
        disk_alarm=read.flag(item, "disk_free_alarm"),
        version=read.text(item, "rabbitmq_version") or _version(item),
        processors=read.optional_number(item, "processors"),
        files_used=read.optional_number(item, "fd_used"),
        files_limit=read.optional_number(item, "fd_total"),
        sockets_used=read.optional_number(item, "sockets_used"),
        # 4.x counts sockets no more and says 0 of 0.
        sockets_limit=read.optional_number(item, "sockets_total") or None,
        processes_used=read.optional_number(item, "proc_used"),
        processes_limit=read.optional_number(item, "proc_total"),
        run_queue=read.optional_number(item, "run_queue"),
        is_drained=read.flag(item, "being_drained"),
        partitions=read.texts(item, "partitions"),
        processor_share=_processor_share(item),
    )


def node(http: Http, name: str) -> NodeDetails:
    """GET /api/nodes/name?memory=true."""
    item = http.get_object("nodes", name, params={"memory": "true"})
    memory = read.table(item, "memory")
    applications = _parts(item, "applications")
    return NodeDetails(
        node=parse(item),
        os_pid=read.text(item, "os_pid"),
        type=read.text(item, "type"),
        rates_mode=read.text(item, "rates_mode"),
        memory_strategy=read.text(memory, "strategy") or read.text(item, "mem_calculation_strategy"),
        net_tick_seconds=read.optional_number(item, "net_ticktime"),
        database_folder=read.text(item, "db_dir"),
        config_files=read.texts(item, "config_files"),
        log_files=read.texts(item, "log_files"),
        plugins=_plugins(item, applications),
        web_contexts=tuple(context(each) for each in read.items(item, "contexts")),
        applications=applications,
        exchange_types=_parts(item, "exchange_types"),
        auth_mechanisms=_parts(item, "auth_mechanisms"),
        cluster_links=tuple(_link(each) for each in read.items(item, "cluster_links")),
        memory={name: number for name in memory if (number := read.optional_number(memory, name)) is not None},
        memory_total=_totals(memory),
        rates={name: rate for name in _counters(item) if (rate := read.rate(item, name)) is not None},
    )


def _processor_share(item: Json) -> float | None:
    """LavinMQ's last samples of user and system time, in seconds of each second."""
    samples = [read.table(item, f"cpu_{kind}_details").get("log") for kind in ("user", "sys")]
    last = [each[-1] for each in samples if isinstance(each, list) and each and isinstance(each[-1], int | float)]
    return float(sum(last)) if len(last) == len(samples) else None


def _plugins(item: Json, applications: tuple[Part, ...]) -> tuple[Part, ...]:
    """A plugin runs as the application of its name."""
    known = {each.name: each for each in applications}
    return tuple(known.get(name, Part(name)) for name in read.texts(item, "enabled_plugins"))


def context(item: Json) -> WebContext:
    port = read.text(item, "port")
    path = read.text(item, "path")
    return WebContext(
        description=read.text(item, "description"),
        path=path if path.startswith("/") else f"/{path}",
        address=read.text(item, "ip"),
        # Written as a text where it was configured as one.
        port=int(port) if port.isdecimal() else read.number(item, "port"),
        tls=bool(read.table(item, "ssl_opts")) or item.get("ssl") in (True, "true"),
    )


def _version(item: Json) -> str:
    """Of the broker among the applications that run on the node."""
    found = {read.text(each, "name"): read.text(each, "version") for each in read.items(item, "applications")}
    return found.get("rabbit", "") or found.get("postroom", "") or found.get("lavinmq", "")


def _parts(item: Json, key: str) -> tuple[Part, ...]:
    return tuple(
        Part(read.text(each, "name"), read.text(each, "description"), read.text(each, "version"))
        for each in read.items(item, key)
        if each.get("enabled", True) is True
    )


def _link(item: Json) -> ClusterLink:
    stats = read.table(item, "stats")
    return ClusterLink(
        read.text(item, "name"),
        f"{read.text(item, 'peer_addr')}:{read.number(item, 'peer_port')}",
        f"{read.text(item, 'sock_addr')}:{read.number(item, 'sock_port')}",
        read.rate(stats, "recv_bytes"),
        read.rate(stats, "send_bytes"),
    )


def _totals(memory: Json) -> dict[str, int]:
    totals = read.table(memory, "total")
    if not totals:
        # Before 3.7 there was one number.
        return {"rss": read.number(memory, "total")} if "total" in memory else {}
    return {name: read.number(totals, name) for name in totals}


def _counters(item: Json) -> list[str]:
    return [key.removesuffix("_details") for key in item if key.endswith("_details")]
