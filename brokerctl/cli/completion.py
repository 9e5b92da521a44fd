"""completion: a shell's completion of our commands, and a short name for them."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from brokerctl.cli.app import COMPLETE, root
from brokerctl.cli.exits import Exit, Problem

NAME = "brokerctl"
FUNCTIONS = {
    "bash": '{name}() {{ {command} "$@"; }}\n',
    "zsh": '{name}() {{ {command} "$@"; }}\n',
    "fish": "function {name}\n    {command} $argv\nend\n",
}


@root.command("completion")
@click.argument("shell", type=click.Choice(list(FUNCTIONS)))
def completion(shell: str) -> None:
    """Print a shell's completion, and a function `brokerctl` that stands for `python -m brokerctl`.

    In ~/.bashrc:  eval "$(cd FOLDER && python -m brokerctl completion bash)"
    """
    click.echo(script(shell))


def script(shell: str) -> str:
    kind = get_completion_class(shell)
    if kind is None:
        raise Problem(f"there is no completion for {shell}", Exit.USAGE)
    folder = Path(__file__).resolve().parents[2]
    command = f"env PYTHONPATH={shlex.quote(str(folder))} {shlex.quote(sys.executable)} -m brokerctl"
    source = kind(root, {}, NAME, COMPLETE).source()
    # Click would run a program of our name; there is none, so it runs what the function runs.
    called = re.sub(
        rf"(_complete |COMP_CWORD=\(commandline -t\) )(\$1|{NAME})(?=\))", lambda found: found[1] + command, source
    )
    return FUNCTIONS[shell].format(name=NAME, command=command) + called
