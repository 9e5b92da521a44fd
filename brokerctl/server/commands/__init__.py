"""What a client may ask, one module per AMQP class, one function per method, one table."""

from brokerctl.server.commands import access, basic, channel, confirm, connection, exchange, queue, tx
from brokerctl.server.commands.kinds import Command
from brokerctl.wire.methods import Method

HANDLERS: dict[type[Method], Command] = {
    **access.HANDLERS,
    **channel.HANDLERS,
    **exchange.HANDLERS,
    **queue.HANDLERS,
    **basic.HANDLERS,
    **confirm.HANDLERS,
    **tx.HANDLERS,
}
"""Methods on a channel."""

CONNECTION_HANDLERS = connection.HANDLERS
"""Methods on channel 0."""

__all__ = ["CONNECTION_HANDLERS", "HANDLERS"]
