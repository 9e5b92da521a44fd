"""`python -m brokerctl`: the command line. `serve` runs the embedded broker alone."""

from __future__ import annotations

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m brokerctl", description="The embedded AMQP 0-9-1 broker.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("serve", help="run the broker: AMQP and its management API, settings from the environment")
    parser.parse_args(arguments)
    # Imported late: the help must not cost the start of a broker.
    from brokerctl.server.main import main as serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
