"""`python -m brokerctl`: one command line for every broker. Each module of a group adds its commands to `main`."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from brokerctl.cli.exits import Exit, code_of
from brokerctl.cli.output import visible
from brokerctl.errors import BrokerctlError

PROGRAM = "python -m brokerctl"
COMPLETE = "_BROKERCTL_COMPLETE"
DEBUG = "BROKERCTL_DEBUG"
"""Set, a failure that nobody foresaw shows its traceback."""

COMMANDS = {
    **dict.fromkeys(("user", "vhost", "permission"), "access"),
    **dict.fromkeys(("bind", "unbind"), "binding"),
    "completion": "completion",
    **dict.fromkeys(("declare", "delete", "close"), "declaring"),
    **dict.fromkeys(("export", "import", "diff"), "exchanging"),
    "limit": "limiting",
    "list": "listing",
    **dict.fromkeys(("browse", "search"), "looking"),
    **dict.fromkeys(("move", "replay", "purge"), "moving"),
    "policy": "policies",
    "publish": "publishing",
    "serve": "serving",
    "status": "status",
    "tap": "tapping",
    "watch": "watching",
}
"""The module beside this one that adds the command to `root`. A command starts without what the others import."""


class Root(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            import_module(f"brokerctl.cli.{COMMANDS[cmd_name]}")
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="See and change any AMQP broker: the embedded one, RabbitMQ, LavinMQ, CloudAMQP, Amazon MQ.",
)
def root() -> None:
    pass


def run(arguments: list[str] | None = None) -> int:
    """Carry out a command line; its exit code. Whatever goes wrong is one sentence on stderr."""
    code = _carried_out(arguments)
    return code if _flushed() else Exit.PIPE


def _carried_out(arguments: list[str] | None) -> int:
    try:
        root.main(arguments, prog_name=PROGRAM, complete_var=COMPLETE, standalone_mode=False)
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return _failed("stopped", Exit.STOPPED)
    except BrokerctlError as error:
        return _failed(str(error), code_of(error))
    except (BrokenPipeError, SystemExit):
        # Click ends the program by itself when a pipe breaks, and only then.
        return Exit.PIPE
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error), Exit.FAILED)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        return _failed(f"brokerctl itself failed ({type(error).__name__}: {error}); {DEBUG}=1 shows where", Exit.FAILED)
    return Exit.OK


def _failed(sentence: str, code: Exit) -> int:
    # What was printed comes before why it ends there.
    if not _flushed():
        return Exit.PIPE
    text = visible(" ".join(sentence.split()))
    click.echo(f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}", err=True)
    return code


def _flushed() -> bool:
    """False when whoever read our output went away."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
