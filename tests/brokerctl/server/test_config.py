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
    with pytest.raises(SettingError, match=f"{setting} is '{value}'"):
        BrokerConfig.from_environment({setting: value})


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


@pytest.mark.parametrize(("text", "limit"), [("0.5", 0.5), (".25", 0.25), ("1", 1), ("1.0", 1), ("300000000", 3e8)])
def test_memory_limit_is_a_share_or_bytes(text: str, limit: float) -> None:
    assert BrokerConfig.from_environment({"POSTROOM_MEMORY_LIMIT": text}).memory_limit == limit


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "1.5", "60%", "1e9", "nan", "inf"])
def test_memory_limit_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match=f"POSTROOM_MEMORY_LIMIT is '{text}': it takes a share"):
        BrokerConfig.from_environment({"POSTROOM_MEMORY_LIMIT": text})


@pytest.mark.parametrize("value", ["127.0.0.1,,::1", ",", "::1,::1"])
def test_hosts_are_different_addresses(value: str) -> None:
    with pytest.raises(SettingError, match=r"POSTROOM_BROKER_HOSTS is .*: it takes different addresses"):
        BrokerConfig.from_environment({"POSTROOM_BROKER_HOSTS": value})


def test_misspelt_setting_is_refused_because_it_would_not_count() -> None:
    with pytest.raises(SettingError, match=r"POSTROOM_AMQP_PROT is not a setting: is POSTROOM_AMQP_PORT meant\?"):
        BrokerConfig.from_environment({"POSTROOM_AMQP_PROT": "5673"})


def test_setting_of_nobody_is_only_told(caplog: pytest.LogCaptureFixture) -> None:
    BrokerConfig.from_environment({"POSTROOM_FLAVOUR": "vanilla", "POSTROOM_WEB_PORT": "8000", "PATH": "/bin"})

    assert caplog.messages == ["POSTROOM_FLAVOUR is not a setting; it changes nothing"]


def test_port_promised_to_another_door_is_not_chosen_again(taken: int) -> None:
    first = ports.choose(("127.0.0.1",), None, taken, "X")

    assert ports.choose(("127.0.0.1",), None, taken, "X", [first]) > first
