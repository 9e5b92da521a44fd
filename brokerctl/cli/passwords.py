"""Where a broker's password comes from: never from the command line, which others can read and shells remember."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import click

from brokerctl.cli.exits import Exit, Problem

VARIABLE = "POSTROOM_PASSWORD"
GUEST = "guest"


def from_file(path: Path) -> str:
    """The first line of a file that only its owner can read."""
    try:
        check_private(path)
        return path.read_text().splitlines()[0]
    except IndexError as error:
        raise Problem(f"{path} is empty: its first line is to be the password", Exit.USAGE) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"cannot read the password from {path}: {_why(error)}", Exit.USAGE) from error


def check_private(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Problem(f"{path} holds a password and others can read it: chmod 600 {path}", Exit.USAGE)


def from_variable(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Problem(f"the environment has no {name}, from which the password was to come", Exit.USAGE)
    return value


def find(user: str, where: str) -> str:
    """From the environment, or by asking. guest's own is known to everybody."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    if user == GUEST:
        return GUEST
    return ask(f"Password of {user} at {where}")


def new(path: Path | None, user: str) -> str:
    """One for a user who gets a new one: from a file, or asked twice."""
    if path is not None:
        return from_file(path)
    return ask(f"New password of {user}", twice=True)


def ask(question: str, *, twice: bool = False) -> str:
    if not sys.stdin.isatty():
        raise Problem(
            f"no password: set {VARIABLE}, name a file with --password-file, or run this on a terminal", Exit.USAGE
        )
    found: str = click.prompt(question, hide_input=True, confirmation_prompt=twice, err=True)
    return found


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8"
