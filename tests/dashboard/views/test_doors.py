"""Who gets in: every page for everybody."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, declare
from tests.support.embedded import EmbeddedBroker


@dataclass(frozen=True)
class Page:
    name: str
    role: Role | None
    """The lowest role on the vhost that gets in; None: superusers only."""
    args: tuple[str, ...] = ()
    method: str = "get"


QUEUE, EXCHANGE = ("bench", "/", "doors"), ("bench", "/", "amq.topic")
LISTS = ("connections", "channels", "consumers", "bindings", "vhosts", "unacked")
PAGES = [
    Page("queues", Role.VIEWER, ("bench",)),
    Page("queue", Role.VIEWER, QUEUE),
    Page("exchanges", Role.VIEWER, ("bench",)),
    Page("exchange", Role.VIEWER, EXCHANGE),
    Page("exchange-history", Role.VIEWER, EXCHANGE),
    Page("messages", Role.OPERATOR, QUEUE),
    Page("messages", Role.OPERATOR, QUEUE, "post"),
    Page("queue-publish", Role.OPERATOR, QUEUE),
    Page("queue-publish", Role.OPERATOR, QUEUE, "post"),
    Page("exchange-publish", Role.OPERATOR, EXCHANGE),
    Page("exchange-publish", Role.OPERATOR, EXCHANGE, "post"),
    Page("purge", Role.OPERATOR, QUEUE),
    Page("purge", Role.OPERATOR, QUEUE, "post"),
    Page("move", Role.OPERATOR, QUEUE),
    Page("move", Role.OPERATOR, QUEUE, "post"),
    Page("republish", Role.OPERATOR, QUEUE, "post"),
    Page("queue-add", Role.ADMIN, ("bench",)),
    Page("queue-add", Role.ADMIN, ("bench",), "post"),
    Page("queue-bind", Role.ADMIN, QUEUE),
    Page("queue-bind", Role.ADMIN, QUEUE, "post"),
    Page("queue-delete", Role.ADMIN, QUEUE),
    Page("queue-delete", Role.ADMIN, QUEUE, "post"),
    Page("exchange-add", Role.ADMIN, ("bench",)),
    Page("exchange-add", Role.ADMIN, ("bench",), "post"),
    Page("exchange-bind", Role.ADMIN, EXCHANGE),
    Page("exchange-bind", Role.ADMIN, EXCHANGE, "post"),
    Page("exchange-delete", Role.ADMIN, ("bench", "/", "doors")),
    Page("exchange-delete", Role.ADMIN, ("bench", "/", "doors"), "post"),
    Page("policies", Role.VIEWER, ("bench",)),
    Page("policy-add", Role.ADMIN, ("bench",)),
    Page("policy-add", Role.ADMIN, ("bench",), "post"),
    Page("definitions", Role.ADMIN, ("bench",)),
    Page("definitions", Role.ADMIN, ("bench",), "post"),
    *(Page(name, Role.VIEWER, ("bench",)) for name in LISTS),
    Page("vhost", Role.VIEWER, ("bench", "/")),
    Page("vhost-history", Role.VIEWER, ("bench", "/")),
    Page("held", Role.VIEWER, QUEUE),
    Page("pause", Role.OPERATOR, QUEUE, "post"),
    Page("resume", Role.OPERATOR, QUEUE, "post"),
    Page("connections-close", Role.OPERATOR, ("bench",), "post"),
    Page("user-close", Role.OPERATOR, ("bench", "nobody")),
    Page("user-close", Role.OPERATOR, ("bench", "nobody"), "post"),
    Page("broker-add", None),
    Page("broker-add", None, (), "post"),
    Page("broker-edit", None, ("bench",)),
    Page("broker-edit", None, ("bench",), "post"),
    Page("broker-remove", None, ("bench",)),
    Page("broker-remove", None, ("bench",), "post"),
]
EVERYBODY = [Page("overview", Role.VIEWER), Page("jobs", Role.VIEWER)]
ROLES = [Role.VIEWER, Role.OPERATOR, Role.ADMIN]


def ids(page: object) -> str:
    return f"{page.method}-{page.name}" if isinstance(page, Page) else str(page)


def ask(page: Page, user: User | None) -> tuple[int, str]:
    answer = getattr(browser(user), page.method)(reverse(page.name, args=page.args))
    return answer.status_code, answer.get("Location", "") or answer.content.decode()


@pytest.fixture
def doors(real: EmbeddedBroker, broker: Broker) -> Broker:
    declare(real, "doors")
    with real.connect() as connection:
        connection.channel().exchange_declare("doors", "topic")
    return broker


@pytest.mark.parametrize("page", [*PAGES, *EVERYBODY], ids=ids)
def test_the_owner_gets_in_everywhere(page: Page, doors: Broker, owner: User) -> None:
    status, _ = ask(page, owner)

    assert status in (200, 302)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_member_gets_in_where_the_role_reaches(page: Page, role: Role, doors: Broker) -> None:
    status, text = ask(page, member(doors, role))

    if page.role is None:
        assert status == 404
    elif ROLES.index(role) >= ROLES.index(page.role):
        assert status in (200, 302)
    else:
        assert status == 403
        assert f"Your role on bench, vhost /, is {role.value}; this needs {page.role.value}." in text


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_stranger_finds_nothing(page: Page, doors: Broker, stranger: User) -> None:
    status, text = ask(page, stranger)

    assert status == 404
    assert "127.0.0.1" not in text


@pytest.mark.parametrize("page", [page for page in PAGES if len(page.args) == 3], ids=ids)
def test_another_vhost_does_not_exist_for_a_member(page: Page, doors: Broker) -> None:
    status, _ = ask(page, member(doors, Role.ADMIN, OTHER_VHOST))

    assert status == 404


@pytest.mark.parametrize("page", [*PAGES, *EVERYBODY], ids=ids)
def test_nobody_is_sent_to_the_login_and_back_again(page: Page, doors: Broker) -> None:
    status, location = ask(page, None)

    assert status == 302
    assert location.startswith("/login/?next=/")


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "post"], ids=ids)
def test_every_post_needs_the_token_of_a_page(page: Page, doors: Broker, owner: User) -> None:
    answer = browser(owner, checks_csrf=True).post(reverse(page.name, args=page.args))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["login", "logout"])
def test_logging_in_and_out_need_the_token_of_a_page(name: str, owner: User) -> None:
    assert browser(owner, checks_csrf=True).post(reverse(name)).status_code == 403


def test_a_job_is_for_those_who_see_its_vhost(doors: Broker, owner: User, stranger: User) -> None:
    job = job_row(broker=doors)
    address = reverse("job", args=[job.pk])

    seen = [
        browser(user).get(address).status_code
        for user in (owner, member(doors, Role.VIEWER), member(doors, Role.ADMIN, OTHER_VHOST), stranger, None)
    ]

    assert seen == [200, 200, 404, 404, 302]


def test_only_operators_cancel_a_job(doors: Broker, owner: User, stranger: User) -> None:
    job = job_row(broker=doors)
    address = reverse("job-cancel", args=[job.pk])
    viewer, operator = member(doors, Role.VIEWER), member(doors, Role.OPERATOR)

    assert browser(owner, checks_csrf=True).post(address).status_code == 403
    assert browser(owner).get(address).status_code == 405
    assert browser(stranger).post(address).status_code == 404
    assert browser(viewer).post(address).status_code == 403
    job.refresh_from_db()
    assert job.state == "queued"
    assert browser(operator).post(address).status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_an_overview_of_a_stranger_says_whom_to_ask(doors: Broker, stranger: User) -> None:
    text = browser(stranger).get("/").content.decode()

    assert "An administrator of Postroom can grant you a role on a broker." in text
    assert "bench" not in text


def test_behind_an_address_of_nothing_are_words_not_an_exception(owner: User) -> None:
    answer = browser(owner).get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()
