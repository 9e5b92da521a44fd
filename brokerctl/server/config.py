"""Every setting of the embedded broker, read from the environment once. `brokerctl/README.md` lists them all.

Here each value is read by itself; `startup.py` looks at what they mean together and at the files they name.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brokerctl.errors import SettingError
from brokerctl.wire.spec import MIN_FRAME_MAX

log = logging.getLogger(__name__)

DEFAULT_PORTS = {"amqp_port": 5672, "api_port": 15672, "amqp_tls_port": 5671, "api_tls_port": 15671}

HOSTS = ("127.0.0.1", "::1")
VERIFY = ("none", "optional", "required")
METRICS_ACCESS = ("monitoring", "anybody")
NAMED_BY = ("distinguished_name", "common_name")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

OF_THE_COMMAND_LINE = tuple(f"POSTROOM_{name}" for name in ("URL", "BROKER", "BROKERS", "USER", "PASSWORD"))
"""A shell that names a broker for commands may start ours, too (docs/cli.md)."""

OF_THE_DASHBOARD = tuple(
    f"POSTROOM_{name}"
    for name in (
        "WEB_PORT",
        "WEB_HOSTS",
        "ALLOWED_HOSTS",
        "TLS",
        "ADMIN_PASSWORD",
        "SECRET_KEY",
        "ENCRYPTION_KEY",
        "DEBUG",
        "REDIS_URL",
        "CELERY_BROKER_URL",
        "BROKER_HOST",
        "ANSWER_SECONDS",
        "COLLECT_SECONDS",
        "HISTORY_FINE_HOURS",
        "HISTORY_MIDDLE_DAYS",
        "HISTORY_COARSE_DAYS",
        "HISTORY_QUEUES",
    )
)
"""`manage.py serve` hands everything to everybody, so the broker sees these and must not take them for typos."""

TYPO = 0.85
"""How alike two names are (difflib's ratio) for one to be the other misspelt."""


@dataclass(slots=True, frozen=True)
class BrokerConfig:
    home: Path = Path("var")
    hosts: tuple[str, ...] = HOSTS
    amqp_port: int | None = None
    """None: 5672, or the next free one. A number asked for that is taken is an error; 0 lets the system choose."""
    api_port: int | None = None
    tls_certificate: str = ""
    """Empty: no TLS."""
    tls_key: str = ""
    tls_ca: str = ""
    tls_verify_client: str = "none"
    tls_login_from: str = "distinguished_name"
    tls_hosts: tuple[str, ...] = HOSTS
    amqp_tls_port: int | None = None
    api_tls_port: int | None = None
    service_user: str = ""
    service_password: str = ""
    frame_max: int = 131_072
    channel_max: int = 2047
    heartbeat_seconds: int = 60
    tls_handshake_seconds: int = 5
    handshake_seconds: int = 10
    half_open_max: int = 1000
    half_open_per_address: int = 100
    consumer_timeout_seconds: int = 1800
    consumers_per_channel: int = 10_000
    max_message_bytes: int = 16_777_216
    unfinished_bytes: int = 33_554_432
    unread_bytes: int = 2_097_152
    store_backlog_bytes: int = 16_777_216
    queue_memory_bytes: int = 67_108_864
    segment_bytes: int = 16_777_216
    memory_limit: float = 0.6
    """Up to 1 a share of the machine's or container's memory, above that bytes."""
    disk_free_limit_bytes: int = 50_000_000
    metrics_access: str = "monitoring"
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> BrokerConfig:
        """Raises SettingError, naming the variable, when a value cannot work."""
        read, default = _Reader(environment), cls()
        config = cls(
            home=Path(read.text("POSTROOM_HOME") or "var"),
            hosts=read.hosts("POSTROOM_BROKER_HOSTS"),
            amqp_port=read.port("POSTROOM_AMQP_PORT"),
            api_port=read.port("POSTROOM_API_PORT"),
            tls_certificate=read.text("POSTROOM_BROKER_TLS_CERTIFICATE"),
            tls_key=read.text("POSTROOM_BROKER_TLS_KEY"),
            tls_ca=read.text("POSTROOM_BROKER_TLS_CA"),
            tls_verify_client=read.choice("POSTROOM_BROKER_TLS_VERIFY_CLIENT", default.tls_verify_client, VERIFY),
            tls_login_from=read.choice("POSTROOM_BROKER_TLS_LOGIN_FROM", default.tls_login_from, NAMED_BY),
            tls_hosts=read.hosts("POSTROOM_BROKER_TLS_HOSTS"),
            amqp_tls_port=read.port("POSTROOM_AMQP_TLS_PORT"),
            api_tls_port=read.port("POSTROOM_API_TLS_PORT"),
            service_user=read.text("POSTROOM_SERVICE_USER"),
            service_password=read.exactly("POSTROOM_SERVICE_PASSWORD"),
            frame_max=read.number("POSTROOM_FRAME_MAX", default.frame_max, MIN_FRAME_MAX, 2**31 - 1),
            channel_max=read.number("POSTROOM_CHANNEL_MAX", default.channel_max, 1, 65_535),
            heartbeat_seconds=read.number("POSTROOM_HEARTBEAT_SECONDS", default.heartbeat_seconds, 0, 65_535),
            tls_handshake_seconds=read.number("POSTROOM_TLS_HANDSHAKE_SECONDS", default.tls_handshake_seconds, 1, 600),
            handshake_seconds=read.number("POSTROOM_HANDSHAKE_SECONDS", default.handshake_seconds, 1, 600),
            half_open_max=read.number("POSTROOM_HALF_OPEN_MAX", default.half_open_max, 1, 1_000_000),
            half_open_per_address=read.number(
                "POSTROOM_HALF_OPEN_PER_ADDRESS", default.half_open_per_address, 1, 1_000_000
            ),
            consumer_timeout_seconds=read.number(
                "POSTROOM_CONSUMER_TIMEOUT_SECONDS", default.consumer_timeout_seconds, 0, 2**31
            ),
            consumers_per_channel=read.number(
                "POSTROOM_CONSUMERS_PER_CHANNEL", default.consumers_per_channel, 1, 1_000_000
            ),
            max_message_bytes=read.number("POSTROOM_MAX_MESSAGE_BYTES", default.max_message_bytes, 1, 2**29),
            unfinished_bytes=read.number("POSTROOM_UNFINISHED_BYTES", default.unfinished_bytes, 2**16, 2**34),
            unread_bytes=read.number("POSTROOM_UNREAD_BYTES", default.unread_bytes, 2**20, 2**34),
            store_backlog_bytes=read.number("POSTROOM_STORE_BACKLOG_BYTES", default.store_backlog_bytes, 2**20, 2**34),
            queue_memory_bytes=read.number("POSTROOM_QUEUE_MEMORY_BYTES", default.queue_memory_bytes, 2**16, 2**40),
            segment_bytes=read.number("POSTROOM_SEGMENT_BYTES", default.segment_bytes, 2**16, 2**30),
            memory_limit=read.share_or_bytes("POSTROOM_MEMORY_LIMIT", default.memory_limit),
            disk_free_limit_bytes=read.number("POSTROOM_DISK_FREE_LIMIT", default.disk_free_limit_bytes, 0, 2**50),
            metrics_access=read.choice("POSTROOM_METRICS_ACCESS", default.metrics_access, METRICS_ACCESS),
            log_level=read.choice("POSTROOM_LOG_LEVEL", default.log_level, LEVELS),
        )
        read.check_names()
        return config


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._known = {*OF_THE_DASHBOARD, *OF_THE_COMMAND_LINE}

    def exactly(self, name: str) -> str:
        self._known.add(name)
        return self._environment.get(name, "")

    def text(self, name: str) -> str:
        return self.exactly(name).strip()

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name)
        return self._number(name, text, low, high) if text else default

    def share_or_bytes(self, name: str, default: float) -> float:
        text = self.text(name)
        if not text:
            return default
        if text.isdecimal() and int(text) > 1:
            return int(text)
        if not re.fullmatch(r"[01]|0?\.\d+|1\.0*", text) or not float(text):
            raise SettingError(f"{name} is {text!r}: it takes a share of the memory above 0 and up to 1, or bytes")
        return float(text)

    def port(self, name: str) -> int | None:
        text = self.text(name)
        return self._number(name, text, 0, 65_535) if text else None

    def hosts(self, name: str) -> tuple[str, ...]:
        text = self.text(name)
        if not text:
            return HOSTS
        hosts = tuple(host.strip() for host in text.split(","))
        if not all(hosts) or len(set(hosts)) < len(hosts):
            raise SettingError(f"{name} is {text!r}: it takes different addresses, with a comma between them")
        return hosts

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name) or default
        for each in allowed:
            if each.casefold() == text.casefold():
                return each
        raise SettingError(f"{name} is {text!r}: it takes one of {', '.join(allowed)}")

    def check_names(self) -> None:
        """When everything is read: a variable POSTROOM_… that nobody reads may be a known one misspelt."""
        for name in sorted(self._environment):
            if not name.startswith("POSTROOM_") or name in self._known:
                continue
            alike = difflib.get_close_matches(name, self._known, n=1, cutoff=TYPO)
            if alike:
                # A limit or a TLS setting that silently does not count is worse than no start.
                raise SettingError(f"{name} is not a setting: is {alike[0]} meant?")
            log.warning("%s is not a setting; it changes nothing", name)

    @staticmethod
    def _number(name: str, text: str, low: int, high: int) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise SettingError(f"{name} is {text!r}: it takes a whole number from {low} to {high}")
        return int(text)
