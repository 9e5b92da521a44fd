"""Transactions (class 90)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.wire.methods.base import Method, method


@method(90, 10, "tx.select")
@dataclass(slots=True)
class Select(Method):
    pass


@method(90, 11, "tx.select-ok")
@dataclass(slots=True)
class SelectOk(Method):
    pass


@method(90, 20, "tx.commit")
@dataclass(slots=True)
class Commit(Method):
    pass


@method(90, 21, "tx.commit-ok")
@dataclass(slots=True)
class CommitOk(Method):
    pass


@method(90, 30, "tx.rollback")
@dataclass(slots=True)
class Rollback(Method):
    pass


@method(90, 31, "tx.rollback-ok")
@dataclass(slots=True)
class RollbackOk(Method):
    pass
