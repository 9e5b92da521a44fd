"""Logging in, and the page that says how the brokers are."""

from __future__ import annotations

import re

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener
from tests.browser.watched import Watch, sign_in
from tests.support.serving import PASSWORD, Served

HAVE_NUMBERS = """
async () => {
  const { live } = await import("postroom/live")
  await new Promise(told => live.subscribe("brokers", () => told()))
}
"""


def test_wrong_password_is_said_in_the_card_and_the_right_one_leads_to_a_healthy_broker(
    opened: Opener, postroom: Served, watch: Watch
) -> None:
    watch.expects_status(401)
    page = opened()

    page.goto("/")
    sign_in(page, "admin", "not the password")

    card = page.locator(".sign__card")
    expect(card.get_by_role("alert")).to_have_text("This name and password do not fit. Passwords are case-sensitive.")
    expect(card.get_by_label("User name")).to_have_value("admin")

    card.get_by_label("Password").fill(PASSWORD)
    card.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(f"{postroom.url}/")
    broker = page.get_by_role("article", name="local")
    expect(broker.get_by_text("Healthy")).to_be_visible()
    expect(page.locator("live-indicator")).to_contain_text("Live")


def test_page_asked_for_comes_after_the_login(opened: Opener, postroom: Served) -> None:
    page = opened()

    page.goto("/jobs/")
    sign_in(page, "admin", PASSWORD)

    expect(page).to_have_url(f"{postroom.url}/jobs/")


def test_login_sends_nobody_to_another_site(opened: Opener, postroom: Served) -> None:
    page = opened()

    page.goto("/login/?next=https://example.com/")
    sign_in(page, "admin", PASSWORD)

    expect(page).to_have_url(f"{postroom.url}/")


def test_logged_out_page_shows_nothing_any_more(opened: Opener, postroom: Served) -> None:
    page = opened()
    page.goto("/")
    sign_in(page, "admin", PASSWORD)

    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{postroom.url}/login/")
    page.goto("/brokers/local/queues/")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_chart_that_loads_after_the_first_numbers_draws_them(page: Page) -> None:
    held: list[Route] = []
    page.route("**/rate-chart.js", lambda route: held.append(route))
    with page.expect_request("**/rate-chart.js"):
        page.goto("/", wait_until="commit")
    # The cards have their numbers: the chart's element gets its data while its module still runs.
    expect(page.locator('[data-total="publish"]')).to_be_visible()
    page.evaluate(HAVE_NUMBERS)

    held[0].continue_()

    expect(page.locator("rate-chart canvas")).to_have_attribute(
        "aria-label", re.compile(r"in 0/s, .* at \d\d:\d\d:\d\d")
    )


def test_page_of_the_first_run_notices_the_first_queue(page: Page, channel: BlockingChannel) -> None:
    page.goto("/brokers/local/queues/")
    expect(page.locator('[data-total="count"]')).to_have_text("1")
    page.goto("/")
    expect(page.get_by_role("heading", name="Waiting for the first queue…")).to_be_visible()

    channel.queue_declare("first")

    expect(page.get_by_role("heading", name="Waiting for the first queue…")).to_have_count(0)
    expect(page.get_by_role("article", name="local")).to_contain_text("Healthy")


def test_page_drawn_before_a_broker_answered_shows_its_answer(page: Page) -> None:
    held: list[Route] = []
    card = page.get_by_role("article", name="local")
    page.goto("/")
    # What an earlier test left is forgotten: below nothing would draw the card anew.
    expect(card).to_contain_text("Healthy")
    page.route("**/broker-cards.js", lambda route: held.append(route))
    with page.expect_request("**/broker-cards.js"):
        page.goto("/", wait_until="commit")
    expect(card).to_contain_text("Healthy")
    # As the server draws it until the collector's first look.
    card.evaluate("card => { card.dataset.state = 'connecting' }")
    card.locator(".badge").evaluate("badge => { badge.textContent = 'Connecting' }")

    held[0].continue_()

    expect(card).to_contain_text("Healthy")
