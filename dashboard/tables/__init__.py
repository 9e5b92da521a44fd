"""The tables of the dashboard, one module each: which columns there are and where their values come from."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dashboard.listing.table import Table

MODULES = ("queues", "exchanges", "connections", "channels", "consumers", "bindings", "vhosts", "unacked", "users")
"""Each has a TABLE, whose name is the module's own, with dashes."""

AnyTable = Table[Any]


def named(name: str) -> AnyTable | None:
    """The declaration of a table, by the name under which people's choices are kept."""
    module = name.replace("-", "_")
    if module not in MODULES:
        return None
    found: AnyTable = import_module(f"{__name__}.{module}").TABLE
    return found
