"""The reference of docs/cli.md, made from the commands themselves: `python -m brokerctl.cli.reference` prints it.

`tests/brokerctl/cli/test_reference.py` holds the document to it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from brokerctl.cli import root

BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"
COMMON = {"vhost", "broker", "url", "password_file", "timeout", "insecure", "as_json", "dry_run", "yes"}
"""Told once, above the reference."""


def reference() -> str:
    """Markdown: a heading for each command by its name, its help, and a line for each option of its own."""
    context = click.Context(root)
    parts = [part for command, path in _commands(root, context, ()) for part in _described(command, path)]
    return "\n".join([BEGIN, "", *parts, END])


def _commands(
    group: click.Group, context: click.Context, path: tuple[str, ...]
) -> Iterator[tuple[click.Command, tuple[str, ...]]]:
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, context, (*path, name))
        elif command is not None:
            yield command, (*path, name)


def _described(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    words = " ".join([*path, *(_argument(each) for each in arguments)])
    names = {each.name for each in command.params}
    marks = [mark for name, mark in (("dry_run", "--dry-run"), ("yes", "--yes")) if name in names]
    yield f"#### {words}"
    yield ""
    yield _prose(command.help or "") + (f" Takes {' and '.join(marks)}." if marks else "")
    yield ""
    options = [each for each in command.params if isinstance(each, click.Option) and each.name not in COMMON]
    for option in options:
        yield f"- `{_option(option)}` {option.help or ''}".rstrip()
    if options:
        yield ""


def _argument(argument: click.Argument) -> str:
    name = (argument.metavar or argument.name or "").upper()
    shown = f"{name}…" if argument.nargs == -1 else name
    return shown if argument.required else f"[{shown}]"


def _option(option: click.Option) -> str:
    names = ", ".join(sorted(option.opts, key=len, reverse=True))
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(map(str, option.type.choices))}"
    return f"{names} {option.metavar or 'VALUE'}"


def _prose(help: str) -> str:
    """Paragraphs without the line breaks of the source; what looks like a tag is none."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(help))
    joined = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return joined.replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    click.echo(reference())
