"""`python -m brokerctl`: the command line for every broker; `serve` runs the embedded one alone."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if given == ["serve"]:
        # Neither knows the other: the help must not cost the start of a broker, nor a broker that of the command line.
        from brokerctl.server.main import main as serve

        return serve()
    from brokerctl.cli import run

    return run(given)


if __name__ == "__main__":
    sys.exit(main())
