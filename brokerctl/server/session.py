"""One AMQP connection: bytes from its socket into the protocol, events into commands, output in one write per turn.

A turn is one `data_received`: all its events are handled, their effects carried out, and every session that got bytes
writes once. Errors of the peer become channel.close or connection.close here and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.channel import Peer
from brokerctl.core.effects import Effects
from brokerctl.errors import AmqpChannelError, AmqpError
from brokerctl.protocol.connection import Connection
from brokerctl.protocol.events import Acked, Called, Event, Failed, Published, PublishedEach, RightHeader, WrongHeader
from brokerctl.protocol.states import State
from brokerctl.server.envelopes import envelope_of, envelopes_of
from brokerctl.server.halts import Halt
from brokerctl.server.outlet import Outlet
from brokerctl.server.timers import Heartbeat
from brokerctl.wire import frames, spec
from brokerctl.wire.methods import Method, basic, channel, connection

if TYPE_CHECKING:
    from brokerctl.server.listener import Arrival
    from brokerctl.server.node import Node

log = logging.getLogger(__name__)

CLOSE_SECONDS = 5
"""How long a peer may take to answer connection.close before its socket is cut."""

WRITE_BUFFER_BYTES = 1_048_576
"""A slow reader holds at most this in the transport; above it, it gets no more deliveries."""


class Session(asyncio.Protocol):
    def __init__(self, node: Node, arrival: Arrival) -> None:
        self.node = node
        self.arrival = arrival
        self.peer_host = arrival.peer_host
        self.name = f"{arrival.peer_host}:{arrival.peer_port} -> {arrival.host}:{arrival.port}"
        self.protocol = Connection(node.limits)
        self.out: list[bytes] = []
        self.outlets: dict[int, Outlet] = {}
        self.effects: Effects = []
        self.peer: Peer | None = None
        self.vhost: AuthorizedVhost | None = None
        self.user = ""
        self.mechanism = ""
        self.client_properties: dict[str, Any] = {}
        self.hears_cancels = self.hears_blocks = False
        self.frame_max = self.heartbeat_seconds = 0
        self.received_bytes = self.sent_bytes = 0
        self.connected_at = datetime.now(UTC)
        self.is_paused = self.is_dismissed = False
        """Dismissed: we sent connection.close. What the peer sent in the same read makes nothing before it right."""
        self.halts: set[Halt] = set()
        self.has_published = False
        """In this turn."""
        self._counted_bytes = 0
        self._answered_bytes = 0
        self._waiting: list[Event] = []
        """What the peer said while it did not read the answers to what it said before."""
        self._holds = 0
        self._task: asyncio.Task[None] | None = None

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not registered as asyncio.Transport, so no isinstance here.
        self.transport = cast(asyncio.Transport, transport)
        transport = self.transport
        self.loop = asyncio.get_running_loop()
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self.tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self.heartbeat = Heartbeat(self.loop, self._send_heartbeat, self._peer_is_gone)
        self._deadline = self.loop.call_later(self.node.config.handshake_seconds, self._handshake_is_late)
        self.node.sessions.add(self)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self.heartbeat.heard()
        self.node.set_clock()
        events = self.protocol.receive(data)
        if self._waiting:
            self._waiting += events
        else:
            self._act(events)

    def pause_writing(self) -> None:
        self.is_paused = True

    def resume_writing(self) -> None:
        self.is_paused = False
        self.node.loop.call_soon(self._refill)
        self.node.loop.call_soon(self._go_on)

    def connection_lost(self, exc: Exception | None) -> None:
        self.arrival.ticket.give_back()
        self.node.sessions.discard(self)
        self._deadline.cancel()
        self.heartbeat.stop()
        if self._task is not None:
            self._task.cancel()
        if self.peer is not None and self.protocol.state is State.OPEN:
            log.warning("%s (%s) closed without connection.close: %s", self.name, self.user, exc or "end of stream")
        self.leave()
        self.node.end_turn(None)

    # What commands use

    def new_bytes(self) -> int:
        """Received since this was last asked."""
        before, self._counted_bytes = self._counted_bytes, self.received_bytes
        return self.received_bytes - before

    def halt(self, why: Halt) -> None:
        """Read no more. Heartbeats of a peer that we do not hear count as heard, unless it is the one that is deaf."""
        if not self.halts and not self.transport.is_closing():
            self.transport.pause_reading()
        self.halts.add(why)
        self.heartbeat.is_deaf = self.halts != {Halt.UNREAD}

    def go_on(self, why: Halt) -> None:
        """This reason is gone; with the last one reading goes on."""
        if why not in self.halts:
            return
        self.halts.discard(why)
        if self.heartbeat.is_deaf and self.halts <= {Halt.UNREAD}:
            self.heartbeat.is_deaf = False
            self.heartbeat.heard()
        if not self.halts and not self.transport.is_closing():
            self.transport.resume_reading()

    def reply(self, number: int, method: Method) -> None:
        self.answer(frames.method(number, method))

    def answer(self, data: bytes) -> None:
        """Say what the peer asked for. It counts as unread until the socket took it."""
        self.out.append(data)
        self._answered_bytes += len(data)
        self.node.carrier.dirty.add(self)

    def hold(self) -> None:
        """Keep what is said from now on until everything decided so far is on disk (reliability P6)."""
        self._holds += 1
        self.node.when_durable(self._release)

    @property
    def is_held(self) -> bool:
        return self._holds > 0

    def drop_held(self) -> None:
        """Never say what waits for the disk: nobody will know whether it got there."""
        if self._holds:
            self._holds = self._answered_bytes = 0
            self.out.clear()

    def start_task(self, task: asyncio.Task[None]) -> None:
        """Own a task: it ends with the connection."""
        self._task = task

    def opened(self) -> None:
        """connection.open went through: the handshake is over."""
        self._deadline.cancel()
        self.arrival.ticket.give_back()

    def fail(self, number: int, error: AmqpError, class_id: int = 0, method_id: int = 0) -> None:
        """Close the channel or the connection, as the error's class says."""
        self.node.carry(self.effects)
        text = error.reply_text.encode()[:255].decode(errors="ignore")
        if isinstance(error, AmqpChannelError) and number:
            log.info("%s channel %d closes: %s", self.name, number, error.reply_text)
            self.close_channel(number)
            self.protocol.refused(number)
            self.reply(number, channel.Close(error.code, text, class_id, method_id))
            return
        if not self.is_dismissed:
            log.warning("%s closes: %s", self.name, error.reply_text)
            self.dismiss(error, class_id, method_id)

    def dismiss(self, error: AmqpError, class_id: int = 0, method_id: int = 0) -> None:
        """Close the connection with this error, without a word in the log."""
        text = error.reply_text.encode()[:255].decode(errors="ignore")
        self.is_dismissed = True
        self.protocol.closing()
        self._waiting = []
        for why in list(self.halts):
            # Else its connection.close-ok would never be heard.
            self.go_on(why)
        self.leave()
        self.reply(0, connection.Close(error.code, text, class_id, method_id))
        self._deadline.cancel()
        self._deadline = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def close_channel(self, number: int) -> None:
        outlet = self.outlets.pop(number, None)
        if outlet is not None:
            self.node.broker.close_channel(outlet.channel, self.effects)
            self.node.carry(self.effects)

    def leave(self) -> None:
        """Take this connection out of the broker: messages go back, exclusive queues go away. Safe to call twice."""
        peer, self.peer = self.peer, None
        self.outlets.clear()
        if peer is not None:
            log.info("%s (%s) left vhost %s", self.name, self.user, peer.vhost)
            effects: Effects = []
            self.node.broker.close_peer(peer, effects, self.received_bytes, self.sent_bytes)
            self.node.carry(effects)

    def finish(self) -> None:
        """Say what is left to say and close the socket."""
        self._holds = 0
        self.flush()
        if self.transport.is_closing():
            return
        self.transport.close()
        # Closing waits until the peer has read everything, which it may never do.
        self._deadline.cancel()
        self._deadline = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def flush(self) -> None:
        """Write everything said this turn, confirms last. Called by the node once a turn."""
        if self._holds:
            return
        if self.transport.is_closing():
            # What waited for the disk may come later than the end of its connection.
            self.out.clear()
            return
        for outlet in self.outlets.values():
            confirms = outlet.channel.confirms
            if confirms is not None and confirms.has_news:
                self._tell_confirms(outlet)
        if self.out:
            data = b"".join(self.out)
            self.out.clear()
            self._answered_bytes = 0
            self.sent_bytes += len(data)
            self.heartbeat.said()
            self.transport.write(data)
        peer = self.peer
        if peer is not None and not self.is_paused:
            if peer.stalled:
                self.loop.call_soon(self._refill)
            else:
                peer.window = peer.WINDOW_BYTES

    # Events

    def _act(self, events: list[Event]) -> None:
        """Do what the peer asked for, as long as it reads the answers."""
        coming = iter(events)
        try:
            for event in coming:
                kind = type(event)
                if kind is Published:
                    self.has_published = True
                    self._published(event)  # type: ignore[arg-type]
                elif kind is Acked:
                    self._acked(event)  # type: ignore[arg-type]
                elif kind is PublishedEach:
                    self.has_published = True
                    self._published_each(event)  # type: ignore[arg-type]
                else:
                    self._rare(event)
                    if self._answered_bytes > self.node.config.unread_bytes and self._is_behind():
                        break
            self.node.carry(self.effects)
            self.node.end_turn(self)
        except Exception:
            # The top of a connection: whatever went wrong, the others are not to notice.
            log.exception("%s: a mistake of the broker ends this connection", self.name)
            self.effects.clear()
            self.transport.abort()
        self._waiting = list(coming)
        if self._waiting or (self.is_paused and self._is_behind()):
            self.halt(Halt.UNREAD)

    def _is_behind(self) -> bool:
        """Whether more than enough of what it was told lies unread."""
        self.flush()
        return self._answered_bytes + self.transport.get_write_buffer_size() > self.node.config.unread_bytes

    def _go_on(self) -> None:
        """The peer has read: what it said meanwhile is next."""
        if Halt.UNREAD in self.halts and not self._is_behind():
            self.go_on(Halt.UNREAD)
            waiting, self._waiting = self._waiting, []
            self._act(waiting)

    def _published(self, event: Published) -> None:
        """Publishes that differ in their bodies only: what is asked of them is asked once."""
        outlet = self.outlets.get(event.channel)
        if outlet is None:
            return
        publication = event.publication
        try:
            envelope = publication.memo or envelope_of(publication, outlet.vhost.user, outlet.channel)
            outlet.vhost.publish_all(outlet.channel, envelope, event.bodies, publication.mandatory, self.effects)
        except AmqpError as error:
            self.fail(event.channel, error, 60, 40)

    def _published_each(self, event: PublishedEach) -> None:
        """Publishes with a header of their own each. Those before a wrong one are as good as without it."""
        outlet = self.outlets.get(event.channel)
        if outlet is None:
            return
        try:
            envelopes, error = envelopes_of(event, outlet)
            if envelopes:
                outlet.vhost.publish_each(outlet.channel, envelopes, event.bodies, event.mandatory, self.effects)
            if error is not None:
                raise error
        except AmqpError as error:
            self.fail(event.channel, error, 60, 40)

    def _acked(self, event: Acked) -> None:
        outlet = self.outlets.get(event.channel)
        if outlet is None:
            return
        try:
            if event.multiple:
                outlet.channel.acknowledge(event.delivery_tags[0], True, self.effects)
            else:
                outlet.channel.acknowledge_each(event.delivery_tags, self.effects)
        except AmqpError as error:
            self.fail(event.channel, error, 60, 80)

    def _rare(self, event: object) -> None:
        # A command's answer must not overtake what was delivered before it.
        self.node.carry(self.effects)
        if isinstance(event, Called):
            method = event.method
            if self._is_too_late(event.channel, method):
                return
            try:
                self.node.command(self, event.channel, method)
            except AmqpError as error:
                self.fail(event.channel, error, method.class_id, method.method_id)
        elif isinstance(event, Failed):
            self.fail(event.channel, event.error, event.class_id, event.method_id)
        elif isinstance(event, RightHeader):
            self.node.greet(self)
        elif isinstance(event, WrongHeader):
            self.node.tally.add("it does not speak AMQP 0-9-1", self.peer_host)
            self.out.append(spec.PROTOCOL_HEADER)
            self.finish()

    def _is_too_late(self, number: int, method: Method) -> bool:
        """Whether we closed the channel or the connection for something that came before it in the same read."""
        if isinstance(method, connection.Close | connection.CloseOk | channel.Close | channel.CloseOk):
            return False
        peer = self.protocol.channels.get(number)
        return self.protocol.state is State.CLOSING or (peer is not None and peer.is_closing)

    def _tell_confirms(self, outlet: Outlet) -> None:
        assert outlet.channel.confirms is not None
        for told in outlet.channel.confirms.take():
            method: Method
            if told.is_positive:
                method = basic.Ack(told.sequence, told.is_multiple)
            else:
                method = basic.Nack(told.sequence, told.is_multiple, False)
            self.out.append(frames.method(outlet.number, method))

    def _release(self) -> None:
        if self._holds:
            self._holds -= 1
            self.node.carrier.dirty.add(self)
            if self._waiting:
                self.loop.call_soon(self._go_on)

    def _refill(self) -> None:
        if self.peer is not None and not self.is_paused:
            effects: Effects = []
            self.peer.refill(effects)
            self.node.carry(effects)
            self.node.carrier.dirty.add(self)
            self.node.end_turn(None)
            self.node.pace.caught_up()

    # Timers

    def _send_heartbeat(self) -> None:
        self.transport.write(frames.HEARTBEAT_FRAME)

    def _peer_is_gone(self) -> None:
        log.warning("%s (%s) missed its heartbeats", self.name, self.user)
        self.transport.abort()

    def _handshake_is_late(self) -> None:
        self.node.tally.add(f"no handshake in {self.node.config.handshake_seconds} s", self.peer_host)
        self.transport.abort()
