"""Which broker a command is for: by URL, by its name in the brokers file, or the embedded one of this machine.

A brokers file (POSTROOM_BROKERS, else postroom/brokers.toml in the folder for configurations) holds

    [brokers.production]
    url = "amqps://ops@rabbit.example.com/orders"
    password_env = "RABBIT_PASSWORD"   # or password_file, or password in a file that only its owner can read
    verify_tls = true
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from brokerctl.cli import passwords
from brokerctl.cli.exits import Exit, Problem
from brokerctl.clients.base import Address

URL, BROKER, FILE, HOME, USER = (
    "POSTROOM_URL", "POSTROOM_BROKER", "POSTROOM_BROKERS", "POSTROOM_HOME", "POSTROOM_USER",
)  # fmt: skip
AMQP_PORT, API_PORT = "POSTROOM_AMQP_PORT", "POSTROOM_API_PORT"
DEFAULT_AMQP_PORT, DEFAULT_API_PORT = 5672, 15672
AMQPS_PORT, HTTPS_PORT = 5671, 443
"""Hosted brokers have their management API where every web page is."""
SCHEMES = ("amqp", "amqps", "http", "https")
KEYS = {"url", "password", "password_file", "password_env", "verify_tls"}


@dataclass(slots=True, frozen=True)
class Chosen:
    name: str
    """How messages call it."""
    address: Address
    vhost: str


@dataclass(slots=True, frozen=True)
class Asked:
    """What the command line says."""

    broker: str | None = None
    url: str | None = None
    password_file: Path | None = None
    timeout_seconds: float = 10.0
    verify_tls: bool = True


def choose(asked: Asked) -> Chosen:
    """The first of: --url, --broker, POSTROOM_URL, POSTROOM_BROKER, the embedded broker. Raises Problem."""
    if asked.url is not None and asked.broker is not None:
        raise Problem("say either --broker or --url", Exit.USAGE)
    if asked.url is not None:
        if urlsplit(asked.url).password is not None:
            raise Problem(
                f"others can read a password on the command line: set {passwords.VARIABLE} or use --password-file",
                Exit.USAGE,
            )
        return _of_url(asked.url, asked, {})
    if asked.broker is not None:
        return _named(asked.broker, asked)
    if url := os.environ.get(URL):
        return _of_url(url, asked, {})
    if name := os.environ.get(BROKER):
        return _named(name, asked)
    return _embedded(asked)


def names() -> list[str]:
    """Of the brokers file; none when there is no file."""
    path = file()
    return sorted(_brokers(path)) if path.exists() else []


def file() -> Path:
    if given := os.environ.get(FILE):
        return Path(given)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "postroom" / "brokers.toml"


def _named(name: str, asked: Asked) -> Chosen:
    path = file()
    found = _brokers(path).get(name)
    if found is None:
        known = ", ".join(names()) or "none"
        raise Problem(f"{path} has no broker {name!r}; there is {known}", Exit.USAGE)
    unknown = found.keys() - KEYS
    if unknown:
        raise Problem(f"{path}: [brokers.{name}] has {sorted(unknown)[0]!r}; use {', '.join(sorted(KEYS))}", Exit.USAGE)
    url = found.get("url")
    if not isinstance(url, str):
        raise Problem(f"{path}: [brokers.{name}] needs a url", Exit.USAGE)
    if "password" in found or urlsplit(url).password:
        passwords.check_private(path)
    return _of_url(url, asked, found, name)


def _brokers(path: Path) -> dict[str, dict[str, Any]]:
    try:
        document = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise Problem(f"there is no brokers file {path}", Exit.USAGE) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"cannot read {path}: {error}", Exit.USAGE) from error
    found = document.get("brokers")
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise Problem(f"{path} needs a table for each broker, as in [brokers.production]", Exit.USAGE)
    return found


def _of_url(url: str, asked: Asked, more: dict[str, Any], name: str = "") -> Chosen:
    try:
        parts = urlsplit(url)
        port, query = parts.port, {key: values[-1] for key, values in parse_qs(parts.query).items()}
        ports: dict[str, int] = {key: int(query[key]) for key in ("amqp_port", "api_port") if key in query}
    except ValueError as error:
        raise Problem(f"{_hidden(url)} is not a URL of a broker: {error}", Exit.USAGE) from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise Problem(
            f"{_hidden(url)} is not a URL of a broker: it is like amqps://user@host/vhost or http://user@host:15672",
            Exit.USAGE,
        )
    is_tls = parts.scheme in ("amqps", "https")
    own = "amqp_port" if parts.scheme.startswith("amqp") else "api_port"
    if port is not None:
        ports.setdefault(own, port)
    user = unquote(parts.username or "") or os.environ.get(USER, passwords.GUEST)
    address = Address(
        parts.hostname,
        ports.get("amqp_port", AMQPS_PORT if is_tls else DEFAULT_AMQP_PORT),
        ports.get("api_port", HTTPS_PORT if is_tls else DEFAULT_API_PORT),
        user,
        _password(parts, user, asked, more),
        amqp_tls=is_tls,
        api_tls=is_tls,
        verify_tls=asked.verify_tls and more.get("verify_tls", True) is not False,
        timeout_seconds=asked.timeout_seconds,
    )
    vhost = unquote(parts.path[1:]) if own == "amqp_port" and len(parts.path) > 1 else "/"
    return Chosen(name or parts.hostname, address, vhost)


def _password(parts: SplitResult, user: str, asked: Asked, more: dict[str, Any]) -> str:
    if asked.password_file is not None:
        return passwords.from_file(asked.password_file)
    if parts.password is not None:
        return unquote(parts.password)
    if isinstance(more.get("password"), str):
        return str(more["password"])
    if "password_file" in more:
        return passwords.from_file(Path(str(more["password_file"])).expanduser())
    if "password_env" in more:
        return passwords.from_variable(str(more["password_env"]))
    return passwords.find(user, parts.hostname or "")


def _embedded(asked: Asked) -> Chosen:
    """Where a running `manage.py serve` says its broker is, else at the broker's own ports."""
    host, amqp_port, api_port = "127.0.0.1", _port(AMQP_PORT, DEFAULT_AMQP_PORT), _port(API_PORT, DEFAULT_API_PORT)
    home = Path(os.environ.get(HOME) or Path(__file__).resolve().parents[2] / "var")
    try:
        told = json.loads((home / "serving.json").read_text())
        host, amqp_port, api_port = str(told["host"]), int(told["amqp_port"]), int(told["api_port"])
    except (OSError, ValueError, KeyError, TypeError):
        # None runs here, or one that was killed while it wrote: then it is where it is by default, or nowhere.
        pass
    user = os.environ.get(USER, passwords.GUEST)
    given = asked.password_file
    password = passwords.from_file(given) if given is not None else passwords.find(user, "the embedded broker")
    address = Address(host, amqp_port, api_port, user, password, timeout_seconds=asked.timeout_seconds)
    return Chosen("the embedded broker", address, "/")


def _port(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    if value and not value.isdecimal():
        raise Problem(f"{name} is {value!r}: it takes a port", Exit.USAGE)
    return int(value) if value else default


def _hidden(url: str) -> str:
    """Without what stands before the @, which may be a password."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
