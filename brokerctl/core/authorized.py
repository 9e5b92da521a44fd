"""A vhost as one user may use it: every door (AMQP, HTTP) acts through this, so no door forgets a check.

Which right is asked for what: configure to declare and delete, write on where messages go, read on where they come
from (RabbitMQ, access control; reference/http_api §9). The default exchange is asked for as `amq.default`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from brokerctl.core import equivalence, foreign, limits, pausing, publishing
from brokerctl.core.channel import Channel
from brokerctl.core.consumers import Consumer
from brokerctl.core.effects import Effects
from brokerctl.core.exchanges import Binding, Exchange
from brokerctl.core.foreign import Section
from brokerctl.core.message import Arguments, Envelope, Message
from brokerctl.core.permissions import Right, User
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused, CommandInvalid, NotFound, PreconditionFailed
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS


class AuthorizedVhost:
    """`connection` names whose exclusive queues count as one's own; None for the HTTP API."""

    def __init__(self, vhost: Vhost, user: User, connection: str | None = None) -> None:
        self.vhost = vhost
        self.user = user
        self.connection = connection

    def require(self, right: Right, kind: str, name: str) -> None:
        """Raise AccessRefused unless the user has this right on the name."""
        permission = self.user.permissions.get(self.vhost.name)
        asked = name or (DEFAULT_EXCHANGE_IN_PATHS if kind == "exchange" else "")
        if permission is None or not permission.allows(right, asked):
            raise AccessRefused(
                f"{right} access to {kind} '{asked}' in vhost '{self.vhost.name}' refused for user '{self.user.name}'"
            )

    def look_up_queue(self, name: str) -> Queue:
        """A passive declaration. Without any right on the name it is answered as if there were no such queue."""
        if not self._knows(name):
            raise NotFound(f"no queue '{name}' in vhost '{self.vhost.name}'")
        return self.vhost.queue(name, self.connection)

    def look_up_exchange(self, name: str) -> Exchange:
        """As `look_up_queue`."""
        if not self._knows(name):
            raise NotFound(f"no exchange '{name}' in vhost '{self.vhost.name}'")
        return self.vhost.exchange(name)

    def _knows(self, name: str) -> bool:
        permission = self.user.permissions.get(self.vhost.name)
        return permission is not None and any(permission.allows(right, name) for right in Right)

    def _require_topics(self, right: Right, exchange: str, routing_keys: Iterable[str]) -> None:
        """Raise AccessRefused unless the user may use these keys at the exchange, if it is a topic exchange."""
        vhost, user = self.vhost, self.user
        permission = user.topic_permissions.get((vhost.name, exchange))
        known = vhost.exchanges.get(exchange)
        if permission is None or known is None or known.type != "topic":
            return
        for key in routing_keys:
            if not permission.allows(right, key, user.name, vhost.name):
                raise AccessRefused(
                    f"{right} access to topic '{key}' in exchange '{exchange}' in vhost '{vhost.name}' "
                    f"refused for user '{user.name}'"
                )

    def declare_exchange(
        self,
        name: str,
        kind: str,
        effects: Effects,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        is_internal: bool = False,
        arguments: Arguments | None = None,
    ) -> Exchange:
        self.require(Right.CONFIGURE, "exchange", name)
        alternate = (arguments or {}).get("alternate-exchange")
        if alternate is not None and not isinstance(alternate, str):
            where = f"in exchange '{name}' in vhost '{self.vhost.name}'"
            raise PreconditionFailed(
                f"invalid type '{equivalence.type_name(alternate)}' for arg 'alternate-exchange' {where}"
            )
        if alternate is not None:
            self.require(Right.READ, "exchange", name)
            self.require(Right.WRITE, "exchange", alternate)
        return self.vhost.declare_exchange(
            name,
            kind,
            effects,
            is_durable=is_durable,
            is_auto_delete=is_auto_delete,
            is_internal=is_internal,
            arguments=arguments,
            user=self.user.name,
        )

    def delete_exchange(self, name: str, effects: Effects, *, if_unused: bool = False) -> None:
        self.require(Right.CONFIGURE, "exchange", name)
        self.vhost.delete_exchange(name, effects, if_unused=if_unused)

    def forget_foreign(self, section: Section, name: str, effects: Effects) -> bool:
        """Delete an exchange or a queue that is kept only; False when none is."""
        self.require(Right.CONFIGURE, section[:-1], name)
        return foreign.forget(self.vhost, section, name, effects)

    def declare_queue(
        self,
        name: str,
        effects: Effects,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        is_exclusive: bool = False,
        arguments: Arguments | None = None,
        is_generated: bool = False,
    ) -> Queue:
        self.require(Right.CONFIGURE, "queue", name)
        has_type = is_durable and not is_auto_delete and not is_exclusive
        arguments = equivalence.typed(arguments or {}, self.vhost.metadata.get("default_queue_type"), has_type)
        dead_letter = arguments.get("x-dead-letter-exchange")
        if dead_letter is not None:
            self.require(Right.READ, "queue", name)
            self.require(Right.WRITE, "exchange", str(dead_letter))
        if name not in self.vhost.queues:
            limits.check_queue(self.vhost, name)
        return self.vhost.declare_queue(
            name,
            effects,
            is_durable=is_durable,
            is_auto_delete=is_auto_delete,
            owner=self.connection if is_exclusive else None,
            connection=self.connection,
            arguments=arguments,
            user=self.user.name,
            is_generated=is_generated,
        )

    def delete_queue(self, name: str, effects: Effects, *, if_unused: bool = False, if_empty: bool = False) -> int:
        """Returns how many messages went with it; 0 when there is no such queue (RabbitMQ: no error)."""
        self.require(Right.CONFIGURE, "queue", name)
        if name not in self.vhost.queues:
            return 0
        queue = self.vhost.queue(name, self.connection)
        return self.vhost.delete_queue(queue, effects, if_unused=if_unused, if_empty=if_empty)

    def purge_queue(self, name: str, effects: Effects, most: int | None = None) -> int:
        """Drop what is ready, or of that the first `most`; returns how many."""
        self.require(Right.READ, "queue", name)
        queue = self.vhost.queue(name, self.connection)
        return self.vhost.purge_queue(queue, effects) if most is None else queue.drop(most, effects)

    def pause_queue(self, name: str, effects: Effects) -> None:
        """Asked for as a declaration: who may make the queue what it is may stop it."""
        self.require(Right.CONFIGURE, "queue", name)
        pausing.pause(self.vhost.queue(name, self.connection), effects)

    def resume_queue(self, name: str, effects: Effects) -> None:
        self.require(Right.CONFIGURE, "queue", name)
        pausing.resume(self.vhost.queue(name, self.connection), effects)

    def bind(
        self, source: str, kind: str, destination: str, routing_key: str, arguments: Arguments, effects: Effects
    ) -> Binding:
        """Bind a queue or an exchange (`kind`) to the exchange `source`."""
        found = self._ends(source, kind, destination, routing_key)
        return self.vhost.bind(*found, routing_key, arguments, effects)

    def unbind(
        self, source: str, kind: str, destination: str, routing_key: str, arguments: Arguments, effects: Effects
    ) -> None:
        """What is not bound needs no unbinding, nor what is not there (RabbitMQ)."""
        self._require_binding(source, kind, destination, routing_key)
        exchange = self.vhost.exchanges.get(source)
        ends: Mapping[str, Queue | Exchange] = self.vhost.queues if kind == "queue" else self.vhost.exchanges
        end = ends.get(destination)
        if exchange is None or end is None:
            return
        if kind == "queue" and Binding(exchange, end, routing_key, arguments).key in exchange.bindings:
            self.vhost.queue(destination, self.connection)
        self.vhost.unbind(exchange, end, routing_key, arguments, effects)

    def publish(self, channel: Channel, message: Message, is_mandatory: bool, effects: Effects) -> int:
        return self.publish_all(channel, message.envelope, (message.body,), is_mandatory, effects)

    def publish_all(
        self, channel: Channel, envelope: Envelope, bodies: Sequence[bytes], is_mandatory: bool, effects: Effects
    ) -> int:
        self.require(Right.WRITE, "exchange", envelope.exchange)
        if self.user.topic_permissions:
            keys = publishing.routing_keys(self.vhost, envelope)
            self._require_topics(Right.WRITE, envelope.exchange, keys)
        return publishing.publish_all(self.vhost, channel, envelope, bodies, is_mandatory, effects)

    def publish_each(
        self,
        channel: Channel,
        envelopes: Sequence[Envelope],
        bodies: Sequence[bytes],
        is_mandatory: bool,
        effects: Effects,
    ) -> None:
        """`publish_all` for neighbours of one exchange and routing key with a header of their own each."""
        if self.user.topic_permissions:
            # Keys in CC are asked for, too, and each header may have others.
            for envelope, body in zip(envelopes, bodies, strict=False):
                self.publish_all(channel, envelope, (body,), is_mandatory, effects)
            return
        self.require(Right.WRITE, "exchange", envelopes[0].exchange)
        publishing.publish_each(self.vhost, channel, envelopes, bodies, is_mandatory, effects)

    def readable_queue(self, name: str) -> Queue:
        """The queue, to get or consume from."""
        self.require(Right.READ, "queue", name)
        return self.vhost.queue(name, self.connection)

    def consume(
        self,
        name: str,
        channel: Channel,
        tag: str,
        effects: Effects,
        *,
        needs_ack: bool,
        is_exclusive: bool,
        arguments: Arguments,
    ) -> Consumer:
        queue = self.readable_queue(name)
        return self.vhost.consume(
            queue, channel, tag, effects, needs_ack=needs_ack, is_exclusive=is_exclusive, arguments=arguments
        )

    def _ends(self, source: str, kind: str, destination: str, routing_key: str) -> tuple[Exchange, Queue | Exchange]:
        self._require_binding(source, kind, destination, routing_key)
        if kind == "queue":
            return self.vhost.exchange(source), self.vhost.queue(destination, self.connection)
        return self.vhost.exchange(source), self.vhost.exchange(destination)

    def _require_binding(self, source: str, kind: str, destination: str, routing_key: str) -> None:
        if kind not in ("queue", "exchange"):
            raise CommandInvalid(f"a binding leads to a queue or an exchange, not to '{kind}'")
        self.require(Right.WRITE, kind, destination)
        self.require(Right.READ, "exchange", source)
        self._require_topics(Right.READ, source, (routing_key,))
