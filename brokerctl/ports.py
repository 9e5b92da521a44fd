"""Choosing ports and listening on them: one that was asked for must be free, a default one gives way to the next."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Collection

from brokerctl.errors import SettingError

log = logging.getLogger(__name__)

TRIES = 100
BACKLOG = 4096


def is_free(hosts: tuple[str, ...], port: int) -> bool:
    """Whether `port` can be bound on every one of these addresses. An address the machine lacks does not count.

    Raises SettingError when a host is neither an address nor a name that has one.
    """
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
        except socket.gaierror as error:
            raise SettingError(f"{host!r} is not an address to listen on: {error.strerror}") from error
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                return False
    return True


def choose(hosts: tuple[str, ...], asked: int | None, default: int, setting: str, but: Collection[int] = ()) -> int:
    """The port to listen on. Raises SettingError when the asked one is taken, or no default in reach is free.

    0 asks the system for any port. Those in `but` are promised to others already.
    """
    if asked == 0:
        return _any_free(hosts, but)
    if asked is not None:
        if asked in but or not is_free(hosts, asked):
            raise SettingError(f"port {asked} is in use: stop what listens there, or set {setting} to another port")
        return asked
    for port in range(default, default + TRIES):
        if port not in but and is_free(hosts, port):
            return port
    raise SettingError(f"no port from {default} to {default + TRIES - 1} is free: set {setting}")


def reach(hosts: tuple[str, ...]) -> str:
    """The host at which a client on this machine finds what listens on these addresses."""
    everywhere = {"127.0.0.1", "localhost", "0.0.0.0"}  # noqa: S104 (recognised, not listened on)
    if everywhere & set(hosts):
        return "127.0.0.1"
    return "::1" if {"::1", "::"} & set(hosts) else hosts[0]


def origin(hosts: tuple[str, ...], port: int) -> str:
    """`reach` and the port as they stand in a URL."""
    host = reach(hosts)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _any_free(hosts: tuple[str, ...], but: Collection[int]) -> int:
    # The same number must be free on every address (127.0.0.1 and ::1), so the system's choice is tried on all.
    for _ in range(TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in but and is_free(hosts, port):
            return port
    raise SettingError("the system has no free port")


def listen(hosts: tuple[str, ...], port: int) -> list[socket.socket]:
    """Bound sockets, one per address. An address the machine lacks (no IPv6) is left out; none at all is an error."""
    sockets = []
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            sockets.append(_bound(family, host, port))
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                log.info("this machine has no address %s; not listening there", host)
                continue
            raise SettingError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    if not sockets:
        raise SettingError(f"this machine has none of the addresses {', '.join(hosts)}")
    return sockets


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
