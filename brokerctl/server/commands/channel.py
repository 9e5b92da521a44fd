"""Class channel: open is done by the node, which makes the outlet; here is the rest."""

from __future__ import annotations

from brokerctl.core.effects import Effects
from brokerctl.errors import NotImplementedHere
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import channel


def close(outlet: Outlet, method: channel.Close, effects: Effects) -> None:
    session = outlet.session
    session.flush()
    session.close_channel(outlet.number)
    session.reply(outlet.number, channel.CloseOk())


def flow(outlet: Outlet, method: channel.Flow, effects: Effects) -> None:
    if not method.active:
        raise NotImplementedHere("active=false")
    outlet.session.reply(outlet.number, channel.FlowOk(active=True))


HANDLERS: dict[type, Command] = {channel.Close: close, channel.Flow: flow}
