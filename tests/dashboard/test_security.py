"""What every answer carries."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from tests.dashboard.people import PASSWORD, browser

NONCE = re.compile(r"'nonce-([A-Za-z0-9_-]{20,})'")
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>")


def test_scripts_come_from_here_and_an_inline_one_carries_the_nonce_of_its_answer(owner: User) -> None:
    client = browser(owner)
    first, second = client.get("/"), client.get("/")

    nonces = [found[1] for answer in (first, second) if (found := NONCE.search(answer["Content-Security-Policy"]))]
    inline = SCRIPT.findall(first.content.decode())

    assert len(set(nonces)) == 2
    assert inline
    assert all(f'nonce="{nonces[0]}"' in attributes for attributes in inline)
    assert "unsafe" not in first["Content-Security-Policy"]
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in first["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/", "/login/", "/jobs/", "/health/", "/nowhere/", "/brokers/none/queues/"])
def test_no_page_is_kept_framed_or_guessed_at(address: str, owner: User) -> None:
    answer = browser(owner).get(address)

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Content-Security-Policy" in answer


def test_pages_have_no_inline_style_or_handler(owner: User) -> None:
    for address in ("/", "/jobs/", "/brokers/new/"):
        text = browser(owner).get(address).content.decode()

        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", text)


def test_cookies_are_for_the_server_only(owner: User) -> None:
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "owner", "password": PASSWORD})

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_another_host_name_is_refused(owner: User) -> None:
    answer = browser(owner).get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "Traceback" not in answer.content.decode()


def test_a_broken_page_is_a_sentence_and_never_a_stack(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    monkeypatch.setattr("dashboard.access.visible_operations", None)

    answer = client.get("/jobs/")

    text = answer.content.decode()
    assert answer.status_code == 500
    assert "Traceback" not in text
    assert "TypeError" not in text


def test_a_database_that_is_away_is_said_and_not_taken_for_a_fault(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(owner)

    def away(user: User) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("dashboard.access.visible_operations", away)

    answer = client.get("/jobs/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database does not answer" in answer.content.decode()
    assert "connection refused" not in answer.content.decode()
