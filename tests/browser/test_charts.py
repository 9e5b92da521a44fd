"""Charts follow their place, are tables for those who want to read or copy them, and tell the viewer's own time."""

from __future__ import annotations

import re

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, StorageState, ViewportSize, expect

from tests.browser.conftest import DESKTOP, Opener
from tests.browser.letters import fill
from tests.browser.watched import queue_path
from tests.support.waiting import wait_until

PHONE: ViewportSize = {"width": 390, "height": 844}
SETTLED_SECONDS = 10
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
EXCHANGE = "/brokers/local/~2F/exchanges/amq.topic/"


def test_a_chart_follows_its_place_when_theme_and_width_change_at_once(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(EXCHANGE)
    canvas = page.locator("rate-chart canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile(r" at \d\d:\d\d:\d\d"))

    for theme, size in ((None, PHONE), (None, DESKTOP), ("light", PHONE), ("dark", DESKTOP)):
        if theme:
            page.evaluate(
                "theme => { document.documentElement.dataset.theme = theme; dispatchEvent(new Event('themechange')) }",
                theme,
            )
        page.set_viewport_size(size)
        wait_until(lambda: _fits(page), within=SETTLED_SECONDS)


def test_a_chart_is_a_table_of_the_same_numbers_in_the_viewers_zone(
    opened: Opener, signed_in: StorageState, channel: BlockingChannel
) -> None:
    fill(channel, "tabled", 3)
    page = opened(storage_state=signed_in, timezone_id="Asia/Kolkata")
    page.goto(queue_path("tabled") + "?range=1m")

    page.get_by_role("button", name="Table of depth").click()

    table = page.get_by_role("table", name="Depth of tabled")
    first = table.locator("tbody tr").first
    expect(table.get_by_role("columnheader")).to_have_text(["Time", "Ready", "Unacked"])
    expect(first.locator("td").first).to_have_text("3")
    expect(page).to_have_url(re.compile(r"\?range=1m&table=depth$"))
    expect(page.locator("rate-chart[kind=depth] canvas")).to_be_hidden()
    expect(page.locator("rate-chart[kind=rates] canvas")).to_be_visible()
    shown, utc = first.locator("time").evaluate("time => [time.textContent, time.title]")
    hours, minutes = (int(part) for part in utc[11:16].split(":"))
    later = hours * 60 + minutes + 330
    assert shown == f"{later // 60 % 24:02}:{later % 60:02}{utc[16:19]}"
    assert utc.endswith(" UTC")

    # What is selected stands still; it goes on when it no longer is.
    table.locator("tbody tr").first.evaluate("row => getSelection().selectAllChildren(row)")
    rows = table.locator("tbody").inner_text()
    fill(channel, "tabled", 5)
    expect(page.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("8")
    assert table.locator("tbody").inner_text() == rows
    page.evaluate("getSelection().empty()")
    expect(first.locator("td").first).to_have_text("8")

    page.reload()
    expect(page.get_by_role("table", name="Depth of tabled").locator("tbody tr").first).to_be_visible()
    page.get_by_role("button", name="Table of depth").click()
    expect(page.locator("rate-chart[kind=depth] canvas")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?range=1m$"))


def _fits(page: Page) -> bool:
    """Whether nothing scrolls sideways, and the chart is as wide as its place."""
    widths = "[document.querySelector('rate-chart canvas').clientWidth, document.querySelector('.plot').clientWidth]"
    canvas, plot = page.evaluate(widths)
    return bool(page.evaluate(FITS)) and canvas == plot
