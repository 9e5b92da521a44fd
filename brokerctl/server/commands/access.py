"""Class access: everybody gets a ticket, and it is good for nothing."""

from __future__ import annotations

from brokerctl.core.effects import Effects
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import access

TICKET = 1
"""RabbitMQ's."""


def request(outlet: Outlet, method: access.Request, effects: Effects) -> None:
    outlet.session.reply(outlet.number, access.RequestOk(TICKET))


HANDLERS: dict[type, Command] = {access.Request: request}
