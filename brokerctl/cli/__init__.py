"""The command line for any broker: one module per group of commands, all in `app.root`."""

from __future__ import annotations

from brokerctl.cli import (
    access,
    binding,
    completion,
    declaring,
    exchanging,
    limiting,
    listing,
    looking,
    moving,
    policies,
    publishing,
    serving,
    status,
    tapping,
    watching,
)
from brokerctl.cli.app import root, run

MODULES = (
    serving,
    status,
    listing,
    watching,
    looking,
    publishing,
    moving,
    exchanging,
    declaring,
    binding,
    access,
    policies,
    limiting,
    tapping,
    completion,
)
"""Imported for the commands that each adds."""

__all__ = ["MODULES", "root", "run"]
