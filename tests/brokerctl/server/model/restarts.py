"""The same steps with a broker that is stopped, and killed, among them."""

from __future__ import annotations

from typing import ClassVar

from brokerctl.wire.methods import basic, channel
from tests.brokerctl.server.model.machine import CHANNELS, TRAFFIC, UPHEAVAL, QueueMachine
from tests.brokerctl.server.model.reference import Channel
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker


class RestartMachine(QueueMachine):
    """`broker` is of this machine alone; it is started again in the same folder."""

    broker: ClassVar[EmbeddedBroker]
    steps = (*TRAFFIC, *TRAFFIC, *UPHEAVAL, "stop_and_start", "kill_and_start", "kill_and_start", "wait_for_confirms")

    def __init__(self) -> None:
        if self.broker.process.poll() is not None:
            # A stop went wrong, and Hypothesis tries it again.
            type(self).broker = embedded.start(self.broker.home)
            type(self).port = self.broker.amqp_port
        super().__init__()

    def stop_and_start(self) -> None:
        """Everything durable is there again, in its place."""
        log = self.broker.home / "broker.log"
        self.broker.stop()
        assert self.broker.process.returncode == 0, log.read_text()
        was = log.stat().st_size
        self.forget_what_is_not_durable()
        for known in self.queues.values():
            known.ghosts = []
            for letter in known.ready:
                letter.is_certain = True
        self.start_again()
        said = log.read_bytes()[was:].decode()
        assert "damaged" not in said, said
        self.agree()

    def kill_and_start(self) -> None:
        """What was confirmed is there again. What was not yet on disk may be, and what was done with may be back."""
        self.broker.kill()
        self.forget_what_is_not_durable()
        self.start_again()
        for known in self.queues.values():
            known.outlives(self.look_through(known.name))
        self.agree()

    def wait_for_confirms(self) -> None:
        while any(each.unconfirmed for each in self.channels.values()):
            self.read()

    def forget_what_is_not_durable(self) -> None:
        self.client.socket.close()
        for each in self.channels.values():
            each.close()
        self.queues = {name: known for name, known in self.queues.items() if known.is_durable}
        self.bound = {(key, name) for key, name in self.bound if name in self.queues}
        for known in self.queues.values():
            known.ready = [letter for letter in known.ready if letter.is_persistent]

    def start_again(self) -> None:
        type(self).broker = embedded.start(self.broker.home)
        type(self).port = self.broker.amqp_port
        self.connect()
        self.declare("a", True, None)

    def look_through(self, name: str) -> list[int]:
        """The numbers of what is ready, by taking it and giving it back."""
        found: list[int] = []
        self.client.call(CHANNELS[0], basic.Get(queue=self.prefix + name))
        while isinstance(answer := self.read(), basic.GetOk):
            assert answer.redelivered
            found.append(self.last_content[0])
            self.client.call(CHANNELS[0], basic.Get(queue=self.prefix + name))
        assert isinstance(answer, basic.GetEmpty)
        self.ask(CHANNELS[0], channel.Close(200, "looked"), channel.CloseOk)
        self.channels[CHANNELS[0]] = Channel(CHANNELS[0])
        self.ask(CHANNELS[0], channel.Open(), channel.OpenOk)
        return found
