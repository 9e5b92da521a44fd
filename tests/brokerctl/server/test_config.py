"""Settings: right ones are read, wrong ones are refused with a sentence that names them."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerctl import ports
from brokerctl.errors import SettingError
from brokerctl.server.config import BrokerConfig


def test_settings_come_from_the_environment() -> None:
    config = BrokerConfig.from_environment(
        {"POSTROOM_HOME": "/x", "POSTROOM_AMQP_PORT": "0", "POSTROOM_CHANNEL_MAX": "7"}
    )

    assert (config.home, config.amqp_port, config.api_port, config.channel_max) == (Path("/x"), 0, None, 7)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("POSTROOM_AMQP_PORT", "http"),
        ("POSTROOM_AMQP_PORT", "70000"),
        ("POSTROOM_FRAME_MAX", "10"),
        ("POSTROOM_HEARTBEAT_SECONDS", "-1"),
        ("POSTROOM_LOG_LEVEL", "loud"),
    ],
)
def test_wrong_setting_is_refused_by_name(setting: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{setting} is '{value}'|{setting} is '{value.upper()}'"):
        BrokerConfig.from_environment({setting: value})


def test_service_user_needs_its_password() -> None:
    with pytest.raises(SettingError, match="go together"):
        BrokerConfig.from_environment({"POSTROOM_SERVICE_USER": "dashboard"})


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_default_port_that_is_taken_gives_way_to_the_next(taken: int) -> None:
    assert ports.choose(("127.0.0.1",), None, taken, "X") > taken


def test_asked_port_that_is_taken_is_an_error(taken: int) -> None:
    with pytest.raises(SettingError, match=f"port {taken} is in use.*POSTROOM_AMQP_PORT"):
        ports.choose(("127.0.0.1", "::1"), taken, 5672, "POSTROOM_AMQP_PORT")


def test_broker_says_in_one_sentence_why_it_cannot_start(tmp_path: Path, taken: int) -> None:
    environment = {"POSTROOM_HOME": str(tmp_path), "POSTROOM_AMQP_PORT": str(taken), "PATH": ""}

    done = subprocess.run([sys.executable, "-m", "brokerctl", "serve"], env=environment, capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.startswith(f"The broker cannot start: port {taken} is in use: stop what listens there")
    assert done.stderr.count("\n") == 1
