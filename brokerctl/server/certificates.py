"""A client's certificate as text: its subject as RFC 4514 spells it, and the user name that EXTERNAL takes from it.

Only certificates that OpenSSL verified against the CA, the whole chain of them, ever get here. And of the broker's own
files, when they expire.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509

log = logging.getLogger(__name__)

SHORT = {
    "surname": "SN",
    "givenName": "GIVENNAME",
    "initials": "INITIALS",
    "generationQualifier": "GENERATIONQUALIFIER",
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "title": "TITLE",
    "countryName": "C",
    "serialNumber": "SERIALNUMBER",
    "pseudonym": "PSEUDONYM",
    "domainComponent": "DC",
    "emailAddress": "EMAILADDRESS",
    "streetAddress": "STREET",
    "userId": "UID",
}
"""OpenSSL's names of attributes, as RabbitMQ writes them: people have made users of these."""

ESCAPED = frozenset('"+,;<>\\')

RelativeNames = Sequence[Sequence[tuple[str, str]]]


def user_name(handshake: ssl.SSLObject, login_from: str) -> str:
    """The user that the client's certificate stands for; empty without one, or when it has no such name.

    `login_from` is 'distinguished_name' or 'common_name'; several common names are joined by commas, as RabbitMQ does.
    """
    subject = cast(RelativeNames, (handshake.getpeercert() or {}).get("subject", ()))
    if login_from == "distinguished_name":
        return distinguished(subject)
    return ",".join(value for each in subject for kind, value in each if kind == "commonName")


def shown(handshake: ssl.SSLObject) -> tuple[str, str, str]:
    """(subject, issuer, validity) of the client's certificate; empty texts without one."""
    certificate = cast(dict[str, Any], handshake.getpeercert() or {})
    if not certificate:
        return "", "", ""
    validity = f"{certificate['notBefore']} - {certificate['notAfter']}"
    return distinguished(certificate["subject"]), distinguished(certificate["issuer"]), validity


def expirations(file: Path) -> list[datetime]:
    """When each certificate of a file in PEM form expires; empty when one is stranger than OpenSSL minds."""
    try:
        return [each.not_valid_after_utc for each in x509.load_pem_x509_certificates(file.read_bytes())]
    except ValueError as error:
        log.warning("when the certificates in %s expire cannot be told: %s", file, error)
        return []


def distinguished(names: RelativeNames) -> str:
    """A name as RFC 4514 writes it: the last part first, special characters escaped."""
    parts = ["+".join(f"{SHORT.get(kind, kind)}={_escaped(value)}" for kind, value in each) for each in names]
    return ",".join(reversed(parts))


def _escaped(value: str) -> str:
    last = len(value) - 1
    return "".join(
        f"\\{char}" if char in ESCAPED or (char in " #" and not at) or (char == " " and at == last) else _visible(char)
        for at, char in enumerate(value)
    )


def _visible(char: str) -> str:
    # RabbitMQ escapes every byte that is not printable ASCII, so the name of a user is, too.
    return char if " " <= char < "~" else "".join(f"\\{byte:02X}" for byte in char.encode())
