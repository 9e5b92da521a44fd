"""Where a peer comes from: whether that is this machine, and which addresses count as one peer."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NETWORK_BITS = 64
"""Of IPv6: a site has at least a /64, so its owner has 2^64 addresses to count as different ones."""


def is_loopback(host: str) -> bool:
    """Whether this address is this machine's own; ::ffff:127.0.0.1 is, and what is no address is not."""
    address = _address(host)
    return address is not None and address.is_loopback


def origin(host: str) -> str:
    """The name under which peers from here are counted together."""
    address = _address(host)
    if address is None:
        return host
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False))
    return str(address)


def _address(host: str) -> Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
