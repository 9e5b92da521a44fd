"""Broker passwords at rest: AES-GCM with a nonce of its own for each, and a key that is not in the database."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = b"\x01"
NONCE_BYTES = 12


class UndecryptableError(Exception):
    """The stored password does not belong to this encryption key: it must be typed again."""


def encrypt(text: str) -> bytes:
    """Version, nonce, ciphertext. The same text encrypts differently each time."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + _cipher().encrypt(nonce, text.encode(), VERSION)


def decrypt(stored: bytes) -> str:
    """Raises UndecryptableError when the key changed or the bytes did."""
    version, nonce, sealed = stored[:1], stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :]
    try:
        return _cipher().decrypt(nonce, sealed, version).decode()
    except (InvalidTag, ValueError) as error:
        raise UndecryptableError(
            "the stored password cannot be decrypted with this encryption key: edit the broker and type it again"
        ) from error


def _cipher() -> AESGCM:
    return AESGCM(bytes.fromhex(settings.ENCRYPTION_KEY))
