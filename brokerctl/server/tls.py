"""TLS of the broker: its certificate, whom it trusts, and how both are read again while it runs.

Contexts only; `listener.py` and `main.py` use them. A new certificate counts for connections to come, open ones stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import ssl
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from brokerctl.errors import SettingError
from brokerctl.server import certificates
from brokerctl.server.config import BrokerConfig

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks at the files. Whoever renews a certificate need not know how to tell us."""

VERIFY = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}

CERTIFICATE = "POSTROOM_BROKER_TLS_CERTIFICATE"
KEY = "POSTROOM_BROKER_TLS_KEY"
CA = "POSTROOM_BROKER_TLS_CA"

OTHERS_WRITE = stat.S_IWOTH
OTHERS_READ_OR_WRITE = stat.S_IROTH | stat.S_IWOTH

Stamp = tuple[tuple[int, int, int], ...]


@dataclass(slots=True, frozen=True)
class Expirations:
    """When the certificates in the broker's own file expire, and those of its CAs. Empty: none, or not to be read."""

    own: list[datetime]
    of_ca: list[datetime]


class Tls:
    """`amqp` and `api` are replaced by every `reload`: ask for them at each handshake."""

    def __init__(self, config: BrokerConfig) -> None:
        """Raises SettingError when a file is missing, cannot be read, is too widely readable, or does not fit."""
        self._config = config
        self._stamp = self._look()
        self.amqp = _context(config, is_asking=True)
        self.api = _context(config, is_asking=False)
        self.expirations = _expirations(config)

    def reload(self) -> None:
        """Read the files again. What is wrong with them is logged, and the old ones stay in use."""
        try:
            amqp, api = _context(self._config, is_asking=True), _context(self._config, is_asking=False)
            expirations = _expirations(self._config)
        except SettingError as error:
            log.error("the old TLS certificate stays in use: %s", error)
            return
        self.amqp, self.api, self.expirations = amqp, api, expirations
        log.info("TLS certificate read again from %s", self._config.tls_certificate)

    async def watch(self) -> None:
        """Reload whenever a file changed, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            stamp = await asyncio.to_thread(self._look)
            if stamp != self._stamp:
                self._stamp = stamp
                self.reload()

    def _look(self) -> Stamp:
        found = []
        for path in (self._config.tls_certificate, self._config.tls_key, self._config.tls_ca):
            # A file that is away is being replaced; its return is another change.
            with contextlib.suppress(OSError):
                state = Path(path).stat()
                found.append((state.st_mtime_ns, state.st_size, state.st_ino))
        return tuple(found)


def _context(config: BrokerConfig, *, is_asking: bool) -> ssl.SSLContext:
    """For one listener. `is_asking`: clients are asked for a certificate, as far as the settings want that."""
    _check_file(CERTIFICATE, config.tls_certificate, OTHERS_WRITE)
    _check_file(KEY, config.tls_key, OTHERS_READ_OR_WRITE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # No tickets: a resumed session is not asked for its certificate again, and connections here live for hours.
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.num_tickets = 0
    try:
        context.load_cert_chain(config.tls_certificate, config.tls_key, password=_no_passphrase)
    except ssl.SSLError as error:
        raise SettingError(_why_not(config, error)) from error
    if is_asking and config.tls_verify_client != "none":
        _check_file(CA, config.tls_ca, OTHERS_WRITE)
        try:
            context.load_verify_locations(config.tls_ca)
        except ssl.SSLError as error:
            raise SettingError(f"{CA} is {config.tls_ca!r}: it holds no certificate in PEM form") from error
        context.verify_mode = VERIFY[config.tls_verify_client]
    return context


def _expirations(config: BrokerConfig) -> Expirations:
    """After `_context`, which found the files to be good."""
    ca = certificates.expirations(Path(config.tls_ca)) if config.tls_ca else []
    return Expirations(certificates.expirations(Path(config.tls_certificate)), ca)


def _why_not(config: BrokerConfig, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{KEY} is {config.tls_key!r}: it is not the key of the certificate {config.tls_certificate!r}"
    if "-----BEGIN CERTIFICATE-----" not in Path(config.tls_certificate).read_text(errors="replace"):
        return f"{CERTIFICATE} is {config.tls_certificate!r}: it holds no certificate in PEM form"
    return f"{KEY} is {config.tls_key!r}: it holds no private key in PEM form, or one for a weak certificate ({error})"


def _no_passphrase() -> str:
    # Without this OpenSSL would ask for one on the terminal, and the broker would hang there.
    raise SettingError(f"{KEY} is encrypted with a passphrase, and nobody is there to type it: keep it without one")


def _check_file(setting: str, path: str, forbidden: int) -> None:
    """Raises SettingError when the file cannot be read, or others on this machine can do what they must not."""
    try:
        with Path(path).open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            file.read(1)
    except OSError as error:
        raise SettingError(f"{setting} is {path!r}: {error.strerror}") from error
    if mode & forbidden:
        done = "read" if mode & stat.S_IROTH & forbidden else "change"
        raise SettingError(
            f"{setting} is {path!r}: everybody on this machine can {done} it (mode {mode:04o}); chmod it"
        )
