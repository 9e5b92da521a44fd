from __future__ import annotations

import pytest

from tests.house import imports
from tests.house.imports import Rule
from tests.house.tree import files, parsed


@pytest.mark.parametrize("rule", imports.rules(), ids=lambda rule: rule.package)
def test_imports_are_those_of_the_table(rule: Rule) -> None:
    assert imports.violations(rule) == []


def test_every_part_of_brokerctl_has_its_row() -> None:
    assert imports.parts_of_brokerctl() <= {rule.package for rule in imports.rules()}


def test_imports_name_their_module_whole() -> None:
    """Relative ones would slip through the table."""
    relative = [f"{path}: {name}" for path in files(".py") for name in imports.imported(parsed(path)) if name[0] == "."]

    assert relative == []
