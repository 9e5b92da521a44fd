"""status: what a broker is, and how it is."""

from __future__ import annotations

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command
from brokerctl.cli.session import Session
from brokerctl.clients.models import Node, Overview


@command(root, "status", vhost=False)
def status(session: Session) -> None:
    """What the broker is and holds, its nodes and alarms. Ends with 1 while an alarm is raised."""
    overview, nodes, user = session.client.overview(), session.client.nodes(), session.client.whoami()
    alarmed = [node for node in nodes if node.memory_alarm or node.disk_alarm]
    rows = [("broker", f"{overview.product} {overview.version}"), ("cluster", overview.cluster_name)]
    rows += [("user", f"{user.name} ({', '.join(user.tags) or 'no tags'})"), *_held(overview)]
    rows += [line for node in nodes for line in _node(node)]
    session.show(("", ""), list(rows), {"overview": overview, "nodes": nodes, "user": user})
    if alarmed:
        names = ", ".join(node.name for node in alarmed)
        raise Problem(f"an alarm is raised on {names}: publishers are held back", Exit.FAILED)


def _held(overview: Overview) -> list[tuple[str, str]]:
    return [
        ("messages", f"{overview.messages_ready:,} ready, {overview.messages_unacknowledged:,} unacked"),
        ("objects", f"{overview.queues:,} queues, {overview.exchanges:,} exchanges, {overview.consumers:,} consumers"),
        ("clients", f"{overview.connections:,} connections, {overview.channels:,} channels"),
    ]


def _node(node: Node) -> list[tuple[str, str]]:
    memory, limit, disk = node.memory_used_bytes, node.memory_limit_bytes, node.disk_free_bytes
    found = [("node", f"{node.name}, {'running' if node.running else 'down'}{_since(node.uptime_seconds)}")]
    if memory is not None:
        of = "" if limit is None else f" of {_mebibytes(limit)}"
        found.append(("  memory", f"{_mebibytes(memory)}{of}{', ALARM' if node.memory_alarm else ''}"))
    if disk is not None:
        found.append(("  disk free", f"{_mebibytes(disk)}{', ALARM' if node.disk_alarm else ''}"))
    return found


def _since(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    return f" for {hours} h {rest // 60} min" if hours else f" for {rest // 60} min {rest % 60} s"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
