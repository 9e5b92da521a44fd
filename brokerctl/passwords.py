"""Password hashes of the embedded broker's users: scrypt, with a salt of their own.

Text form: `scrypt$<log2 N>$<salt>$<hash>`, both in base64. Verifying costs about 50 ms of CPU on purpose; callers
run it in a thread.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

LOG2_N = 14
"""N = 16,384 with r = 8: 16 MiB and about 50 ms, OWASP's floor for interactive logins."""


def hashed(password: str) -> str:
    """A new hash for a password. Every call gives another, because the salt is random."""
    salt = secrets.token_bytes(16)
    return f"scrypt${LOG2_N}${_text(salt)}${_text(_scrypt(password, salt, LOG2_N))}"


def verify(password: str, known: str) -> bool:
    """Whether the password has this hash. False for an empty or foreign hash: such a user has no password."""
    parts = known.split("$")
    if len(parts) != 4 or parts[0] != "scrypt":
        return False
    salt, wanted = base64.b64decode(parts[2]), base64.b64decode(parts[3])
    return hmac.compare_digest(_scrypt(password, salt, int(parts[1])), wanted)


def _scrypt(password: str, salt: bytes, log2_n: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << log2_n, r=8, p=1, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
