from __future__ import annotations

import pytest

from dashboard.live.origin import is_ours


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://127.0.0.1", "127.0.0.1"),
        ("http://localhost:80", "localhost"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://LOCALHOST:8000", "localhost:8000"),
    ],
)
def test_the_address_that_was_asked_is_ours(origin: str, host: str) -> None:
    assert is_ours(origin, host, is_tls=False)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "localhost:8000",
        "http://evil.example:8000",
        "http://localhost",
        "http://localhost:8001",
        "https://localhost:8000",
        "http://localhost:8000.evil.example",
        "http://localhost:8000/path",
        "http://localhost:8000?x",
        "http://user@localhost:8000",
        "http://[::1",
        "http://localhost:99999",
        "http://localhost:x",
        "file://",
        "http://\x00",
    ],
)
def test_any_other_is_not(origin: str) -> None:
    assert not is_ours(origin, "localhost:8000", is_tls=False)


def test_a_host_we_do_not_serve_is_not_ours_even_when_both_agree() -> None:
    assert not is_ours("http://evil.example", "evil.example", is_tls=False)
    assert not is_ours("http://localhost", "", is_tls=False)
    assert not is_ours("http://localhost", "localhost:x", is_tls=False)


def test_behind_tls_only_https_is_ours() -> None:
    assert is_ours("https://localhost", "localhost", is_tls=True)
    assert not is_ours("http://localhost", "localhost", is_tls=True)
