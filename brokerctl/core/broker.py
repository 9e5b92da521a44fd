"""The broker: its vhosts and users, and how it is rebuilt from what the store kept."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from brokerctl.core import enforcing, foreign, limits, parameters, replies, timeline
from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.context import Context
from brokerctl.core.effects import Effects, Save
from brokerctl.core.headers import HeaderCodec
from brokerctl.core.permissions import Permission, TopicPermission, User
from brokerctl.core.policies import Kind
from brokerctl.core.queue import WORK, Queue
from brokerctl.core.records import vhost_record
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AmqpError, NotAllowed, NotFound

TOPIC_PERMISSION = "topic_permission"
"""The kind under which they are saved."""


class Broker:
    def __init__(self, codec: HeaderCodec, name: str = "postroom") -> None:
        self.name = name
        self.context = Context(codec)
        self.vhosts: dict[str, Vhost] = {}
        self.users: dict[str, User] = {}
        self.global_parameters: dict[str, Any] = {}
        """By name. Changed by brokerctl.core.parameters only."""
        self.peers: dict[str, Peer] = {}
        """Open connections by name."""
        self.left_out: list[str] = []
        """Definitions that could not be restored."""
        self.rights_changed_of: set[str] = set()
        """Users whose open connections have to be looked at; the server does that after the command, and empties it.
        Nobody else need be told: a decision is remembered in the Permission that made it, and goes with that."""

    # Vhosts and users

    def add_vhost(self, name: str, effects: Effects) -> bool:
        """Create a vhost; False when it was there."""
        return name not in self.vhosts and self.put_vhost(name, "", (), effects)

    def put_vhost(
        self,
        name: str,
        description: str,
        tags: Iterable[str],
        effects: Effects,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool:
        """Create a vhost or describe it anew; False when it was there. Without `metadata` it keeps what it has."""
        is_new = name not in self.vhosts
        if is_new:
            self.vhosts[name] = Vhost(name, self.context)
        vhost = self.vhosts[name]
        vhost.description, vhost.tags = description, tuple(tags)
        if metadata is not None:
            vhost.metadata = dict(metadata)
        effects.append(Save("vhost", (name,), vhost_record(vhost)))
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
            self.clear_topic_permissions(user, name, effects)
        if vhost.limits:
            limits.clear_vhost_limits(vhost, effects)
        for component, parameter in list(vhost.parameters):
            parameters.clear(vhost, component, parameter, effects)
        foreign.forget_all(vhost, effects)
        self.context.totals.channels.add(vhost.closed_channels)
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
        self.rights_changed_of.add(name)
        for vhost in list(user.permissions):
            self.clear_permission(user, vhost, effects)
        for vhost, _ in list(user.topic_permissions):
            self.clear_topic_permissions(user, vhost, effects)
        if user.limits:
            limits.clear_user_limits(user, effects)
        effects.append(Save("user", (name,), None))

    def set_permission(self, user: User, vhost: str, configure: str, write: str, read: str, effects: Effects) -> bool:
        """Give a user its three patterns in a vhost; False when it had some."""
        is_new = vhost not in user.permissions
        user.permissions[vhost] = Permission(configure, write, read)
        self.rights_changed_of.add(user.name)
        record = {"configure": configure, "write": write, "read": read}
        effects.append(Save("permission", (user.name, vhost), record))
        return is_new

    def clear_permission(self, user: User, vhost: str, effects: Effects) -> None:
        if user.permissions.pop(vhost, None) is not None:
            self.rights_changed_of.add(user.name)
            effects.append(Save("permission", (user.name, vhost), None))

    def set_topic_permission(
        self, user: User, vhost: str, exchange: str, write: str, read: str, effects: Effects
    ) -> None:
        """Bind a user to routing keys at an exchange; it need not exist, and is asked only when its type is topic."""
        user.topic_permissions[vhost, exchange] = TopicPermission(write, read)
        effects.append(Save(TOPIC_PERMISSION, (user.name, vhost, exchange), {"write": write, "read": read}))

    def clear_topic_permissions(self, user: User, vhost: str, effects: Effects, exchange: str | None = None) -> None:
        """Allow every routing key again, at one exchange or at all of the vhost."""
        for place in list(user.topic_permissions):
            if place[0] == vhost and exchange in (None, place[1]):
                del user.topic_permissions[place]
                effects.append(Save(TOPIC_PERMISSION, (user.name, *place), None))

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
        """Raises NotAllowed when the user has as many as it may have."""
        user = self.users.get(peer.user)
        if user is not None and user.limits:
            limits.check_channel(self, user)
        channel = peer.channels[number] = Channel(number, peer, outlet)
        return channel

    def close_channel(self, channel: Channel, effects: Effects) -> None:
        """Consumers go, unacked messages return to their places, unused auto-delete queues go."""
        self._close_channels(channel.peer, [channel], effects)

    def close_peer(self, peer: Peer, effects: Effects, received_bytes: int = 0, sent_bytes: int = 0) -> None:
        """A connection ended, however it did, after so many bytes."""
        self._close_channels(peer, list(peer.channels.values()), effects)
        vhost = self.vhosts.get(peer.vhost)
        if vhost is not None:
            vhost.release_exclusive(peer.name, effects)
            vhost.closed_connections.add(received_bytes, sent_bytes)
        if self.peers.pop(peer.name, None) is not None:
            self.context.churn.connection_closed += 1

    def _close_channels(self, peer: Peer, channels: list[Channel], effects: Effects) -> None:
        vhost = self.vhosts.get(peer.vhost)
        # All consumers first: what one channel gives back must not go to another that is about to end.
        left = [queue for channel in channels for queue in channel.end_consumers(effects)]
        for channel in channels:
            peer.channels.pop(channel.number, None)
            self.context.churn.channel_closed += 1
            channel.close(effects)
            if vhost is not None:
                replies.cancel(vhost, channel, effects)
            (vhost.closed_channels if vhost is not None else self.context.totals.channels).add(channel.counters)
        if vhost is not None:
            for queue in left:
                vhost.delete_if_unused(queue, effects)

    def expire(self, effects: Effects) -> None:
        """Let time pass. The clock was set before. When a lot is over at once, some of it waits for the next call."""
        work, expiring = WORK, self.context.expiring
        for queue in list(expiring):
            work = self.vhosts[queue.vhost].expire(queue, effects, work)
            if work <= 0:
                if queue in expiring:
                    # Last in line next time, so that one queue does not keep the others waiting.
                    expiring[queue] = expiring.pop(queue)
                return

    # Start

    def restore(self, definitions: Iterable[tuple[str, tuple[str, ...], dict[str, Any]]]) -> dict[int, Queue]:
        """Rebuild from saved definitions, in any order. Returns the queues by their store id, for their messages.

        One that cannot be restored is left out and named in `left_out`: it must not keep the others from starting.
        """
        by_kind: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {}
        for kind, key, value in definitions:
            by_kind.setdefault(kind, []).append((key, value))
        restorers: tuple[tuple[str, Callable[..., None]], ...] = (
            (timeline.KIND, self._restore_timeline),
            ("vhost", self._restore_vhost),
            ("user", self._restore_user),
            (limits.VHOST_LIMITS, self._restore_vhost_limits),
            (limits.USER_LIMITS, self._restore_user_limits),
            (parameters.PARAMETER, self._restore_parameter),
            (parameters.GLOBAL_PARAMETER, self._restore_global_parameter),
            ("permission", self._restore_permission),
            (TOPIC_PERMISSION, self._restore_topic_permission),
            *((kind, partial(self._restore_policy, kind)) for kind in Kind),
            (foreign.FOREIGN, self._restore_foreign),
            ("exchange", self._restore_exchange),
            ("queue", self._restore_queue),
            ("binding", self._restore_binding),
        )
        for kind, restore in restorers:
            for key, value in by_kind.get(kind, []):
                try:
                    restore(*key, value=value)
                except (AmqpError, LookupError, TypeError, ValueError, AttributeError) as error:
                    self.left_out.append(f"{kind} {key}: {error!r}")
        return {
            queue.store_id: queue for vhost in self.vhosts.values() for queue in vhost.queues.values() if queue.store_id
        }

    def restore_messages(
        self, queue: Queue, positions: array[int], sizes: array[int], priorities: bytearray, has_expiry: bool
    ) -> None:
        """Give a queue what is stored for it, in order of position."""
        queue.restore(positions, sizes, priorities)
        if has_expiry:
            self.context.expiring[queue] = None
            queue.timed_by = self.context.clock

    def hold_to_limits(self, queues: Iterable[Queue], effects: Effects) -> None:
        """What was unacked when the broker ended is ready again, and may be more than its queue is allowed."""
        for queue in queues:
            if queue.shrink(effects) <= 0:
                self.context.expiring[queue] = None

    def _restore_timeline(self, *, value: dict[str, Any]) -> None:
        self.context.timeline.restore(value, self.context.clock.offset)

    def _restore_vhost(self, name: str, *, value: dict[str, Any]) -> None:
        self.put_vhost(name, value.get("description", ""), value.get("tags", ()), [], value.get("metadata"))

    def _restore_user(self, name: str, *, value: dict[str, Any]) -> None:
        self.put_user(name, value["password_hash"], value["tags"], [])

    def _restore_vhost_limits(self, name: str, *, value: dict[str, Any]) -> None:
        self.vhosts[name].limits = value

    def _restore_user_limits(self, name: str, *, value: dict[str, Any]) -> None:
        self.users[name].limits = value

    def _restore_parameter(self, vhost: str, component: str, name: str, *, value: dict[str, Any]) -> None:
        self.vhosts[vhost].parameters[component, name] = value["value"]

    def _restore_global_parameter(self, name: str, *, value: dict[str, Any]) -> None:
        self.global_parameters[name] = value["value"]

    def _restore_foreign(self, vhost: str, section: str, name: str, *, value: dict[str, Any]) -> None:
        self.vhosts[vhost].foreign[foreign.Section(section), name] = value

    def _restore_permission(self, name: str, vhost: str, *, value: dict[str, Any]) -> None:
        self.users[name].permissions[vhost] = Permission(**value)

    def _restore_topic_permission(self, name: str, vhost: str, exchange: str, *, value: dict[str, Any]) -> None:
        self.users[name].topic_permissions[vhost, exchange] = TopicPermission(**value)

    def _restore_policy(self, kind: Kind, vhost: str, name: str, *, value: dict[str, Any]) -> None:
        enforcing.restore_policy(self.vhosts[vhost], kind, name, value)

    def _restore_exchange(self, vhost: str, name: str, *, value: dict[str, Any]) -> None:
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

    def _restore_queue(self, vhost: str, name: str, *, value: dict[str, Any]) -> None:
        queue = self.vhosts[vhost].declare_queue(
            name,
            [],
            is_durable=True,
            is_auto_delete=value["auto_delete"],
            arguments=value["arguments"],
            user=value["user"],
        )
        queue.store_id = value["store_id"]
        queue.is_paused = value.get("paused", False)

    def _restore_binding(self, *_: str, value: dict[str, Any]) -> None:
        vhost = self.vhosts[value["vhost"]]
        destinations = vhost.queues if value["destination_type"] == "queue" else vhost.exchanges
        vhost.bind(
            vhost.exchanges[value["source"]],
            destinations[value["destination"]],
            value["routing_key"],
            value["arguments"],
            [],
        )
