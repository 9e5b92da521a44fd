"""One vhost: its exchanges, queues and bindings, and every change to them.

Rules only, no rights: `authorized.py` asks for permission first. Errors carry RabbitMQ's codes and texts, because
clients and people match on them.
"""

from __future__ import annotations

from typing import Any

from brokerctl.core import enforcing, equivalence, replies
from brokerctl.core.arguments import DROP_HEAD
from brokerctl.core.channel import Channel
from brokerctl.core.consumers import Consumer
from brokerctl.core.context import Context
from brokerctl.core.counters import Counters, Traffic
from brokerctl.core.dead_letter import DeadLetters
from brokerctl.core.effects import CancelConsumer, Effects, Save
from brokerctl.core.exchanges import TYPES, Binding, Exchange
from brokerctl.core.foreign import Key
from brokerctl.core.message import Arguments
from brokerctl.core.policies import Policies
from brokerctl.core.queue import WORK, Queue
from brokerctl.core.records import binding_key, binding_record, exchange_record, queue_record
from brokerctl.core.routing import Router
from brokerctl.errors import AccessRefused, CommandInvalid, NotFound, NotImplementedHere, PreconditionFailed

PREDECLARED = {
    "": "direct",
    "amq.direct": "direct",
    "amq.fanout": "fanout",
    "amq.topic": "topic",
    "amq.headers": "headers",
    "amq.match": "headers",
}
RESERVED = "amq."
"""How the names begin that only the broker gives."""

ON_DEFAULT = "operation not permitted on the default exchange"


class Vhost:
    def __init__(self, name: str, context: Context) -> None:
        self.name = name
        self.context = context
        self.description = ""
        self.tags: tuple[str, ...] = ()
        self.metadata: dict[str, Any] = {}
        """What else RabbitMQ keeps of a vhost, under its names: `default_queue_type`, and what is not known here."""
        self.parameters: dict[tuple[str, str], Any] = {}
        """By component and name. Changed by brokerctl.core.parameters only."""
        self.foreign: dict[Key, dict[str, Any]] = {}
        """Changed by brokerctl.core.foreign only."""
        self.closed_channels = Counters()
        """What channels counted that are closed by now; with the open ones it is the total of the vhost."""
        self.closed_connections = Traffic()
        """The same for bytes of connections."""
        self.policies = Policies()
        self.limits: dict[str, int] = {}
        """Changed by brokerctl.core.limits only."""
        self.queues: dict[str, Queue] = {}
        self.exchanges: dict[str, Exchange] = {
            exchange: TYPES[kind](name, exchange, is_durable=True) for exchange, kind in PREDECLARED.items()
        }
        self.router = Router(self.queues, self.exchanges)
        self.dead_letters = DeadLetters(self.router, self.exchanges, context)
        self.has_refusing_queues = False
        self._incoming: dict[Queue | Exchange, dict[Binding, None]] = {}
        """Bindings by their destination, so that deleting one of 10,000 queues does not look at the others'."""
        self._exclusive: dict[str, dict[Queue, None]] = {}
        """Exclusive queues by the connection that has them, so that one that ends looks at its own only."""

    # Looking up

    def queue(self, name: str, connection: str | None = None) -> Queue:
        """The queue, for use by this connection. Raises NotFound; ResourceLocked when another has it exclusively."""
        queue = self.queues.get(name)
        if queue is None:
            raise NotFound(f"no queue '{name}' in vhost '{self.name}'")
        if queue.owner is not None and queue.owner != connection:
            raise equivalence.locked(queue)
        return queue

    def exchange(self, name: str) -> Exchange:
        exchange = self.exchanges.get(name)
        if exchange is None:
            raise NotFound(f"no exchange '{name}' in vhost '{self.name}'")
        return exchange

    # Exchanges

    def declare_exchange(
        self,
        name: str,
        kind: str,
        effects: Effects,
        *,
        is_durable: bool,
        is_auto_delete: bool = False,
        is_internal: bool = False,
        arguments: Arguments | None = None,
        user: str = "",
    ) -> Exchange:
        """Create the exchange, or check that the one there is the same (§1.6.2.1)."""
        if kind not in TYPES:
            raise CommandInvalid(f"{'unknown' if kind else 'invalid'} exchange type '{kind}'")
        if not name:
            raise AccessRefused(ON_DEFAULT)
        known = self.exchanges.get(name)
        if known is not None:
            equivalence.check_exchange(known, kind, is_durable, is_auto_delete, is_internal, arguments or {})
            return known
        if name.startswith(RESERVED):
            raise AccessRefused(f"exchange name '{name}' contains reserved prefix 'amq.*'")
        exchange = TYPES[kind](
            self.name,
            name,
            is_durable=is_durable,
            is_auto_delete=is_auto_delete,
            is_internal=is_internal,
            arguments=arguments,
            user=user,
        )
        exchange.in_force = self.policies.of_exchange(exchange)
        self.exchanges[name] = exchange
        self.router.forget()
        if is_durable:
            effects.append(Save("exchange", (self.name, name), exchange_record(exchange)))
        return exchange

    def delete_exchange(self, name: str, effects: Effects, *, if_unused: bool = False) -> None:
        """Remove it and every binding from and to it. One that does not exist is no error (RabbitMQ)."""
        if not name:
            raise AccessRefused(ON_DEFAULT)
        if name.startswith(RESERVED):
            raise AccessRefused(f"deletion of system exchange '{name}' in vhost '{self.name}' not allowed")
        exchange = self.exchanges.get(name)
        if exchange is None:
            return
        if if_unused and exchange.bindings:
            raise PreconditionFailed(f"exchange '{name}' in vhost '{self.name}' in use")
        del self.exchanges[name]
        self.router.forget()
        for binding in exchange.bindings.values():
            self._arrives_no_more(binding)
            self._unsave_binding(binding, effects)
        if exchange.is_durable:
            effects.append(Save("exchange", (self.name, name), None))
        self._unbind_destination(exchange, effects)
        for binding in list(exchange.bindings.values()):
            self._left_source(binding, effects, source_is_gone=True)

    # Queues

    def declare_queue(
        self,
        name: str,
        effects: Effects,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        owner: str | None = None,
        connection: str | None = None,
        arguments: Arguments | None = None,
        user: str = "",
        is_generated: bool = False,
    ) -> Queue:
        """Create the queue, or check that the one there is the same (§1.7.2.1).

        `is_generated`: the name is the broker's own choice, so it may have the prefix that is reserved for such.
        """
        self.context.churn.queue_declared += 1
        if name in self.queues:
            known = self.queue(name, connection)
            equivalence.check_queue(known, is_durable, is_auto_delete, owner, arguments or {})
            known.was_used = True
            return known
        if name.startswith(RESERVED) and not is_generated:
            raise AccessRefused(f"queue name '{name}' contains reserved prefix 'amq.*'")
        queue = Queue(
            self.name,
            name,
            is_durable=is_durable,
            is_auto_delete=is_auto_delete,
            owner=owner,
            arguments=arguments,
            store_id=self.context.sequence.next() if is_durable and owner is None else 0,
            user=user,
            memory=self.context.memory,
        )
        if queue.rules.type == "quorum":
            equivalence.check_quorum(queue)
        queue.dead_letters = self.dead_letters
        self.queues[name] = queue
        if owner is not None:
            self._exclusive.setdefault(owner, {})[queue] = None
        enforcing.govern(self, queue, effects)
        self.has_refusing_queues |= queue.rules.overflow != DROP_HEAD
        self.context.churn.queue_created += 1
        self.router.forget()
        if queue.keeps:
            effects.append(Save("queue", (self.name, name), queue_record(queue)))
        return queue

    def delete_queue(self, queue: Queue, effects: Effects, *, if_unused: bool = False, if_empty: bool = False) -> int:
        """Remove the queue, its bindings and its messages; its consumers are told. Returns how many were ready."""
        if if_unused and queue.consumers:
            raise PreconditionFailed(f"queue '{queue.name}' in vhost '{self.name}' in use")
        if if_empty and queue.ready:
            raise PreconditionFailed(f"queue '{queue.name}' in vhost '{self.name}' not empty")
        count = queue.ready
        del self.queues[queue.name]
        if queue.owner is not None:
            self._exclusive.get(queue.owner, {}).pop(queue, None)
        self.context.expiring.pop(queue, None)
        self.context.churn.queue_deleted += 1
        self.context.totals.queues.setdefault(queue.rules.type, Counters()).add(queue.counters)
        self.router.forget()
        queue.is_deleted = True
        for consumer in list(queue.consumers):
            queue.remove_consumer(consumer, effects)
            consumer.channel.consumers.pop(consumer.tag, None)
            effects.append(CancelConsumer(consumer))
        self._unbind_destination(queue, effects)
        queue.purge(effects)
        if queue.keeps:
            effects.append(Save("queue", (self.name, queue.name), None))
        return count

    def purge_queue(self, queue: Queue, effects: Effects) -> int:
        """Drop the ready messages; unacked ones stay with their holders. Returns how many."""
        return queue.purge(effects)

    def release_exclusive(self, connection: str, effects: Effects) -> None:
        """The connection ended: its exclusive queues end with it."""
        for queue in list(self._exclusive.get(connection, ())):
            self.delete_queue(queue, effects)
        self._exclusive.pop(connection, None)

    def delete_if_unused(self, queue: Queue, effects: Effects) -> None:
        """A consumer left: an auto-delete queue without any goes."""
        if queue.is_unused and not queue.is_deleted:
            self.delete_queue(queue, effects)

    def expire(self, queue: Queue, effects: Effects, work: int = WORK) -> int:
        """Let time pass for one queue: what is expired or too much goes, and the queue itself after its x-expires.

        Returns how much of the work is left.
        """
        now = self.context.clock.now
        work = queue.shrink(effects, queue.expire(now, effects, work))
        # What stood behind the expired ones may go to consumers that wait.
        queue.pump(effects)
        limit = queue.rules.expires_ms
        is_empty = not queue.ready and not queue.unacked
        if is_empty:
            queue.timed_by = None
        if limit is None:
            if is_empty:
                self.context.expiring.pop(queue, None)
        elif queue.consumers or queue.was_used:
            queue.was_used, queue.unused_since = False, now
        elif now - queue.unused_since >= limit / 1000:
            self.delete_queue(queue, effects)
        return work

    # Bindings

    def bind(
        self, source: Exchange, destination: Queue | Exchange, routing_key: str, arguments: Arguments, effects: Effects
    ) -> Binding:
        if source.name == "" or destination.name == "":
            raise AccessRefused(ON_DEFAULT)
        match = arguments.get("x-match", "all")
        if isinstance(source, TYPES["headers"]) and match not in ("all", "any", "all-with-x", "any-with-x"):
            raise PreconditionFailed(
                f"Invalid x-match field value {match!r}; expected all, any, all-with-x or any-with-x"
            )
        binding = Binding(source, destination, routing_key, arguments)
        if source.bind(binding):
            self._incoming.setdefault(destination, {})[binding] = None
            self.router.forget()
            if source.is_durable and self._is_kept(destination):
                effects.append(Save("binding", binding_key(binding), binding_record(binding)))
        return source.bindings[binding.key]

    def unbind(
        self, source: Exchange, destination: Queue | Exchange, routing_key: str, arguments: Arguments, effects: Effects
    ) -> None:
        if source.name == "" or destination.name == "":
            raise AccessRefused(ON_DEFAULT)
        binding = source.unbind(Binding(source, destination, routing_key, arguments).key)
        if binding is None:
            return
        self._arrives_no_more(binding)
        self.router.forget()
        self._unsave_binding(binding, effects)
        self._left_source(binding, effects)

    def bindings_of(self, destination: Queue | Exchange) -> list[Binding]:
        """Where it gets messages from; a queue's implicit binding to the default exchange is not among them."""
        return list(self._incoming.get(destination, ()))

    # Consumers

    def consume(
        self,
        queue: Queue,
        channel: Channel,
        tag: str,
        effects: Effects,
        *,
        needs_ack: bool,
        is_exclusive: bool,
        arguments: Arguments,
    ) -> Consumer:
        """Start a consumer; the first messages may be among the effects (§1.8.3.3)."""
        if queue.rules.type == "quorum" and channel.global_prefetch:
            raise NotImplementedHere(f"queue '{queue.name}' in vhost '{self.name}' does not support global qos")
        is_taken = any(other.is_exclusive for other in queue.consumers)
        # Who is active is chosen by the queue there, so nobody may have it for itself.
        if is_taken or (is_exclusive and (queue.consumers or queue.rules.is_single_active)):
            raise AccessRefused(f"queue '{queue.name}' in vhost '{self.name}' in exclusive use")
        consumer = Consumer(tag, queue, channel, needs_ack, is_exclusive, arguments)
        channel.consumers[tag] = consumer
        queue.add_consumer(consumer, effects)
        return consumer

    def cancel(self, channel: Channel, tag: str, effects: Effects) -> None:
        """Stop a consumer; unknown tags are no error. What it holds stays unacked on its channel."""
        if channel.replies is not None and channel.replies.tag == tag:
            replies.cancel(self, channel, effects)
            return
        consumer = channel.consumers.pop(tag, None)
        if consumer is not None:
            consumer.queue.remove_consumer(consumer, effects)
            self.delete_if_unused(consumer.queue, effects)

    # Private

    def _unbind_destination(self, destination: Queue | Exchange, effects: Effects) -> None:
        for binding in self._incoming.pop(destination, ()):
            binding.source.unbind(binding.key)
            self._unsave_binding(binding, effects)
            self._left_source(binding, effects)

    def _arrives_no_more(self, binding: Binding) -> None:
        """It was taken away at its source."""
        arriving = self._incoming.get(binding.destination, {})
        arriving.pop(binding, None)
        if not arriving:
            self._incoming.pop(binding.destination, None)

    def _left_source(self, binding: Binding, effects: Effects, *, source_is_gone: bool = False) -> None:
        source = binding.source
        if not source_is_gone and source.is_auto_delete and not source.bindings and source.name in self.exchanges:
            self.delete_exchange(source.name, effects)

    def _unsave_binding(self, binding: Binding, effects: Effects) -> None:
        if binding.source.is_durable and self._is_kept(binding.destination):
            effects.append(Save("binding", binding_key(binding), None))

    @staticmethod
    def _is_kept(destination: Queue | Exchange) -> bool:
        return destination.keeps if isinstance(destination, Queue) else destination.is_durable
