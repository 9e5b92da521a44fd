"""Everything that matters works with plain forms and links, where a browser runs no script."""

from __future__ import annotations

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.conftest import Opener
from tests.browser.letters import drain, fill, numbers
from tests.browser.steps import move_to, outcome, read, tick
from tests.browser.watched import queue_path, sign_in
from tests.support.serving import PASSWORD


@pytest.fixture
def plain(opened: Opener, signed_in: StorageState) -> Page:
    return opened(java_script_enabled=False, storage_state=signed_in)


def reload_until(page: Page, place: Locator, text: str) -> None:
    """What a page has when it is opened may have been seen of the broker a moment before."""
    while place.all_text_contents() != [text]:
        page.reload()


def reload_until_done(page: Page) -> None:
    """As the page of a job says: reload until it has ended."""
    state = page.locator("job-progress .st").first
    expect(state).to_be_visible()
    while "Done" not in state.inner_text():
        with page.expect_navigation():
            page.get_by_role("link", name="Reload").click()


def test_login_and_numbers_of_queues(opened: Opener, channel: BlockingChannel) -> None:
    fill(channel, "plain.list", 4)
    page = opened(java_script_enabled=False)

    page.goto("/brokers/local/queues/?q=plain.list")
    sign_in(page, "admin", PASSWORD)
    expect(page).to_have_url("/brokers/local/queues/?q=plain.list")

    row = page.get_by_role("row", name="plain.list")
    reload_until(page, row.locator('[data-cell="ready"]'), "4")
    row.get_by_role("link", name="plain.list").click()
    expect(page.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("4")
    expect(page.get_by_role("heading", name="plain.list")).to_be_visible()
    # All three tabs' panels are there, one below the other.
    expect(page.get_by_role("link", name="plain.list.in")).to_be_visible()
    expect(page.get_by_text("Nobody consumes from plain.list.")).to_be_visible()


def test_messages_are_read_and_five_of_them_moved(plain: Page, channel: BlockingChannel) -> None:
    fill(channel, "plain", 8)
    channel.queue_declare("plain.parking", durable=True)
    read(plain, "plain")

    plain.get_by_role("link", name="order.created.1").click()
    expect(plain.locator(".json__line").filter(has_text="order")).to_contain_text('"order": 1')
    plain.get_by_role("link", name="Headers").click()
    expect(plain.get_by_role("article", name="Message")).to_contain_text("acme")
    tick(plain, [1, 2, 4, 5, 8])
    plain.get_by_role("button", name="Move to…").click()
    move_to(plain, "plain.parking")
    expect(plain.locator(".sheet__foot")).to_contain_text("5 go, 3 stay")
    plain.get_by_role("button", name="Move 5 messages").click()
    reload_until_done(plain)

    expect(outcome(plain, "moved")).to_have_text("5")
    assert numbers(drain(channel, "plain.parking", 5)) == [0, 1, 3, 4, 7]
    assert numbers(drain(channel, "plain", 3)) == [2, 5, 6]


def test_nothing_ticked_is_never_taken_for_everything(plain: Page, channel: BlockingChannel) -> None:
    fill(channel, "plain.none", 2)
    read(plain, "plain.none")

    plain.get_by_role("button", name="Move to…").click()

    expect(plain.get_by_text("Choose messages first: tick the boxes beside them.")).to_be_visible()
    assert numbers(drain(channel, "plain.none", 2)) == [0, 1]


def test_purge_refuses_a_wrong_name_and_takes_the_right_one(plain: Page, channel: BlockingChannel) -> None:
    fill(channel, "plain.purged", 101)
    plain.goto(queue_path("plain.purged", "purge"))

    typed = plain.get_by_role("textbox", name="Type plain.purged to confirm")
    typed.fill("plain")
    plain.get_by_role("button", name="Purge 101 messages").click()
    expect(plain.locator("#typed_name_problem")).to_have_text("Type plain.purged to purge more than 100 messages.")
    typed.fill("plain.purged")
    plain.get_by_role("button", name="Purge 101 messages").click()
    reload_until_done(plain)

    assert drain(channel, "plain.purged", 0) == []


def test_message_is_published_with_three_headers(plain: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("plain.posted")
    plain.goto(queue_path("plain.posted", "publish"))

    plain.get_by_label("Body", exact=True).fill("first line\nsecond line")
    for number in range(3):
        if number == plain.get_by_label("Header name").count():
            plain.get_by_role("button", name="Add a header").click()
        plain.get_by_label("Header name").nth(number).fill(f"name-{number}")
        plain.get_by_label("Header value").nth(number).fill(f"value-{number}")
    plain.get_by_role("button", name="Review").click()
    expect(plain.locator("[data-review]")).to_contain_text("goes to plain.posted")
    plain.get_by_role("button", name="Publish 1 message").click()

    expect(plain.get_by_text("Confirmed by the broker and routed.")).to_be_visible()
    (letter,) = drain(channel, "plain.posted", 1)
    assert letter.body == b"first line\nsecond line"
    assert letter.headers == {"name-0": "value-0", "name-1": "value-1", "name-2": "value-2"}


def test_theme_and_live_controls_are_not_offered(plain: Page) -> None:
    plain.goto("/")

    expect(plain.get_by_role("heading", name="Overview")).to_be_visible()
    expect(plain.get_by_text("Not live without JavaScript")).to_be_visible()
    expect(plain.get_by_text("Connecting…")).not_to_be_visible()
    expect(plain.get_by_role("button", name="Switch theme")).not_to_be_visible()
    expect(plain.get_by_role("button", name="10m")).not_to_be_visible()
