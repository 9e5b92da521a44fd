"""The command line for any broker: one module per group of commands, all in `app.root`, imported when asked for."""

from __future__ import annotations

from brokerctl.cli.app import root, run

__all__ = ["root", "run"]
