from __future__ import annotations

import ast

from tests.house.tree import files, parsed, text

MAX_FILE, MAX_FUNCTION = 400, 60
"""Lines. The aim is 250 and 25; these are where a reader is lost."""


def test_no_file_is_too_long() -> None:
    long = [path for path in files(".py", ".js", ".css", ".html") if text(path).count("\n") > MAX_FILE]

    assert long == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in files(".py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > MAX_FUNCTION
    ]

    assert long == []


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
