"""Holds a scenario's conversation with one broker and writes down what the broker said, one line a method.

No step waits for time: each awaits an answer, and a broker that says nothing for as long as the player waits said
"silence".
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from brokerctl.wire import methods, properties, spec
from brokerctl.wire.methods import Method, access, basic, channel, confirm, connection, exchange, queue, tx
from tests.rabbitmq.show import show
from tests.rabbitmq.steps import Scenario, Step
from tests.support.raw import RawClient
from tests.support.waiting import PATIENCE_SECONDS

LIMITED = b"\0twin\0twin"
"""The user of connection l, who may touch names that begin with `mine` only."""

ANSWERS: dict[type[Method], tuple[type[Method], ...]] = {
    connection.StartOk: (connection.Tune, connection.Secure),
    connection.Open: (connection.OpenOk,),
    connection.Close: (connection.CloseOk,),
    connection.UpdateSecret: (connection.UpdateSecretOk,),
    access.Request: (access.RequestOk,),
    channel.Open: (channel.OpenOk,),
    channel.Flow: (channel.FlowOk,),
    channel.Close: (channel.CloseOk,),
    exchange.Declare: (exchange.DeclareOk,),
    exchange.Delete: (exchange.DeleteOk,),
    exchange.Bind: (exchange.BindOk,),
    exchange.Unbind: (exchange.UnbindOk,),
    queue.Declare: (queue.DeclareOk,),
    queue.Bind: (queue.BindOk,),
    queue.Unbind: (queue.UnbindOk,),
    queue.Purge: (queue.PurgeOk,),
    queue.Delete: (queue.DeleteOk,),
    basic.Qos: (basic.QosOk,),
    basic.Consume: (basic.ConsumeOk,),
    basic.Cancel: (basic.CancelOk,),
    basic.Get: (basic.GetOk, basic.GetEmpty),
    basic.Recover: (basic.RecoverOk,),
    confirm.Select: (confirm.SelectOk,),
    tx.Select: (tx.SelectOk,),
    tx.Commit: (tx.CommitOk,),
    tx.Rollback: (tx.RollbackOk,),
}
"""What AMQP answers to what; a close answers everything. What is missing here has no answer."""

WITH_CONTENT = (basic.GetOk, basic.Deliver, basic.Return)


@dataclass(slots=True)
class Heard:
    channel: int
    method: Method | None
    """None: the socket ended, or nothing came."""
    properties: properties.Properties = field(default_factory=dict)
    body: bytes = b""
    is_end: bool = False

    def line(self, peer: str) -> str:
        if self.method is None:
            return f"{peer} {'end of socket' if self.is_end else 'silence'}"
        return f"{peer}{self.channel} {show(self.method, self.properties, self.body)}"


class Peer:
    """One connection of the scenario."""

    def __init__(self, letter: str, port: int, scenario: Scenario, patience_seconds: float) -> None:
        self.letter = letter
        self.channels: set[int] = set()
        self.verdicts: dict[int, dict[int, str]] = {}
        """Of each channel: what became of its publishes, by number."""
        self.is_open = True
        self.has_ended = False
        self.is_by_hand = letter in scenario.by_hand
        self.client = RawClient(port, patience_seconds).__enter__()
        self.client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.is_by_hand:
            self._shake_hands(scenario)

    def _shake_hands(self, scenario: Scenario) -> None:
        client = self.client
        client.greet()
        login = LIMITED if self.letter == "l" else b"\0guest\0guest"
        told = {"capabilities": dict(scenario.capabilities)}
        client.call(0, connection.StartOk(told, "PLAIN", login, "en_US"))
        offered = client.expect(connection.Tune)
        client.call(0, connection.TuneOk(offered.channel_max, scenario.frame_max, 0), connection.Open("/"))
        client.expect(connection.OpenOk)

    def prepare(self, number: int) -> None:
        if number and not self.is_by_hand and number not in self.channels:
            self.client.open_channel(number)
            self.channels.add(number)
            self.verdicts.pop(number, None)

    def hear(self) -> Heard:
        """The next method, with its content if it has one. A close is answered at once."""
        try:
            kind, number, payload = self._frame()
            assert kind == spec.METHOD, f"frame type {kind} out of place"
            method = methods.decode(payload)
            heard = Heard(number, method)
            if isinstance(method, WITH_CONTENT):
                _, _, header = self._frame()
                heard.properties, size = properties.decode(header), properties.body_size(header)
                while len(heard.body) < size:
                    heard.body += self._frame()[2]
        except TimeoutError:
            return Heard(0, None)
        except (EOFError, ConnectionResetError):
            self.is_open, self.has_ended = False, True
            return Heard(0, None, is_end=True)
        self._answer(heard)
        return heard

    def _frame(self) -> tuple[int, int, bytes]:
        while True:
            frame = self.client.read_frame()
            if frame[0] != spec.HEARTBEAT:
                return frame

    def _answer(self, heard: Heard) -> None:
        method = heard.method
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            if isinstance(method, channel.Close):
                self.channels.discard(heard.channel)
                self.client.call(heard.channel, channel.CloseOk())
            elif isinstance(method, channel.CloseOk):
                self.channels.discard(heard.channel)
            elif isinstance(method, connection.Close):
                self.is_open = False
                self.client.call(0, connection.CloseOk())
            elif isinstance(method, connection.CloseOk):
                self.is_open = False

    def close(self) -> None:
        """End in order, so that exclusive queues are gone when this returns."""
        with self.client.socket, contextlib.suppress(OSError, EOFError):
            if self.is_open and not self.is_by_hand:
                self.client.call(0, connection.Close(200))
                while not isinstance(self.hear().method, connection.CloseOk | None):
                    pass


class Stage:
    """The connections of one scenario on one broker, and the names it left there."""

    def __init__(self, port: int, scenario: Scenario, patience_seconds: float) -> None:
        self.port = port
        self.scenario = scenario
        self.patience_seconds = patience_seconds
        self.peers: dict[str, Peer] = {}
        self.lines: list[str] = []

    def play(self) -> list[str]:
        try:
            for step in self.scenario.steps:
                self._step(step if isinstance(step, Step) else Step(method=step))
        finally:
            for peer in self.peers.values():
                peer.close()
            if not self.scenario.stands_alone:
                self._tidy()
        return self.lines

    def _peer(self, letter: str, is_ending: bool = False) -> Peer:
        known = self.peers.get(letter)
        if known is not None and (known.is_open or known.is_by_hand or is_ending):
            return known
        if known is not None:
            known.close()
        self.peers[letter] = peer = Peer(letter, self.port, self.scenario, self.patience_seconds)
        return peer

    def _step(self, step: Step) -> None:
        if step.is_end:
            self._until_end(self._peer(step.peer, is_ending=True))
            return
        peer = self._peer(step.peer)
        if step.hangs_up:
            peer.client.socket.close()
            peer.is_open = False
            return
        if step.method is not None or step.data:
            self._say(peer, step)
        if step.byte_count:
            self.lines.append(f"{peer.letter} {peer.client.socket.recv(step.byte_count)!r}")
        heard = [peer.hear().line(peer.letter) for _ in range(step.count)]
        self.lines += heard if step.is_ordered else sorted(heard)
        if step.confirms:
            self._confirms(peer, step.channel, step.confirms)

    def _say(self, peer: Peer, step: Step) -> None:
        method = step.method
        if step.opens_channel and not isinstance(method, channel.Open):
            peer.prepare(step.channel)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            if method is None:
                peer.client.send(step.data)
                return
            peer.client.call(step.channel, method)
        if isinstance(method, channel.Open):
            peer.channels.add(step.channel)
        answers = ANSWERS.get(type(method), ()) if method is not None else ()
        while answers and not getattr(method, "nowait", False):
            heard = peer.hear()
            self.lines.append(heard.line(peer.letter))
            if heard.method is None or isinstance(heard.method, (*answers, channel.Close, connection.Close)):
                return

    def _confirms(self, peer: Peer, number: int, upto: int) -> None:
        """One line for each publish and one for everything else, in the order of the publishes."""
        verdicts = peer.verdicts.setdefault(number, {})
        known = len(verdicts)
        while len(verdicts) < upto:
            heard = peer.hear()
            method = heard.method
            if not isinstance(method, basic.Ack | basic.Nack):
                self.lines.append(heard.line(peer.letter))
                if method is None:
                    break
                continue
            first = 1 if method.multiple else method.delivery_tag
            for each in range(first, method.delivery_tag + 1):
                verdicts.setdefault(each, method.name)
        self.lines += [f"{peer.letter} publish {each}: {verdicts[each]}" for each in sorted(verdicts)[known:]]

    def _until_end(self, peer: Peer) -> None:
        while not peer.has_ended:
            heard = peer.hear()
            self.lines.append(heard.line(peer.letter))
            if heard.method is None:
                return

    def _tidy(self) -> None:
        """Delete what the scenario declared, so that every scenario finds an empty broker; q may have come in bytes."""
        with RawClient(self.port, self.patience_seconds) as client:
            client.open().open_channel()
            for method in self._deletions():
                client.call(1, method)
                client.expect(ANSWERS[type(method)][0])

    def _deletions(self) -> Iterator[Method]:
        said = [step if isinstance(step, Method) else step.method for step in self.scenario.steps]
        declared = [each for each in said if isinstance(each, queue.Declare | exchange.Declare) and not each.passive]
        for queue_name in sorted({"q", *(each.queue for each in declared if isinstance(each, queue.Declare))} - {""}):
            yield queue.Delete(queue=queue_name)
        for name in sorted({each.exchange for each in declared if isinstance(each, exchange.Declare)}):
            if name and not name.startswith("amq."):
                yield exchange.Delete(exchange=name)


def play(port: int, scenario: Scenario, patience_seconds: float = PATIENCE_SECONDS) -> list[str]:
    """What the broker at this port says."""
    return Stage(port, scenario, patience_seconds).play()
