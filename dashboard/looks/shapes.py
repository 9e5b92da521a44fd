"""What of a thing is drawn by the server and not filled in by the page's script: when its shape is another than that
of the page, the page is fetched again. Also the part of a look that somebody may see, and the keys of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Protocol, TypeVar
from zlib import crc32

from brokerctl.clients.models import Binding, Connection, Consumer
from dashboard.looks.holders import Holder, Holders
from dashboard.looks.kinds import (
    ChannelLook,
    ConnectionLook,
    ExchangeLook,
    NodeLook,
    NodesLook,
    QueueLook,
    VhostLook,
)
from dashboard.paths import segment


class OfVhost(Protocol):
    @property
    def vhost(self) -> str: ...


V = TypeVar("V", bound=OfVhost)


def within(found: Iterable[V], vhosts: Set[str] | None) -> list[V]:
    """Those of these vhosts; None: all."""
    return [each for each in found if vhosts is None or each.vhost in vhosts]


def shape(*parts: object) -> str:
    return f"{crc32(repr(parts).encode()):08x}"


def key(*names: str) -> str:
    """Of a row, in feeds and in `data-row`."""
    return "/".join(segment(name) for name in names)


def feed(kind: str, *names: str) -> str:
    """The name of a feed: 'connection:local:…'."""
    return ":".join((kind, *(segment(name) for name in names)))


def consumer_key(consumer: Consumer) -> str:
    return key(consumer.vhost, consumer.queue, consumer.channel_name, consumer.tag)


def holder_key(holder: Holder) -> str:
    return key(holder.vhost, ",".join(holder.queues), holder.channel_name, holder.consumer_tag)


def binding_key(binding: Binding) -> str:
    names = (binding.vhost, binding.source, binding.destination_type, binding.destination, binding.properties_key)
    return key(*names)


def of_connection(look: ConnectionLook) -> str:
    return shape(look.connection.state, [(each.name, each.consumers, each.prefetch) for each in look.channels])


def of_channel(look: ChannelLook) -> str:
    channel = look.channel
    consumers = sorted((each.queue, each.tag, each.activity) for each in look.consumers)
    return shape(channel.confirm, channel.transactional, channel.prefetch, channel.global_prefetch, consumers)


def of_node(look: NodeLook) -> str:
    node = look.details.node
    alarms = node.memory_alarm, node.disk_alarm, node.partitions
    made_of = look.details.plugins, look.details.web_contexts, look.overview.listeners
    return shape(node.running, node.is_drained, alarms, *made_of)


def of_nodes(look: NodesLook) -> str:
    nodes = [(each.name, each.running, each.memory_alarm, each.disk_alarm) for each in look.nodes]
    return shape(nodes, sorted(look.overview.rates), look.traffic.receive_rate is None)


def of_vhost(look: VhostLook) -> str:
    vhost = look.vhost
    rules = vhost.description, vhost.tags, vhost.default_queue_type, vhost.is_protected, vhost.is_traced
    return shape(rules, vhost.cluster_state, sorted(look.limits.items()), look.permissions, look.topic_permissions)


def of_queue(look: QueueLook) -> str:
    details = look.details
    consumers = sorted((each.channel_name, each.tag, each.activity) for each in details.consumers)
    set_by = details.queue.policy, details.operator_policy, sorted(details.queue.effective_policy.items(), key=repr)
    return shape(consumers, [binding_key(each) for each in look.bindings], set_by, details.queue.state, details.online)


def of_exchange(look: ExchangeLook) -> str:
    return shape([binding_key(each) for each in (*look.outgoing, *look.incoming)], look.policy)


def of_holders(found: Holders, holders: Iterable[Holder]) -> str:
    return shape(found.is_exact, sorted(holder_key(each) for each in holders))


def of_list(rows: Iterable[object]) -> str:
    """Of a list that is shown in pages: rows that came or went."""
    return str(sum(1 for _ in rows))


def client(connection: Connection) -> str:
    """What its client calls itself, or where it is."""
    return connection.client_name or f"{connection.peer_host}:{connection.peer_port}"
