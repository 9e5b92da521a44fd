from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.views.login import PAUSED, REFUSED, TRIES
from tests.dashboard.people import PASSWORD, browser


def sign_in(client: Client, name: str = "owner", password: str = PASSWORD, following: str = "") -> tuple[int, str]:
    answer = client.post(reverse("login"), {"username": name, "password": password, "next": following})
    return answer.status_code, answer.get("Location", "") or answer.content.decode()


def test_the_right_password_leads_to_where_one_wanted_to_go(owner: User) -> None:
    assert sign_in(Client()) == (302, "/")
    assert sign_in(Client(), following="/jobs/") == (302, "/jobs/")


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_login_leads_nowhere_else(address: str, owner: User) -> None:
    assert sign_in(Client(), following=address) == (302, "/")


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(owner: User) -> None:
    wrong_password, wrong_name = sign_in(Client(), password="x"), sign_in(Client(), name="nobody")

    assert wrong_password[0] == wrong_name[0] == 401
    assert REFUSED in wrong_password[1]
    assert REFUSED in wrong_name[1]


def test_a_disabled_account_is_answered_as_a_wrong_one(owner: User) -> None:
    owner.is_active = False
    owner.save()

    status, text = sign_in(Client())

    assert status == 401
    assert REFUSED in text


def test_too_many_wrong_tries_are_paused_even_with_the_right_password(owner: User, stranger: User) -> None:
    client = Client()
    for _ in range(TRIES):
        sign_in(client, password="guess")

    status, text = sign_in(client)

    assert status == 429
    assert PAUSED in text
    assert sign_in(client, name="stranger") == (302, "/")


def test_a_right_password_forgets_the_wrong_tries(owner: User) -> None:
    for _ in range(TRIES - 1):
        sign_in(Client(), password="guess")
    sign_in(Client())

    assert sign_in(Client(), password="guess")[0] == 401
    assert sign_in(Client())[0] == 302


def test_who_is_logged_in_needs_no_login(owner: User) -> None:
    assert browser(owner).get(reverse("login"))["Location"] == "/"


def test_a_link_logs_nobody_out(owner: User) -> None:
    assert browser(owner).get(reverse("logout")).status_code == 405


def test_logging_out_ends_the_session(owner: User) -> None:
    client = browser(owner)

    answer = client.post(reverse("logout"))

    assert answer["Location"] == reverse("login")
    assert client.get("/")["Location"] == "/login/?next=/"
