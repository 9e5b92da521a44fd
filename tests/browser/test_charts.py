"""Charts follow their place, are tables for those who want to read or copy them, and tell the viewer's own time,
and are zoomed into by mouse, buttons and keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import cast

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, StorageState, ViewportSize, expect

from tests.browser.conftest import DESKTOP, Opener
from tests.browser.letters import fill
from tests.browser.test_outdated import AWAY_MS
from tests.browser.watched import Watch, queue_path
from tests.support.waiting import wait_until

PHONE: ViewportSize = {"width": 390, "height": 844}
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
LIVE = re.compile(r"\?range=1m$")
ZOOMED = re.compile(r"\?range=1m&from=(\d+)&to=(\d+)$")
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
        wait_until(lambda: _fits(page))


def test_marks_that_could_not_be_fetched_are_asked_for_again(
    page: Page, channel: BlockingChannel, watch: Watch
) -> None:
    channel.queue_declare("forgetful")
    purged = {"points": [], "marks": [[datetime.now(UTC).timestamp(), "purged"]], "step": 1}
    marks = "[...document.querySelectorAll('rate-chart')].map(chart => chart.marks.map(mark => mark[1]))"
    watch.expects_status(503)
    page.clock.install()
    page.route("**/history/?range=1m", lambda route: route.fulfill(json=purged))
    page.route("**/history/?range=1m", lambda route: route.fulfill(status=503), times=1)

    with page.expect_response(lambda answer: answer.status == 503):
        page.goto(queue_path("forgetful") + "?range=1m")
    page.clock.run_for(AWAY_MS)

    wait_until(lambda: page.evaluate(marks) == [["purged"], ["purged"]])


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
    # With its day in front, where it is tomorrow in Kolkata by now.
    shown, utc = first.locator("time").evaluate("time => [time.textContent, time.title]")
    hours, minutes = (int(part) for part in utc[11:16].split(":"))
    later = hours * 60 + minutes + 330
    assert shown.endswith(f"{later // 60 % 24:02}:{later % 60:02}{utc[16:19]}")
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


def test_a_span_that_was_dragged_over_stands_still_until_the_zoom_is_reset(
    page: Page, channel: BlockingChannel
) -> None:
    fill(channel, "zoomed", 2)
    page.goto(queue_path("zoomed") + "?range=1m")
    depth, rates = (page.locator(f"rate-chart[kind={kind}] canvas") for kind in ("depth", "rates"))
    wait_until(lambda: len(_points(page)) >= 5)

    with page.expect_response(re.compile("&to=")) as past:
        _drag(page, 0.98, 0.6)
    past.value.finished()

    expect(page).to_have_url(ZOOMED)
    expect(depth).to_have_attribute(
        "aria-label", re.compile(r"^Depth of zoomed from .* to .*: ready up to 2, unacked up to 0$")
    )
    expect(rates).to_have_attribute("aria-label", re.compile(r"^Rates of zoomed from "))
    # Its tooltip goes with the mouse, at the next frame; what the server kept is drawn by then.
    page.mouse.move(0, 0)
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    address, points, picture = page.url, _points(page), _picture(page)
    fill(channel, "zoomed", 3)
    expect(page.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("5")
    assert (page.url, _points(page), _picture(page)) == (address, points, picture)

    page.reload()
    expect(depth).to_have_attribute("aria-label", re.compile(r"^Depth of zoomed from "))
    page.get_by_role("button", name="Reset zoom").click()
    expect(page).to_have_url(LIVE)
    expect(depth).to_have_attribute("aria-label", re.compile(r"^Depth of zoomed: ready 5, "))
    _drag(page, 0.5, 0.505)
    expect(page).to_have_url(LIVE)


def test_keys_and_a_double_click_zoom_as_well(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("keyed")
    # The range ends now, and a span near its beginning would leave it: here the time stands still.
    page.clock.set_fixed_time(datetime.now(UTC))
    page.goto(queue_path("keyed") + "?range=1m")
    reset = page.get_by_role("button", name="Reset zoom")

    page.keyboard.press("+")
    expect(reset).to_be_visible()
    from_, to = _span(page)
    assert to - from_ == 30
    page.keyboard.press("<")
    wait_until(lambda: _span(page) == (from_ - 15, to - 15))
    page.keyboard.press("+")
    wait_until(lambda: _span(page) in ((from_ - 8, to - 23), (from_ - 7, to - 22)))
    page.keyboard.press("-")
    wait_until(lambda: _span(page)[1] - _span(page)[0] == 30)
    page.keyboard.press("-")
    expect(reset).to_be_hidden()
    expect(page).to_have_url(LIVE)
    page.keyboard.press("+")
    expect(page).to_have_url(ZOOMED)
    page.locator("rate-chart[kind=rates] canvas").dblclick()
    expect(page).to_have_url(LIVE)
    page.keyboard.press("+")
    page.get_by_role("button", name="10m").click()
    expect(page).to_have_url(re.compile(r"\?range=10m$"))


def test_charts_of_a_whole_broker_go_back_as_far_as_each_of_them_can(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "whole", 3)
    channel.basic_get("whole", auto_ack=True)
    page.goto("/brokers/local/nodes/?range=8h")
    queued, got = (page.locator(f"rate-chart[kind={kind}]") for kind in ("queued", "broker-get"))

    # What only the feed holds is drawn, though the page is asked for more than that is.
    wait_until(lambda: bool(got.evaluate("chart => chart.points.length")))
    page.get_by_role("button", name="1m", exact=True).click()
    expect(queued.locator("canvas")).to_have_attribute("aria-label", re.compile(r"ready 2, unacked 0, total 2 at "))
    page.get_by_role("button", name="Table of queued messages").click()
    table = page.get_by_role("table", name="Queued messages of local")
    expect(table.locator("tbody tr").first.locator("td").nth(2)).to_have_text("2")


def _points(page: Page) -> list[list[float]]:
    return cast(list[list[float]], page.evaluate("document.querySelector('rate-chart[kind=depth]').points"))


def _picture(page: Page) -> str:
    return cast(str, page.evaluate("document.querySelector('rate-chart[kind=depth] canvas').toDataURL()"))


def _span(page: Page) -> tuple[int, int]:
    """That the address names."""
    expect(page).to_have_url(ZOOMED)
    found = re.search(ZOOMED, page.url)
    assert found is not None
    return int(found[1]), int(found[2])


def _drag(page: Page, start: float, end: float) -> None:
    """Over the chart of depth, by shares of its width."""
    box = page.locator("rate-chart[kind=depth] canvas").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], middle, steps=4)
    page.mouse.up()


def _fits(page: Page) -> bool:
    """Whether nothing scrolls sideways, and the chart is as wide as its place."""
    widths = "[document.querySelector('rate-chart canvas').clientWidth, document.querySelector('.plot').clientWidth]"
    canvas, plot = page.evaluate(widths)
    return bool(page.evaluate(FITS)) and canvas == plot
