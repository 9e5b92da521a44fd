"""A client that says exactly what a test tells it to: frames out, frames in, over a plain socket."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

from brokerctl.wire import frames, methods, spec
from brokerctl.wire.methods import Method, channel, connection
from tests.support.waiting import PATIENCE_SECONDS

M = TypeVar("M", bound=Method)


@dataclass
class RawClient:
    """Reads block at most `timeout` seconds, so that a silent broker fails a test instead of hanging it."""

    port: int
    timeout: float = PATIENCE_SECONDS
    tls: ssl.SSLContext | None = None
    source: str = "127.0.0.1"
    """The address to come from: all of 127.0.0.0/8 is this machine, and a broker tells them apart."""
    received: bytes = field(default=b"", init=False)

    def __enter__(self) -> RawClient:
        self.socket = socket.create_connection(("127.0.0.1", self.port), self.timeout, (self.source, 0))
        # What is said in two pieces would else wait 40 ms for the broker's system to acknowledge the first.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is not None:
            self.socket = self.tls.wrap_socket(self.socket, server_hostname="localhost")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def call(self, number: int, *asked: Method) -> None:
        self.send(b"".join(frames.method(number, method) for method in asked))

    def read_frame(self) -> tuple[int, int, bytes]:
        """(type, channel, payload) of the next frame. Raises EOFError when the broker closed."""
        while True:
            if len(self.received) >= 8:
                kind, number, size = frames.HEAD.unpack_from(self.received)
                if len(self.received) >= size + 8:
                    payload = self.received[7 : 7 + size]
                    self.received = self.received[8 + size :]
                    return kind, number, payload
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the broker closed the connection")
            self.received += data

    def expect(self, kind: type[M]) -> M:
        """The next frame, which must be this method."""
        frame_type, _, payload = self.read_frame()
        assert frame_type == spec.METHOD, f"expected {kind.name}, got frame type {frame_type}"
        method = methods.decode(payload)
        assert isinstance(method, kind), f"expected {kind.name}, got {method}"
        return method

    def is_closed(self, *last_words: Method) -> bool:
        """Whether the broker closes without another frame, after these on channel 0."""
        try:
            # A broker that was kept waiting for them may have closed already.
            self.call(0, *last_words)
            self.read_frame()
        except (EOFError, ConnectionError):
            return True
        return False

    def leave(self) -> None:
        """Say good-bye: exclusive queues and what was held are free when this returns."""
        self.call(0, connection.Close(200, "bye"))
        self.expect(connection.CloseOk)

    def greet(self) -> connection.Start:
        self.send(spec.PROTOCOL_HEADER)
        return self.expect(connection.Start)

    def open(self, vhost: str = "/", user: bytes = b"guest", password: bytes = b"guest", **tune: int) -> RawClient:
        """Handshake up to connection.open-ok; `tune` overrides what tune-ok says."""
        self.greet()
        return self.answer(vhost, user, password, **tune)

    def answer(self, vhost: str = "/", user: bytes = b"guest", password: bytes = b"guest", **tune: int) -> RawClient:
        """The handshake from connection.start-ok on."""
        self.call(0, connection.StartOk({}, "PLAIN", b"\0" + user + b"\0" + password, "en_US"))
        offered = self.expect(connection.Tune)
        agreed = {"channel_max": offered.channel_max, "frame_max": offered.frame_max, "heartbeat": 0} | tune
        self.call(0, connection.TuneOk(**agreed), connection.Open(vhost))
        self.expect(connection.OpenOk)
        return self

    def open_channel(self, number: int = 1) -> RawClient:
        self.call(number, channel.Open())
        self.expect(channel.OpenOk)
        return self
