"""Password hashes of the embedded broker's users: scrypt, with a salt of their own.

Text form: `scrypt$<log2 N>$<salt>$<hash>`, both in base64. Verifying costs about 50 ms of CPU on purpose; callers
run it in a thread. Users that come from a RabbitMQ bring its hashes, kept as `<algorithm>$<base64>`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

LOG2_N = 14
"""N = 16,384 with r = 8: 16 MiB and about 50 ms, OWASP's floor for interactive logins."""

SCRYPT = "postroom_scrypt"
"""What the management API calls our own algorithm."""

RABBITMQ = {
    "rabbit_password_hashing_sha256": "sha256",
    "rabbit_password_hashing_sha512": "sha512",
    "rabbit_password_hashing_md5": "md5",
}
"""RabbitMQ's algorithms that may come in: four bytes of salt, then the digest of salt and password. MD5 is weak, but
users that are as old as it (before RabbitMQ 3.6) must not lose their passwords on the way."""

RABBITMQ_SALT_BYTES = 4

MAX_BYTES = 1024
"""Of a password. A long one costs time before anybody knows whether it is right."""

_OWN = re.compile(rf"scrypt\${LOG2_N}\$[A-Za-z0-9+/]{{22}}==\$[A-Za-z0-9+/]{{43}}=")


def hashed(password: str) -> str:
    """A new hash for a password. Every call gives another, because the salt is random."""
    salt = secrets.token_bytes(16)
    return f"scrypt${LOG2_N}${_text(salt)}${_text(_scrypt(password, salt, LOG2_N))}"


def verify(password: str, known: str) -> bool:
    """Whether the password has this hash. False for an empty or foreign hash: such a user has no password."""
    parts = known.split("$")
    if len(parts) == 2 and parts[0] in RABBITMQ.values():
        raw = base64.b64decode(parts[1])
        salt, wanted = raw[:RABBITMQ_SALT_BYTES], raw[RABBITMQ_SALT_BYTES:]
        found = hashlib.new(parts[0], salt + password.encode(), usedforsecurity=False).digest()
        return hmac.compare_digest(found, wanted)
    if len(parts) != 4 or parts[0] != "scrypt":
        return False
    salt, wanted = base64.b64decode(parts[2]), base64.b64decode(parts[3])
    return hmac.compare_digest(_scrypt(password, salt, int(parts[1])), wanted)


def of_nobody() -> str:
    """A hash that no password has, and that takes as long to verify as a real one."""
    return f"scrypt${LOG2_N}${_text(secrets.token_bytes(16))}${_text(secrets.token_bytes(32))}"


def is_own(text: str) -> bool:
    """Whether this is a hash as `hashed` makes it. Others could ask for any amount of memory."""
    return _OWN.fullmatch(text) is not None


def from_rabbitmq(hash_base64: str, algorithm: str) -> str | None:
    """A hash of RabbitMQ's as text to keep; None when the algorithm is unknown or the hash is not of its length."""
    digest = RABBITMQ.get(algorithm)
    raw = base64.b64decode(hash_base64, validate=True)
    if digest is None or len(raw) != RABBITMQ_SALT_BYTES + _size(digest):
        return None
    return f"{digest}${hash_base64}"


def for_rabbitmq(password: str) -> str:
    """A new hash as RabbitMQ makes it by default, in base64: SHA-256 with four bytes of salt."""
    salt = secrets.token_bytes(RABBITMQ_SALT_BYTES)
    return _text(salt + hashlib.sha256(salt + password.encode()).digest())


def algorithm_of(hash_base64: str) -> str | None:
    """Which of RabbitMQ's algorithms made a hash, by its length; None when none did. Raises ValueError: no base64."""
    size = len(base64.b64decode(hash_base64, validate=True)) - RABBITMQ_SALT_BYTES
    return next((name for name, digest in RABBITMQ.items() if _size(digest) == size), None)


def described(known: str) -> tuple[str, str]:
    """(hash, algorithm) as the management API tells them, so that both can be sent back."""
    for name, digest in RABBITMQ.items():
        if known.startswith(f"{digest}$"):
            return known.partition("$")[2], name
    return known, SCRYPT


def _scrypt(password: str, salt: bytes, log2_n: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << log2_n, r=8, p=1, dklen=32)


def _size(digest: str) -> int:
    return hashlib.new(digest, usedforsecurity=False).digest_size


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
