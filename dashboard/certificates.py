"""Certificates of a broker's row: sealed as passwords are, and what they say of themselves."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from dashboard import secrets


@dataclass(slots=True, frozen=True)
class Tls:
    """PEM texts; each may be empty."""

    ca: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(slots=True, frozen=True)
class Facts:
    """Of one certificate, for people."""

    subject: str
    issuer: str
    ends: datetime

    @property
    def is_over(self) -> bool:
        return self.ends < datetime.now(UTC)


def sealed(tls: Tls) -> bytes:
    """As it lies in the database; nothing for nothing."""
    return secrets.encrypt(json.dumps(asdict(tls))) if tls != Tls() else b""


def opened(stored: bytes) -> Tls:
    """Raises secrets.UndecryptableError when the encryption key changed."""
    return Tls(**json.loads(secrets.decrypt(stored))) if stored else Tls()


def facts(pem: str) -> tuple[Facts, ...]:
    """Of each certificate in the text. Raises ValueError when there is none, or one that cannot be read."""
    found = x509.load_pem_x509_certificates(pem.encode())
    return tuple(
        Facts(each.subject.rfc4514_string(), each.issuer.rfc4514_string(), each.not_valid_after_utc) for each in found
    )


def belongs(certificate: str, key: str) -> bool:
    """Whether the key is the first certificate's. Raises ValueError or TypeError when the key cannot be read."""
    private = serialization.load_pem_private_key(key.encode(), password=None)
    kind, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    public = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
    return private.public_key().public_bytes(kind, form) == public.public_bytes(kind, form)
