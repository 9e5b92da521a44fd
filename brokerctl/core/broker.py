"""The broker: its vhosts and users, and how it is rebuilt from what the store kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brokerctl.core import enforcing, replies
from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.context import Context
from brokerctl.core.effects import Effects, Save
from brokerctl.core.headers import HeaderCodec
from brokerctl.core.message import Entry
from brokerctl.core.permissions import Permission, User
from brokerctl.core.policies import Kind
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.errors import NotAllowed, NotFound


class Broker:
    def __init__(self, codec: HeaderCodec, name: str = "postroom") -> None:
        self.name = name
        self.context = Context(codec)
        self.vhosts: dict[str, Vhost] = {}
        self.users: dict[str, User] = {}
        self.peers: dict[str, Peer] = {}
        """Open connections by name."""

    # Vhosts and users

    def add_vhost(self, name: str, effects: Effects) -> bool:
        """Create a vhost; False when it was there."""
        return name not in self.vhosts and self.put_vhost(name, "", (), effects)

    def put_vhost(self, name: str, description: str, tags: Iterable[str], effects: Effects) -> bool:
        """Create a vhost or describe it anew; False when it was there."""
        is_new = name not in self.vhosts
        if is_new:
            self.vhosts[name] = Vhost(name, self.context)
        vhost = self.vhosts[name]
        vhost.description, vhost.tags = description, tuple(tags)
        effects.append(Save("vhost", (name,), {"description": description, "tags": list(vhost.tags)}))
        return is_new

    def delete_vhost(self, name: str, effects: Effects) -> None:
        """Remove a vhost and everything in it. Connections to it are closed by the caller first."""
        vhost = self.vhosts.get(name)
        if vhost is None:
            raise NotFound(f"no vhost '{name}'")
        for queue in list(vhost.queues.values()):
            vhost.delete_queue(queue, effects)
        for exchange in [name for name, ex in vhost.exchanges.items() if not name.startswith("amq.") and name]:
            vhost.delete_exchange(exchange, effects)
        for kind, policies in vhost.policies.by_kind.items():
            for policy in list(policies):
                enforcing.clear_policy(vhost, kind, policy, effects)
        for user in self.users.values():
            self.clear_permission(user, name, effects)
        del self.vhosts[name]
        effects.append(Save("vhost", (name,), None))

    def put_user(self, name: str, password_hash: str, tags: Iterable[str], effects: Effects) -> bool:
        """Create or change a user; False when it was there. Permissions stay."""
        known = self.users.get(name)
        if known is None:
            known = self.users[name] = User(name, password_hash, tuple(tags))
            is_new = True
        else:
            known.password_hash, known.tags = password_hash, tuple(tags)
            is_new = False
        effects.append(Save("user", (name,), {"password_hash": password_hash, "tags": list(known.tags)}))
        return is_new

    def delete_user(self, name: str, effects: Effects) -> None:
        user = self.users.pop(name, None)
        if user is None:
            raise NotFound(f"no user '{name}'")
        for vhost in list(user.permissions):
            self.clear_permission(user, vhost, effects)
        effects.append(Save("user", (name,), None))

    def set_permission(self, user: User, vhost: str, configure: str, write: str, read: str, effects: Effects) -> bool:
        """Give a user its three patterns in a vhost; False when it had some."""
        is_new = vhost not in user.permissions
        user.permissions[vhost] = Permission(configure, write, read)
        record = {"configure": configure, "write": write, "read": read}
        effects.append(Save("permission", (user.name, vhost), record))
        return is_new

    def clear_permission(self, user: User, vhost: str, effects: Effects) -> None:
        if user.permissions.pop(vhost, None) is not None:
            effects.append(Save("permission", (user.name, vhost), None))

    # Connections

    def authorized(self, user: User, vhost: str, connection: str | None = None) -> AuthorizedVhost:
        """The vhost as this user may use it. Raises NotAllowed, worded as RabbitMQ does on connection.open."""
        found = self.vhosts.get(vhost)
        if found is None:
            raise NotAllowed(f"vhost {vhost} not found")
        if vhost not in user.permissions:
            raise NotAllowed(f"access to vhost '{vhost}' refused for user '{user.name}'")
        return AuthorizedVhost(found, user, connection)

    def open_channel(self, peer: Peer, number: int, outlet: Any = None) -> Channel:
        channel = peer.channels[number] = Channel(number, peer, outlet)
        return channel

    def close_channel(self, channel: Channel, effects: Effects) -> None:
        """Consumers go, unacked messages return to their places, unused auto-delete queues go."""
        channel.peer.channels.pop(channel.number, None)
        self.context.churn.channel_closed += 1
        vhost = self.vhosts.get(channel.peer.vhost)
        left = channel.close(effects)
        if vhost is not None:
            replies.cancel(vhost, channel, effects)
            vhost.closed_channels.add(channel.counters)
            for queue in left:
                vhost.delete_if_unused(queue, effects)

    def close_peer(self, peer: Peer, effects: Effects) -> None:
        """A connection ended, however it did."""
        for channel in list(peer.channels.values()):
            self.close_channel(channel, effects)
        vhost = self.vhosts.get(peer.vhost)
        if vhost is not None:
            vhost.release_exclusive(peer.name, effects)
        if self.peers.pop(peer.name, None) is not None:
            self.context.churn.connection_closed += 1

    def expire(self, effects: Effects) -> None:
        """Let time pass. The clock was set before."""
        for queue in list(self.context.expiring):
            self.vhosts[queue.vhost].expire(queue, effects)

    # Start

    def restore(self, definitions: Iterable[tuple[str, tuple[str, ...], dict[str, Any]]]) -> dict[int, Queue]:
        """Rebuild from saved definitions, in any order. Returns the queues by their store id, for their messages."""
        by_kind: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {}
        for kind, key, value in definitions:
            by_kind.setdefault(kind, []).append((key, value))
        unsaved: Effects = []
        for (name,), value in by_kind.get("vhost", []):
            self.put_vhost(name, value.get("description", ""), value.get("tags", ()), unsaved)
        for (name,), value in by_kind.get("user", []):
            self.put_user(name, value["password_hash"], value["tags"], unsaved)
        for (name, vhost), value in by_kind.get("permission", []):
            self.users[name].permissions[vhost] = Permission(**value)
        for kind in Kind:
            for (vhost, name), value in by_kind.get(kind, []):
                enforcing.restore_policy(self.vhosts[vhost], kind, name, value)
        for (vhost, name), value in by_kind.get("exchange", []):
            self._restore_exchange(vhost, name, value)
        queues = {}
        for (vhost, name), value in by_kind.get("queue", []):
            queue = self._restore_queue(vhost, name, value)
            queues[queue.store_id] = queue
            self.context.sequence.last = max(self.context.sequence.last, queue.store_id)
        for _, value in by_kind.get("binding", []):
            self._restore_binding(value, unsaved)
        return queues

    def restore_entry(self, queue: Queue, entry: Entry) -> None:
        """Put a stored message back. Entries of a queue come in order of position."""
        self.context.sequence.last = max(self.context.sequence.last, entry.position)
        queue.restore(entry)
        if entry.expires_at is not None:
            self.context.expiring[queue] = None

    def _restore_exchange(self, vhost: str, name: str, value: dict[str, Any]) -> None:
        self.vhosts[vhost].declare_exchange(
            name,
            value["type"],
            [],
            is_durable=True,
            is_auto_delete=value["auto_delete"],
            is_internal=value["internal"],
            arguments=value["arguments"],
            user=value["user"],
        )

    def _restore_queue(self, vhost: str, name: str, value: dict[str, Any]) -> Queue:
        queue = self.vhosts[vhost].declare_queue(
            name,
            [],
            is_durable=True,
            is_auto_delete=value["auto_delete"],
            arguments=value["arguments"],
            user=value["user"],
        )
        queue.store_id = value["store_id"]
        return queue

    def _restore_binding(self, value: dict[str, Any], unsaved: Effects) -> None:
        vhost = self.vhosts[value["vhost"]]
        destinations = vhost.queues if value["destination_type"] == "queue" else vhost.exchanges
        vhost.bind(
            vhost.exchanges[value["source"]],
            destinations[value["destination"]],
            value["routing_key"],
            value["arguments"],
            unsaved,
        )
