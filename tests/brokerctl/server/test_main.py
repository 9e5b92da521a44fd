"""`python -m brokerctl serve`; with settings that cannot work: one sentence, exit code 2, and no process left."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import embedded
from tests.support.raw import RawClient

COMMAND = (sys.executable, "-m", "brokerctl", "serve")


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Of a process, without the settings of whoever runs the tests."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    return others | {"POSTROOM_HOME": str(home), "POSTROOM_AMQP_PORT": "0", "POSTROOM_API_PORT": "0", **settings}


def serve(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    chosen = environment(home, **settings)
    return subprocess.run(COMMAND, env=chosen, capture_output=True, text=True, timeout=embedded.START_SECONDS)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Its one sentence; lines of the log may stand before it."""
    assert (done.returncode, done.stdout) == (2, "")
    *before, sentence = done.stderr.splitlines()
    assert all(line.startswith(("INFO ", "WARNING ")) for line in before)
    assert sentence.startswith("The broker cannot start: ")
    return sentence.removeprefix("The broker cannot start: ")


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("POSTROOM_AMQP_PORT", "amqp", "POSTROOM_AMQP_PORT is 'amqp': it takes a whole number from 0 to 65535"),
        ("POSTROOM_LOG_LEVEL", "loud", "POSTROOM_LOG_LEVEL is 'loud': it takes one of DEBUG, INFO, WARNING, ERROR"),
        # An address for documentation (RFC 5737): no machine has it.
        ("POSTROOM_BROKER_HOSTS", "192.0.2.1", "this machine has none of the addresses 192.0.2.1"),
    ],
)
def test_setting_that_cannot_work_is_one_sentence(home: Path, setting: str, value: str, sentence: str) -> None:
    assert said(serve(home, **{setting: value})) == sentence


def test_host_that_is_no_address_is_named(home: Path) -> None:
    sentence = said(serve(home, POSTROOM_BROKER_HOSTS="127.0.0.1.5"))

    assert sentence.startswith("'127.0.0.1.5' is not an address to listen on: ")


def test_port_that_was_asked_for_and_is_taken_is_named(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = said(serve(home, POSTROOM_AMQP_PORT=str(port)))

    assert sentence == f"port {port} is in use: stop what listens there, or set POSTROOM_AMQP_PORT to another port"


def test_home_that_is_a_file_is_named(home: Path) -> None:
    (home / "file").write_text("")

    sentence = said(serve(home / "file"))

    assert sentence == f"{home / 'file' / 'broker'} cannot be made: Not a directory"


def test_broker_says_on_one_line_where_it_is_ready_and_ends_well_when_it_is_told(home: Path) -> None:
    with subprocess.Popen(COMMAND, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as broker:
        try:
            assert broker.stdout is not None
            ready = embedded.READY.match(broker.stdout.readline().decode())
            assert ready is not None
            with RawClient(int(ready[1])) as client:
                client.open()
        finally:
            broker.terminate()
        rest, log = broker.communicate(timeout=embedded.START_SECONDS)

    assert (broker.returncode, rest) == (0, b"")
    assert b"Traceback" not in log


def test_second_broker_on_the_same_folder_does_not_start(home: Path) -> None:
    with embedded.running(home):
        sentence = said(serve(home))

    assert sentence.endswith("is another broker using this folder?")
