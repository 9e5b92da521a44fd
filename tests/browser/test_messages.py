"""Reading what is stuck in a queue, and getting some of it out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pika import BasicProperties
from pika.adapters.blocking_connection import BlockingChannel
from pika.exchange_type import ExchangeType
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import Opener
from tests.browser.letters import drain, fill, numbers
from tests.browser.steps import expect_done, move_to, outcome, read, tick

CHOSEN = [2, 3, 5, 8, 13]
"""Positions; the first is 1."""


def test_five_of_twenty_stuck_messages_move_and_nothing_else_changes(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "stuck", 20)
    channel.queue_declare("parking", durable=True)
    read(page, "stuck")

    tick(page, CHOSEN)
    expect(page.get_by_role("toolbar")).to_contain_text("5 messages")
    page.get_by_role("button", name="Move to…").click()
    expect(page.get_by_role("heading", name="Move 5 selected messages")).to_be_visible()
    move_to(page, "parking")
    expect(page.locator("[data-review]")).to_contain_text("20 ready")
    expect(page.locator(".sheet__foot")).to_contain_text("5 go, 15 stay")
    page.get_by_role("button", name="Move 5 messages").click()

    expect_done(page, "moved", "5")
    expect(outcome(page, "missing")).to_have_text("0")
    moved, left = drain(channel, "parking", 5), drain(channel, "stuck", 15)
    assert numbers(moved) == [position - 1 for position in CHOSEN]
    assert numbers(left) == [number for number in range(20) if number + 1 not in CHOSEN]
    for letter in left:
        assert letter.routing_key == f"order.created.{letter.number}"
    for letter in moved:
        assert letter.headers["tenant"] == "acme"


def test_moved_to_an_exchange_messages_keep_routing_key_and_headers(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "keyed", 3)
    channel.exchange_declare("elsewhere", ExchangeType.topic, durable=True)
    channel.queue_declare("elsewhere.all", durable=True)
    channel.queue_bind("elsewhere.all", "elsewhere", "#")
    read(page, "keyed")

    tick(page, [2])
    page.get_by_role("button", name="Move to…").click()
    page.get_by_role("radio", name="Exchange").check()
    page.locator("#id_exchange").fill("elsewhere")
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_contain_text("elsewhere.all")
    page.get_by_role("button", name="Move 1 message").click()

    expect_done(page, "moved", "1")
    (letter,) = drain(channel, "elsewhere.all", 1)
    assert letter.routing_key == "order.created.1"
    assert {"number": 1, "tenant": "acme"}.items() <= letter.headers.items()
    assert numbers(drain(channel, "keyed", 2)) == [0, 2]


def test_message_is_read_pretty_with_its_properties_and_headers(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "letters", 2)
    read(page, "letters")

    page.get_by_role("link", name="order.created.1").click()
    message = page.get_by_role("article", name="Message")
    expect(message.get_by_role("heading", name="order.created.1")).to_be_visible()
    lines = message.locator(".json__line")
    expect(lines.filter(has_text="order")).to_contain_text('"order": 1')
    expect(lines.filter(has_text="sku")).to_contain_text('"sku": "A-1"')
    message.get_by_role("link", name="Raw").click()
    expect(message.locator("pre")).to_contain_text('{"order": 1, "items": [{"sku": "A-1"')

    message.get_by_role("link", name="Properties").click()
    expect(message.get_by_role("definition").filter(has_text="m-1")).to_be_visible()
    expect(message).to_contain_text("letters.in")
    message.get_by_role("link", name="Headers").click()
    expect(message.get_by_role("term").filter(has_text="tenant")).to_be_visible()
    expect(message).to_contain_text("acme")


def test_opening_a_message_keeps_what_is_ticked_and_back_shows_the_page_before(
    page: Page, channel: BlockingChannel
) -> None:
    fill(channel, "ticked", 4)
    read(page, "ticked")

    tick(page, [1, 4])
    page.get_by_role("link", name="order.created.2").click()

    expect(page.get_by_role("article", name="Message").get_by_role("heading")).to_have_text("order.created.2")
    expect(page.get_by_role("toolbar")).to_contain_text("2 messages")


def test_keys_walk_the_list_and_select(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "keys", 4)
    read(page, "keys")
    heading = page.get_by_role("article", name="Message").get_by_role("heading", level=2)

    page.keyboard.press("j")
    expect(heading).to_have_text("order.created.1")
    page.keyboard.press("j")
    expect(heading).to_have_text("order.created.2")
    page.keyboard.press("k")
    expect(heading).to_have_text("order.created.1")
    page.keyboard.press("x")

    expect(page.get_by_role("checkbox", name="Select message 2", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("checkbox", name="Select message 2", exact=True)).not_to_be_checked()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("routing_key:order.created.1*", 6),
        ("header.number=3", 1),
        ('body~"acme, inc"', 0),
        ('"sku" -routing_key:order.created.1*', 9),
        ("nowhere", 0),
    ],
)
def test_filter_finds_messages_and_stays_in_the_address(
    page: Page, channel: BlockingChannel, text: str, found: int
) -> None:
    fill(channel, "filtered", 15)
    read(page, "filtered")

    page.get_by_role("searchbox", name="Filter messages").fill(text)
    page.get_by_role("searchbox", name="Filter messages").press("Enter")

    expect(page.locator(".mbar")).to_contain_text(f"{found} of 15 match")
    page.reload()
    expect(page.get_by_role("searchbox", name="Filter messages")).to_have_value(text)
    expect(page.locator(".msg")).to_have_count(found)


def test_times_are_those_of_the_viewer_in_what_is_fetched_later_too(
    opened: Opener, signed_in: StorageState, channel: BlockingChannel
) -> None:
    page = opened(storage_state=signed_in, timezone_id="Asia/Tokyo")
    deaths: list[Any] = [
        {"queue": "first", "reason": "expired", "count": 1, "time": datetime(2026, 3, 12, 14, 2, 11, tzinfo=UTC)}
    ]
    channel.queue_declare("abroad")
    for _ in range(2):
        properties = BasicProperties(headers={"x-death": deaths}, timestamp=1_700_000_000)
        channel.basic_publish("", "abroad", b"", properties)
    read(page, "abroad")
    expect(page.locator("[data-message] time").first).to_have_text(re.compile(r"[\d,]+ d"))

    page.get_by_role("link", name="#2").click()
    page.get_by_role("link", name="Death history").click()

    died = page.get_by_role("article", name="Message").locator("time", has_text="12 Mar")
    expect(died).to_have_text(re.compile("12 Mar( 2026)? 23:02:11"))
    expect(died).to_have_attribute("title", "2026-03-12 14:02:11 UTC")


def test_facets_of_a_narrow_window_are_behind_a_button(
    opened: Opener, signed_in: StorageState, channel: BlockingChannel
) -> None:
    page = opened(storage_state=signed_in, viewport={"width": 1100, "height": 800})
    fill(channel, "narrow", 2)
    read(page, "narrow")
    facets = page.get_by_role("group", name="Facets")
    expect(facets).to_be_hidden()

    page.get_by_role("button", name="Facets").click()
    facets.get_by_role("checkbox", name="order.created.1").check()

    expect(page).to_have_url(re.compile("key=order.created.1"))
    expect(page.get_by_role("checkbox", name="Select message")).to_have_count(1)
