from __future__ import annotations

from typing import Any

import pytest

from dashboard import secrets


def test_what_was_encrypted_comes_back() -> None:
    assert secrets.decrypt(secrets.encrypt("pässword")) == "pässword"
    assert secrets.decrypt(secrets.encrypt("")) == ""


def test_the_same_password_looks_different_each_time_and_never_like_itself() -> None:
    first, second = secrets.encrypt("hunter2"), secrets.encrypt("hunter2")

    assert first != second
    assert b"hunter2" not in first


def test_another_key_is_a_sentence(settings: Any) -> None:
    sealed = secrets.encrypt("x")
    settings.ENCRYPTION_KEY = "00" * 32

    with pytest.raises(secrets.UndecryptableError, match="edit the broker and type it again"):
        secrets.decrypt(sealed)


@pytest.mark.parametrize("at", [0, 1, 12, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(secrets.encrypt("x"))
    sealed[at] ^= 1

    with pytest.raises(secrets.UndecryptableError):
        secrets.decrypt(bytes(sealed))


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x01" * 13])
def test_what_was_never_encrypted_is_noticed(stored: bytes) -> None:
    with pytest.raises(secrets.UndecryptableError):
        secrets.decrypt(stored)
