"""The files of this repository as the rules of the house see them: what people wrote, not what tools made."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE_BY_TOOLS = {".git", "node_modules", "var", "staticfiles", "reports", "migrations", "__pycache__"}
HOUSE = Path("tests/house")
"""Not searched for forbidden words: it has to spell them."""


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Paths from the root; without suffixes every file that is text."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(each for each in folders if each not in MADE_BY_TOOLS and not _is_hidden(each))
        # In a git worktree .git is a file.
        found += [(Path(folder) / name).relative_to(ROOT) for name in sorted(names) if name not in MADE_BY_TOOLS]
    return tuple(path for path in found if (path.suffix in suffixes if suffixes else _is_text(path)))


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(text(path))


def lines_with(paths: tuple[Path, ...], pattern: str, allowed: str = r"(?!)") -> list[str]:
    """`file:line: text` of every line that matches the one regular expression and not the other."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), 1)
        if re.search(pattern, line) and not re.search(allowed, line)
    ]


def outside(paths: tuple[Path, ...], *folders: Path) -> tuple[Path, ...]:
    return tuple(path for path in paths if not any(path.is_relative_to(folder) for folder in folders))


def _is_hidden(folder: str) -> bool:
    return folder.startswith(".") and folder != ".ci"


def _is_text(path: Path) -> bool:
    with (ROOT / path).open("rb") as file:
        return b"\0" not in file.read(1024)
