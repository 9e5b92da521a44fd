"""How this installation is set up and what it is made of: values in effect with their source, and versions."""

from __future__ import annotations

import json
import logging
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

import brokerctl

ENVIRONMENT, DEFAULT, MADE_UP = "environment", "default", "made up, in secrets.json"


@dataclass(slots=True, frozen=True)
class Setting:
    name: str
    """Of the environment variable."""
    what: str
    value: str
    """In effect; of a secret only whether there is one."""
    source: str


@dataclass(slots=True, frozen=True)
class Version:
    name: str
    version: str


SECRET = "set, not shown"  # noqa: S105 (words for people)


def _database() -> str:
    """Without the password that an address may hold."""
    found: dict[str, Any] = settings.DATABASES["default"]
    return f"{connection.display_name}, {found['NAME']}" + (f" at {found['HOST']}" if found.get("HOST") else "")


SETTINGS: tuple[tuple[str, str, Callable[[], object]], ...] = (
    ("POSTROOM_HOME", "Folder of the database, secrets and the embedded broker's files", lambda: settings.HOME),
    ("DATABASE_URL", "Database", _database),
    ("POSTROOM_ALLOWED_HOSTS", "Names by which people reach Postroom", lambda: ", ".join(settings.ALLOWED_HOSTS)),
    ("POSTROOM_TLS", "People come by https", lambda: _yes(settings.IS_BEHIND_TLS)),
    ("POSTROOM_COLLECT_SECONDS", "Seconds between looks at other brokers", lambda: settings.COLLECT_EXTERNAL_SECONDS),
    ("POSTROOM_BROKER_HOST", "Where the embedded broker is found", lambda: settings.BROKER_HOST),
    ("POSTROOM_AMQP_PORT", "Its AMQP port", lambda: settings.BROKER_AMQP_PORT),
    ("POSTROOM_API_PORT", "Port of its management API", lambda: settings.BROKER_API_PORT),
    ("POSTROOM_SERVICE_USER", "Our user in it", lambda: settings.BROKER_USER),
    ("POSTROOM_REDIS_URL", "Cache and channel layer of several web processes", lambda: _redis()),
    ("POSTROOM_LOG_LEVEL", "Log level", lambda: logging.getLevelName(logging.getLogger().level)),
    ("POSTROOM_DEBUG", "Django's error pages, for development only", lambda: _yes(settings.DEBUG)),
    ("POSTROOM_SECRET_KEY", "Signs sessions", lambda: SECRET),
    ("POSTROOM_ENCRYPTION_KEY", "Encrypts passwords and keys of brokers", lambda: SECRET),
    ("POSTROOM_SERVICE_PASSWORD", "Of our user in the embedded broker", lambda: SECRET),
)  # fmt: skip

MADE = frozenset({"POSTROOM_SECRET_KEY", "POSTROOM_ENCRYPTION_KEY", "POSTROOM_SERVICE_PASSWORD"})

PACKAGES = ("Django", "channels", "uvicorn", "celery", "kombu", "pika", "httpx", "cryptography", "regex", "starlette")
FRONT_END = ("chart.js", "@fontsource-variable/inter")


def effective() -> tuple[Setting, ...]:
    """Every setting, as this process has it."""
    return tuple(Setting(name, what, str(value()), _source(name)) for name, what, value in SETTINGS)


def versions() -> tuple[Version, ...]:
    found = [Version("Postroom", brokerctl.__version__), Version("Python", platform.python_version())]
    found += [Version(each, metadata.version(each)) for each in PACKAGES]
    found.append(Version(connection.display_name, _database_version()))
    found += [Version(name.rpartition("/")[2], _front_end(name)) for name in FRONT_END]
    return (*found, Version("Machine", f"{platform.system()} {platform.release()}, {platform.machine()}"))


def _source(name: str) -> str:
    if os.environ.get(name):
        return ENVIRONMENT
    return MADE_UP if name in MADE else DEFAULT


def _redis() -> str:
    return SECRET if settings.REDIS_URL else "none: memory"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _database_version() -> str:
    return ".".join(map(str, connection.get_database_version()))


def _front_end(name: str) -> str:
    """From the package as npm put it there."""
    path = Path(settings.BASE) / "node_modules" / name / "package.json"
    return str(json.loads(path.read_text())["version"]) if path.is_file() else "not installed"
