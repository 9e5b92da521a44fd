"""Class confirm: the channel's publishes are answered from now on."""

from __future__ import annotations

from brokerctl.core.confirms import Confirms
from brokerctl.core.effects import Effects
from brokerctl.errors import PreconditionFailed
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import confirm


def select(outlet: Outlet, method: confirm.Select, effects: Effects) -> None:
    if outlet.channel.transaction is not None:
        raise PreconditionFailed("cannot switch from tx to confirm mode")
    if outlet.channel.confirms is None:
        outlet.channel.confirms = Confirms()
    if not method.nowait:
        outlet.session.reply(outlet.number, confirm.SelectOk())


HANDLERS: dict[type, Command] = {confirm.Select: select}
