"""Command lines run in this process against a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click
import pytest
from click.testing import CliRunner

from brokerctl.cli import app
from tests.support.brokers import VHOST, Place


@dataclass(slots=True, frozen=True)
class Said:
    """What a command line said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Nothing of the machine's own: no brokers file, no serving Postroom, and the width of a wide terminal."""
    for name in ("POSTROOM_URL", "POSTROOM_BROKER", "POSTROOM_PASSWORD", "POSTROOM_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POSTROOM_BROKERS", str(tmp_path / "brokers.toml"))
    monkeypatch.setenv("POSTROOM_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str, given: str | bytes | None = None) -> Said:
    """A whole command line. CliRunner only takes the place of stdin, stdout and stderr."""
    with CliRunner().isolation(given) as (out, err, _):
        code = app.run(list(arguments))
        said = Said(int(code), out.getvalue().decode(), err.getvalue().decode())
    assert "Traceback" not in said.err
    return said


def at(place: Place) -> str:
    ports = f"{place.address.amqp_port}?api_port={place.address.api_port}"
    return f"amqp://guest@127.0.0.1:{ports}"


@pytest.fixture
def cli(place: Place) -> Command:
    """A command of the tests' vhost, on both brokers."""
    return commands(place)


@pytest.fixture
def ours_cli(ours: Place) -> Command:
    return commands(ours)


def commands(place: Place, vhost: str | None = VHOST) -> Command:
    def call(*arguments: str, given: str | bytes | None = None) -> Said:
        words = list(arguments)
        options = ["--url", at(place)]
        if vhost is not None and takes_vhost(words):
            options += ["--vhost", vhost]
        at_end = words.index("--") if "--" in words else len(words)
        return run(*words[:at_end], *options, *words[at_end:], given=given)

    return call


def takes_vhost(words: list[str]) -> bool:
    found: click.Command = app.root
    for word in words:
        inner = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else None
        if inner is None:
            break
        found = inner
    return any(parameter.name == "vhost" for parameter in found.params)
