"""The shape of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brokerctl.core.effects import Effects
from brokerctl.server.outlet import Outlet

Command = Callable[[Outlet, Any, Effects], None]
"""Called with the channel, the method and the effects of this turn; answers through outlet.session.reply."""
