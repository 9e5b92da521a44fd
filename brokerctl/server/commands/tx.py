"""Class tx. Transactions are refused: AMQP's are neither atomic nor durable across queues, and confirms do better."""

from __future__ import annotations

from brokerctl.core.effects import Effects
from brokerctl.errors import NotImplementedHere
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import Method, tx


def refuse(outlet: Outlet, method: Method, effects: Effects) -> None:
    raise NotImplementedHere("transactions are not offered here; use publisher confirms (confirm.select)")


HANDLERS: dict[type, Command] = {tx.Select: refuse, tx.Commit: refuse, tx.Rollback: refuse}
