"""The TLS context of a connection: whom we trust, and who we say we are."""

from __future__ import annotations

import os
import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from brokerctl.clients.base import Address
from brokerctl.errors import BrokerUnreachable


def context(address: Address) -> ssl.SSLContext:
    """Raises BrokerUnreachable when the address's certificates cannot be used."""
    try:
        return _context(address.ca, address.certificate, address.key, address.verify_tls)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise BrokerUnreachable(
            f"the certificates for {address.host} cannot be used ({reason}): the client certificate and its key must "
            "be PEM and belong together, without a passphrase"
        ) from error


@lru_cache(64)
def _context(ca: str, certificate: str, key: str, verify: bool) -> ssl.SSLContext:
    # Reading the system's certificates takes some 20 ms, and every session asks.
    made = ssl.create_default_context(cadata=ca or None)
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if certificate:
        _show(made, f"{certificate}\n{key}")
    return made


def _show(made: ssl.SSLContext, pem: str) -> None:
    """OpenSSL takes our certificate from a file only: one that just we can read, for as long as that takes."""
    handle, path = tempfile.mkstemp(prefix="postroom-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(pem)
        # Without a passphrase of its own it would ask on the terminal for one.
        made.load_cert_chain(path, password="")
    finally:
        Path(path).unlink()
