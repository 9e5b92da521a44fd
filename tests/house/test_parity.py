"""docs/parity.md names every page there is and none that is not, and says how and why."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.tree import text
from tests.support.addresses import addresses, openable

DOCUMENT = Path("docs/parity.md")
STATES = {"present", "better", "part", "absent"}
EXPLAINED = STATES - {"present"}


def _named() -> set[str]:
    """What lines such as "Pages: `queues`, `queue`." name."""
    lines = re.findall(r"^Pages: .*$", text(DOCUMENT), re.MULTILINE)
    return {name for line in lines for name in re.findall(r"`([^`]+)`", line)}


def _rows() -> list[list[str]]:
    """The cells of every row: the other console's, the state, and how or why."""
    rows = re.findall(r"^\| (?!What |---)(.*) \|$", text(DOCUMENT), re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def test_every_page_is_named() -> None:
    assert openable().keys() - _named() == set(), "a new page: say in docs/parity.md what of the others' it has"


def test_every_page_that_is_named_is_there() -> None:
    assert _named() - addresses().keys() == set()


def test_what_can_only_be_sent_is_not_taken_for_a_page() -> None:
    assert {"queues", "overview", "login", "purge"} <= openable().keys()
    assert {"logout", "pause", "republish"} <= addresses().keys() - openable().keys()


def test_every_row_has_a_state_and_says_why() -> None:
    wrong = [row for row in _rows() if len(row) != 3 or row[1] not in STATES or (row[1] in EXPLAINED and not row[2])]

    assert len(_rows()) > 100
    assert wrong == []
