"""What an alarm does to connections: one that publishes is not read until it is over, and is told so once.

The messages it published in the turn that stops it are taken: they are here already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerctl.server.halts import Halt
from brokerctl.wire.methods import connection

if TYPE_CHECKING:
    from brokerctl.server.alarms import Alarms
    from brokerctl.server.session import Session


def block(session: Session, reason: str) -> None:
    """It published while an alarm is raised: read no more of it."""
    if Halt.ALARM in session.halts or session.peer is None:
        return
    session.halt(Halt.ALARM)
    if session.hears_blocks:
        session.reply(0, connection.Blocked(reason))
        session.flush()


def release(session: Session) -> None:
    """All alarms are over."""
    if Halt.ALARM not in session.halts:
        return
    if session.hears_blocks:
        session.reply(0, connection.Unblocked())
        session.flush()
    session.go_on(Halt.ALARM)


def state(session: Session, alarms: Alarms) -> str:
    """As the management API calls it: 'blocked', or 'blocking' for whoever would be if it published."""
    if Halt.ALARM in session.halts:
        return "blocked"
    return "blocking" if alarms.raised else "running"
