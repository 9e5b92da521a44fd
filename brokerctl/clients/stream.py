"""pika's connection with the frames of messages taken out of its hands.

pika 1.4 has no door for that: `_on_data_available` and `_output_marshaled_frames` are private, which is one reason
why its version is pinned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pika
from pika.adapters.select_connection import IOLoop

from brokerctl.clients import tls
from brokerctl.clients.base import Address
from brokerctl.clients.contents import CHANNEL, Cutter, frame_at
from brokerctl.wire.spec import FRAME_END

CONNECTION_NAME = "Postroom"
RECEIVE_BYTES = 256 * 1024
"""At one read. pika asks the system for 4 KiB at a time, which is a call for every ten small messages."""


class Stream(pika.SelectConnection):
    """`is_cutting` once its channel is being opened: until then every frame is pika's."""

    _frame_buffer: bytes
    _transport: Any
    bytes_received: int

    def __init__(
        self, address: Address, vhost: str, loop: IOLoop, cutter: Cutter, **callbacks: Callable[..., None]
    ) -> None:
        self.cutter = cutter
        self.is_cutting = False
        options: dict[str, Any] = {"custom_ioloop": loop, **callbacks}
        super().__init__(_parameters(address, vhost), **options)

    def start_cutting(self) -> None:
        self.is_cutting = True
        self._transport._MAX_RECV_BYTES = self._transport._MAX_CONSUME_BYTES = RECEIVE_BYTES

    @property
    def frame_max(self) -> int:
        """What was negotiated; 0: no limit."""
        return int(cast(Any, self.params).frame_max)

    def write(self, data: bytes) -> None:
        """Whole frames. Nothing is written to a connection that is closing."""
        if data and self.is_open:
            cast(Any, self)._output_marshaled_frames([data])

    def _on_data_available(self, data_in: bytes) -> None:
        if not self.is_cutting:
            self._pikas(data_in)
            return
        data, frame_max = self._frame_buffer + data_in, self.frame_max
        self._frame_buffer, at = b"", 0
        while True:
            start = self.cutter.deliveries(data, at)
            # pika's heartbeats look at this number.
            self.bytes_received += start - at
            found = frame_at(data, start, frame_max)
            if found is None:
                break
            kind, channel, at = found
            is_ours = channel == CHANNEL and self.cutter.wants(kind, data[start + 7 : start + 11])
            if is_ours and data[at - 1] == FRAME_END:
                self.bytes_received += at - start
                self.cutter.frame(kind, data[start + 7 : at - 1])
            else:
                self._pikas(data[start:at])
        self._frame_buffer = data[start:]

    def _pikas(self, data: bytes) -> None:
        cast(Any, super())._on_data_available(data)


def _parameters(address: Address, vhost: str) -> pika.ConnectionParameters:
    secured = pika.SSLOptions(tls.context(address), address.host) if address.amqp_tls else None
    return pika.ConnectionParameters(
        host=address.host,
        port=address.amqp_port,
        virtual_host=vhost,
        credentials=pika.PlainCredentials(address.username, address.password),
        ssl_options=cast(Any, secured),
        socket_timeout=address.timeout_seconds,
        stack_timeout=address.timeout_seconds,
        blocked_connection_timeout=address.timeout_seconds,
        connection_attempts=1,
        heartbeat=60,
        client_properties={"connection_name": CONNECTION_NAME, "product": "Postroom"},
    )
