from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.house.tree import files, lines_with, text

TEMPLATES = tuple(path.relative_to("templates") for path in files(".html") if path.parts[0] == "templates")
FRAME = Path("base.html")
"""Its parts read what dashboard.frame gives to every page."""
INCLUDE = re.compile(r"{% include ['\"]([^'\"]+)['\"]([^%]*)%}")


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_template_parses(template: Path) -> None:
    get_template(template.as_posix())


def test_style_and_behaviour_are_in_files_of_their_own() -> None:
    """The page's policy (dashboard/security.py) would not let the browser use them anyway."""
    paths = tuple(Path("templates") / template for template in TEMPLATES)

    assert lines_with(paths, r"(?i)\sstyle=|<style|\son[a-z]+=") == []


def test_what_is_included_is_named_as_a_partial_and_is_no_page() -> None:
    included = {name for template in TEMPLATES for name, _ in INCLUDE.findall(text("templates" / template))}
    pages = {template.as_posix() for template in TEMPLATES if "{% extends" in text("templates" / template)}

    assert {name for name in included if not Path(name).name.startswith("_")} == set()
    assert {page for page in pages if Path(page).name.startswith("_")} == set()


def test_what_is_named_as_a_page_is_one() -> None:
    pages = [template for template in TEMPLATES if not template.name.startswith("_")]

    assert [page for page in pages if not re.search("{% extends|<!doctype html>", text("templates" / page))] == []


def test_what_a_partial_needs_is_said_where_it_is_included() -> None:
    hidden = [
        f"{template}: {name}"
        for template in TEMPLATES
        if template != FRAME
        for name, given in INCLUDE.findall(text("templates" / template))
        if given.split()[-1:] != ["only"]
    ]

    assert hidden == []
