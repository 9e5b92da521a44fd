"""A queue may have any name: every page works for it, and none takes it for markup."""

from __future__ import annotations

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from dashboard.words import visible
from tests.browser.letters import drain, fill, numbers
from tests.browser.steps import expect_done, move_to, publish_with_headers, read, tick
from tests.browser.watched import queue_path

HOSTILE = "<b>x</b>/größe ~%2F"
NAMES = [HOSTILE, '"><script>alert(1)</script>', "..", "a:b?c#d&e=f", "  spaces  ", "{{ 7 }}'\\", "雨\n傘"]


@pytest.mark.parametrize("name", NAMES)
def test_queue_is_listed_and_its_page_shows_its_name_and_live_numbers(
    page: Page, channel: BlockingChannel, name: str
) -> None:
    channel.queue_declare(name)
    channel.basic_publish("", name, b"1")
    page.goto(queue_path(name))
    ready = page.locator(".tile", has_text="Ready").locator("dd").first

    title = page.locator("h1")
    expect(title).to_have_js_property("textContent", visible(name))
    expect(ready).to_have_text("1")
    channel.basic_publish("", name, b"2")
    expect(ready).to_have_text("2")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Queues").click()
    link = page.locator(f'tr[data-row="~2F/{queue_path(name).split("/")[5]}"] th a')
    expect(link).to_have_js_property("textContent", visible(name))
    link.click()
    expect(title).to_have_js_property("textContent", visible(name))


def test_longest_name_leaves_the_list_readable(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("x" * 255)
    page.goto("/brokers/local/queues/?q=xxx")

    row = page.get_by_role("row", name="xxx")
    expect(row.locator('[data-spark="depth"]')).to_be_in_viewport()
    expect(row.get_by_role("link")).to_have_attribute("title", "x" * 255)


def test_messages_of_a_hostile_name_are_read_moved_published_and_purged(page: Page, channel: BlockingChannel) -> None:
    other = f"{HOSTILE}/parking"
    fill(channel, HOSTILE, 3)
    channel.queue_declare(other, durable=True)
    page.goto(queue_path(HOSTILE))
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name=f"3 messages ready in {HOSTILE}")).to_be_visible()
    read(page, HOSTILE)

    page.get_by_role("link", name="order.created.1").click()
    expect(page.get_by_role("article", name="Message").get_by_role("heading")).to_have_text("order.created.1")
    tick(page, [2])
    page.get_by_role("button", name="Move to…").click()
    move_to(page, other)
    expect(page.locator(".lane")).to_contain_text(other)
    page.get_by_role("button", name="Move 1 message").click()
    expect_done(page, "moved", "1")
    assert numbers(drain(channel, other, 1)) == [1]

    page.get_by_role("link", name=HOSTILE).click()
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    publish_with_headers(page, HOSTILE)
    expect(page.locator("job-progress .st").first).to_have_text("Confirmed by the broker and routed.")
    page.goto(queue_path(HOSTILE, "purge"))
    page.get_by_role("button", name="Purge 3 messages").click()
    expect_done(page, "purged", "3")
    page.goto("/jobs/")
    expect(page.get_by_role("row", name="Purge 3 messages").filter(has_text=HOSTILE)).to_be_visible()
    page.goto("/brokers/local/exchanges/")
    page.get_by_role("link", name=f"{HOSTILE}.in").click()
    expect(page.get_by_role("heading", name=f"{HOSTILE}.in")).to_be_visible()
    expect(page.get_by_role("link", name=HOSTILE, exact=True)).to_be_visible()
