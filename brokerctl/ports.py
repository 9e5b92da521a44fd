"""Choosing ports: one that was asked for must be free, a default one gives way to the next."""

from __future__ import annotations

import errno
import socket

from brokerctl.errors import SettingError

TRIES = 100


def is_free(hosts: tuple[str, ...], port: int) -> bool:
    """Whether `port` can be bound on every one of these addresses. An address the machine lacks does not count."""
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                return False
    return True


def choose(hosts: tuple[str, ...], asked: int | None, default: int, setting: str) -> int:
    """The port to listen on. Raises SettingError when the asked one is taken, or no default in reach is free.

    0 asks the system for any port.
    """
    if asked == 0:
        return _any_free(hosts)
    if asked is not None:
        if not is_free(hosts, asked):
            raise SettingError(f"port {asked} is in use: stop what listens there, or set {setting} to another port")
        return asked
    for port in range(default, default + TRIES):
        if is_free(hosts, port):
            return port
    raise SettingError(f"no port from {default} to {default + TRIES - 1} is free: set {setting}")


def _any_free(hosts: tuple[str, ...]) -> int:
    # The same number must be free on every address (127.0.0.1 and ::1), so the system's choice is tried on all.
    for _ in range(TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if is_free(hosts, port):
            return port
    raise SettingError("the system has no free port")
