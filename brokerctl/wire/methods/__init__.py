"""One module per AMQP class, one small dataclass per method: queue.Declare, basic.Ack.

`decode` and `encode` work on the payload of a method frame. Field order is wire order: never reorder.
"""

from brokerctl.wire.methods import basic, channel, confirm, connection, exchange, queue, tx
from brokerctl.wire.methods.base import METHODS, Method, decode, encode

__all__ = [
    "METHODS", "Method", "basic", "channel", "confirm", "connection", "decode", "encode", "exchange", "queue", "tx",
]  # fmt: skip
