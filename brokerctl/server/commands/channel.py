"""Class channel: open is done by the node, which makes the outlet; here is the rest."""

from __future__ import annotations

from brokerctl.core.effects import Effects
from brokerctl.errors import NotImplementedHere
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import channel


def close(outlet: Outlet, method: channel.Close, effects: Effects) -> None:
    """Answered when the acks of the channel are on disk: AMQP has no other answer to an ack (reliability P3)."""
    session = outlet.session
    session.flush()
    has_acked = outlet.channel.counters.ack > 0
    session.close_channel(outlet.number)
    if has_acked:
        session.hold()
    session.reply(outlet.number, channel.CloseOk())


def flow(outlet: Outlet, method: channel.Flow, effects: Effects) -> None:
    if not method.active:
        raise NotImplementedHere("active=false")
    outlet.session.reply(outlet.number, channel.FlowOk(active=True))


HANDLERS: dict[type, Command] = {channel.Close: close, channel.Flow: flow}
