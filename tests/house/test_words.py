"""Words that do not belong into the tree, each with the place where it may be."""

from __future__ import annotations

from pathlib import Path

from tests.house.tree import HOUSE, files, lines_with, outside

WAITING = Path("tests/support/waiting.py")
TOKENS = Path("static/css/tokens.css")

COLOUR = (
    r"#(?:[0-9a-fA-F]{3,4}){1,2}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\("
    r"|[:\s(,](?:white|black|red|green|blue)\b\s*[;,)]"
)
KILL = r"\.btn--kill"
"""design: the one button that destroys has its own red, so that no theme softens it."""
ON_ACCENT = r"fill=\"#fff\""
"""White on the accent, in the mark."""

MACHINE = r"(?<![\w.}>])/(?:work|home|root|tmp|opt|mnt|srv|Users)/\w"


def test_tests_wait_for_events_not_for_time() -> None:
    tests = outside(tuple(path for path in files(".py") if path.parts[0] == "tests"), HOUSE, WAITING)

    assert lines_with(tests, r"\btime\.sleep\(|\bfrom time import .*\bsleep\b|\bwait_for_timeout\(") == []


def test_nothing_is_left_to_do_in_comments() -> None:
    assert lines_with(_searched(), r"\b(?:TODO|FIXME|XXX)\b") == []


def test_scripts_never_write_markup() -> None:
    scripts = tuple(path for path in files(".js") if path.is_relative_to("static/js"))

    assert lines_with(scripts, r"innerHTML|outerHTML|insertAdjacentHTML|document\.write") == []


def test_colours_are_tokens() -> None:
    styles = outside(tuple(path for path in files(".css") if path.parts[0] == "static"), TOKENS)
    scripts = tuple(path for path in files(".js") if path.is_relative_to("static/js"))
    templates = tuple(path for path in files(".html") if path.parts[0] == "templates")

    assert lines_with(styles, COLOUR, KILL) == []
    assert lines_with(scripts, rf"['\"`](?:{COLOUR})") == []
    assert lines_with(templates, r"(?:fill|stroke|color)=\"#", ON_ACCENT) == []


def test_nothing_knows_the_machine_it_was_written_on() -> None:
    assert lines_with(_searched(), MACHINE) == []


def _searched() -> tuple[Path, ...]:
    return outside(files(), HOUSE, Path("package-lock.json"))
