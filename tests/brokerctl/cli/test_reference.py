"""docs/cli.md says what the commands say of themselves."""

from __future__ import annotations

import re
from pathlib import Path

from brokerctl.cli.exits import Exit
from brokerctl.cli.reference import BEGIN, END, reference

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "cli.md"


def test_reference_is_what_the_commands_say() -> None:
    text = DOCUMENT.read_text()

    found = text[text.index(BEGIN) : text.index(END) + len(END)]

    # Written again with: python -m brokerctl.cli.reference
    assert found == reference()


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \|", DOCUMENT.read_text(), re.MULTILINE)

    assert [int(row) for row in rows] == list(Exit)
