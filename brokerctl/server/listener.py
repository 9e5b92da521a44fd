"""Listening sockets on every address of this machine that was asked for."""

from __future__ import annotations

import errno
import logging
import socket

from brokerctl.errors import SettingError

log = logging.getLogger(__name__)

BACKLOG = 1024


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
