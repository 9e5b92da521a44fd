"""What the docs say of settings is what the code reads."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

from brokerctl.server import config
from brokerctl.server.config import BrokerConfig
from tests.house.tree import files, parsed, text

BROKER_SETTINGS, DASHBOARD_SETTINGS = Path("brokerctl/README.md"), Path("docs/settings.md")
COMMAND_LINE = Path("docs/cli.md")
CONFIG = Path("brokerctl/server/config.py")
VARIABLE = r"POSTROOM_[A-Z_]+|DATABASE_URL"


def test_every_package_says_what_it_is() -> None:
    packages = [path for path in files(".py") if path.name == "__init__.py" and path.parts[0] != "tests"]

    assert [path for path in packages if not ast.get_docstring(parsed(path))] == []


def test_every_variable_that_is_read_is_described() -> None:
    described = set(re.findall(VARIABLE, text(BROKER_SETTINGS) + text(DASHBOARD_SETTINGS) + text(COMMAND_LINE)))

    assert _read_in("brokerctl", "dashboard", "bench", "docs", "manage.py") - described == set()


def test_every_setting_of_the_dashboard_has_its_row() -> None:
    rows = re.findall(rf"^\| `({VARIABLE})` \| [^|]+ \| [^|]+ \| [^|]+ \|$", text(DASHBOARD_SETTINGS), re.MULTILINE)

    assert sorted(rows) == sorted(_read_in("dashboard"))


def test_the_broker_s_table_is_its_config() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| ([^|]+) \|", text(BROKER_SETTINGS), re.MULTILINE)

    variables = _variables_of_fields()
    assert [(name, variable, default.strip("`")) for name, variable, default in rows] == [
        (field.name, variables[field.name], _shown(field)) for field in dataclasses.fields(BrokerConfig)
    ]


def test_the_broker_knows_the_dashboard_s_variables() -> None:
    """Else `manage.py serve` would warn of its own settings, or refuse to start."""
    assert _read_in("dashboard") - {"DATABASE_URL"} <= set(config.OF_THE_DASHBOARD) | set(
        _variables_of_fields().values()
    )


def test_the_broker_knows_the_command_line_s_variables() -> None:
    known = {*config.OF_THE_COMMAND_LINE, *config.OF_THE_DASHBOARD, *_variables_of_fields().values()}

    assert _read_in("brokerctl/cli") <= known


def _read_in(*tops: str) -> set[str]:
    """Names of variables as whole strings; a sentence that mentions one is not a look-up."""
    strings = {
        node.value
        for path in files(".py")
        if any(path.is_relative_to(top) for top in tops)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {string for string in strings if re.fullmatch(VARIABLE, string)}


def _variables_of_fields() -> dict[str, str]:
    """From `BrokerConfig(frame_max=read.number("POSTROOM_FRAME_MAX", …))`: each field's variable."""
    found = {}
    for node in ast.walk(parsed(CONFIG)):
        if isinstance(node, ast.keyword) and node.arg:
            names = re.findall(rf"['\"]({VARIABLE})['\"]", ast.unparse(node.value))
            found.update({node.arg: names[0]} if names else {})
    return found


def _shown(field: dataclasses.Field[object]) -> str:
    """A default as the table has it."""
    if field.default is None:
        return str(config.DEFAULT_PORTS[field.name])
    if isinstance(field.default, tuple):
        return ",".join(field.default)
    return str(field.default) or "none"
