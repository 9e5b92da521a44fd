"""Class tx: publishes and settlements of a channel, done together or not at all."""

from __future__ import annotations

from brokerctl.core import transactions
from brokerctl.core.effects import Effects, Forget, Store
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import tx


def select(outlet: Outlet, method: tx.Select, effects: Effects) -> None:
    transactions.select(outlet.channel)
    outlet.session.reply(outlet.number, tx.SelectOk())


def commit(outlet: Outlet, method: tx.Commit, effects: Effects) -> None:
    """Answered like a confirm: when what was published and acked is on disk, if any of it belongs there."""
    session = outlet.session
    transactions.commit(outlet.vhost.vhost, outlet.channel, effects)
    touches_disk = any(type(effect) in (Store, Forget) for effect in effects)
    # Messages that come back are said before commit-ok, and are among what it waits for.
    session.node.carry(effects)
    if touches_disk:
        session.hold()
    session.reply(outlet.number, tx.CommitOk())


def rollback(outlet: Outlet, method: tx.Rollback, effects: Effects) -> None:
    transactions.rollback(outlet.channel)
    outlet.session.reply(outlet.number, tx.RollbackOk())


HANDLERS: dict[type, Command] = {tx.Select: select, tx.Commit: commit, tx.Rollback: rollback}
