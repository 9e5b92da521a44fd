from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text

REQUIREMENTS = tuple(path.relative_to(ROOT) for path in sorted(ROOT.glob("requirements*.txt")))
PINNED_WITH_REASON = re.compile(r"[\w.-]+(\[[\w,-]+\])?==\S+ +# \S.+|#.*|-r requirements\S*\.txt|")


@pytest.mark.parametrize("path", REQUIREMENTS, ids=str)
def test_every_requirement_is_pinned_and_says_why(path: Path) -> None:
    assert [line for line in text(path).splitlines() if not PINNED_WITH_REASON.fullmatch(line)] == []


def test_front_end_packages_are_pinned() -> None:
    package = json.loads(text(Path("package.json")))
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}

    assert {name for name, version in versions.items() if not re.fullmatch(r"\d+(\.\d+)+", version)} == set()


def test_the_lock_file_names_no_registry() -> None:
    """An address would send everybody to the registry, or the mirror, of whoever wrote the file last."""
    packages = json.loads(text(Path("package-lock.json")))["packages"]

    assert {name for name, package in packages.items() if "resolved" in package} == set()
