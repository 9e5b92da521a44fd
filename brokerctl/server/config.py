"""Every setting of the embedded broker, read from the environment once. `brokerctl/README.md` lists them all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brokerctl.errors import SettingError
from brokerctl.wire.spec import MIN_FRAME_MAX

DEFAULT_AMQP_PORT = 5672
DEFAULT_API_PORT = 15672


@dataclass(slots=True, frozen=True)
class BrokerConfig:
    home: Path = Path("var")
    hosts: tuple[str, ...] = ("127.0.0.1", "::1")
    amqp_port: int | None = None
    """None: 5672, or the next free one. A number asked for that is taken is an error; 0 lets the system choose."""
    api_port: int | None = None
    service_user: str = ""
    service_password: str = ""
    frame_max: int = 131_072
    channel_max: int = 2047
    heartbeat_seconds: int = 60
    handshake_seconds: int = 10
    max_message_bytes: int = 134_217_728
    store_backlog_bytes: int = 67_108_864
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> BrokerConfig:
        """Raises SettingError, naming the variable, when a value cannot work."""
        read = _Reader(environment)
        default = cls()
        config = cls(
            home=Path(environment.get("POSTROOM_HOME") or "var"),
            hosts=tuple((environment.get("POSTROOM_BROKER_HOSTS") or "127.0.0.1,::1").split(",")),
            amqp_port=read.number("POSTROOM_AMQP_PORT", None, 0, 65_535),
            api_port=read.number("POSTROOM_API_PORT", None, 0, 65_535),
            service_user=environment.get("POSTROOM_SERVICE_USER", ""),
            service_password=environment.get("POSTROOM_SERVICE_PASSWORD", ""),
            frame_max=read.number("POSTROOM_FRAME_MAX", default.frame_max, MIN_FRAME_MAX, 2**31 - 1) or 0,
            channel_max=read.number("POSTROOM_CHANNEL_MAX", default.channel_max, 1, 65_535) or 0,
            heartbeat_seconds=read.number("POSTROOM_HEARTBEAT_SECONDS", default.heartbeat_seconds, 0, 65_535) or 0,
            handshake_seconds=read.number("POSTROOM_HANDSHAKE_SECONDS", default.handshake_seconds, 1, 600) or 0,
            max_message_bytes=read.number("POSTROOM_MAX_MESSAGE_BYTES", default.max_message_bytes, 1, 2**29) or 0,
            store_backlog_bytes=read.number("POSTROOM_STORE_BACKLOG_BYTES", default.store_backlog_bytes, 2**20, 2**34)
            or 0,
            log_level=read.choice("POSTROOM_LOG_LEVEL", default.log_level, ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        if bool(config.service_user) != bool(config.service_password):
            raise SettingError("POSTROOM_SERVICE_USER and POSTROOM_SERVICE_PASSWORD go together: set both or neither")
        return config


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def number(self, name: str, default: int | None, low: int, high: int) -> int | None:
        text = self.environment.get(name, "").strip()
        if not text:
            return default
        if not text.isdecimal() or not low <= int(text) <= high:
            raise SettingError(f"{name} is {text!r}: it takes a whole number from {low} to {high}")
        return int(text)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.environment.get(name, "").strip().upper() or default
        if text not in allowed:
            raise SettingError(f"{name} is {text!r}: it takes one of {', '.join(allowed)}")
        return text
