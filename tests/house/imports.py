"""Who may import whom: the table of docs/architecture.md, and what each file really imports."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.house.tree import ROOT, files, parsed, text

TABLE = Path("docs/architecture.md")
ROW = re.compile(r"^\| (brokerctl[.\w]*|dashboard[.\w]*) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)

ALSO: dict[str, set[str]] = {
    # Puts the embedded broker together.
    "brokerctl/server/main.py": {"brokerctl.management"},
    # Fills the interface by which the management API sees the server.
    "brokerctl/server/door.py": {"brokerctl.management.door"},
    "brokerctl/__main__.py": {"brokerctl"},
    "dashboard/management/commands/serve.py": {"brokerctl.server.main"},
    "dashboard/management/commands/runbroker.py": {"brokerctl.server.main"},
}


@dataclass(slots=True, frozen=True)
class Rule:
    package: str
    allowed: frozenset[str]
    never: frozenset[str]


def rules() -> list[Rule]:
    return [
        Rule(package, _names(package, allowed), _names(package, never))
        for package, allowed, never in ROW.findall(text(TABLE))
    ]


def parts_of_brokerctl() -> set[str]:
    found = {path.relative_to("brokerctl").parts[0].removesuffix(".py") for path in files(".py") if _is_ours(path)}
    return {f"brokerctl.{part}" for part in found - {"__init__", "__main__"}}


def violations(rule: Rule) -> list[str]:
    """`file: import` of everything that the rule does not allow to its package."""
    found = []
    for path in files(".py"):
        if not within(module(path), {rule.package}):
            continue
        allowed = rule.allowed | ALSO.get(path.as_posix(), set()) | {rule.package}
        found += [
            f"{path}: {name}"
            for name in imported(parsed(path))
            if within(name, rule.never) or not (_is_open(rule, name) or within(name, allowed))
        ]
    return found


def imported(tree: ast.Module) -> list[str]:
    """Also those inside functions; `from a import b` is `a.b`, because b may be a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
    return found


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def within(name: str, packages: set[str] | frozenset[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def _is_open(rule: Rule, name: str) -> bool:
    """Whether the table has nothing to say: of the standard library, and in the dashboard of any library."""
    if name in ("brokerctl", "brokerctl.__version__"):
        return True
    top = name.split(".")[0]
    if rule.package.startswith("dashboard"):
        return top not in ("", "brokerctl")
    return top in sys.stdlib_module_names


def _names(package: str, cell: str) -> frozenset[str]:
    words = re.findall(r"[\w.]+", cell)
    if not package.startswith("brokerctl"):
        return frozenset(words)
    ours = {path.stem for path in (ROOT / "brokerctl").iterdir()}
    return frozenset(f"brokerctl.{word}" if word.split(".")[0] in ours else word for word in words)


def _is_ours(path: Path) -> bool:
    return path.suffix == ".py" and path.parts[0] == "brokerctl"
