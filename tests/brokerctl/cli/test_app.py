"""Commands are in the modules that are imported for them, and none is forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

import brokerctl.cli
from brokerctl.cli.app import COMMANDS, root

CONTENTS = "import sys; from importlib import import_module; from brokerctl.cli.app import root; import_module({!r}); "


@pytest.mark.parametrize("module", sorted(set(COMMANDS.values())))
def test_module_adds_the_commands_it_is_imported_for(module: str) -> None:
    ask = CONTENTS.format(f"brokerctl.cli.{module}") + "print(*root.commands)"

    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()

    # Some import another for its functions, and so have its commands as well.
    assert {name for name, home in COMMANDS.items() if home == module} <= set(said) <= set(COMMANDS)


def test_every_module_that_adds_a_command_is_known() -> None:
    folder = Path(brokerctl.cli.__file__).parent
    adding = {
        each.stem
        for each in folder.glob("*.py")
        if any(mark in each.read_text() for mark in ("command(root,", "@root.command(", "@root.group("))
    }

    assert adding == set(COMMANDS.values())


def test_every_command_is_in_the_help() -> None:
    context = click.Context(root)

    assert [name for name in root.list_commands(context) if root.get_command(context, name)] == sorted(COMMANDS)
