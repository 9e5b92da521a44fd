"""serve: here for its help only. brokerctl/__main__.py starts the server, which the command line does not know."""

from __future__ import annotations

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem


@root.command("serve")
def serve() -> None:
    """Run the embedded broker: AMQP and its management API, settings from the environment."""
    raise Problem("serve takes nothing else: its settings come from the environment (brokerctl/README.md)", Exit.USAGE)
