"""Lists by hand and by keys: chosen, found, ordered; nothing moves under the pointer."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pika
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import scripts_run

LIST = "/brokers/local/queues/?q=listed-&sort=-ready"


def fill(channel: BlockingChannel, name: str, count: int) -> None:
    channel.queue_declare(name)
    for _ in range(count):
        channel.basic_publish("", name, b"x", pika.BasicProperties())


def names(page: Page) -> list[str]:
    return page.locator("tbody [data-row] .tbl__name").all_text_contents()


def test_rows_go_where_they_belong_but_not_under_the_pointer(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "listed-a", 3)
    fill(channel, "listed-b", 1)
    page.goto(LIST)
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    page.mouse.move(5, 5)

    page.locator("tbody [data-row]").first.hover()
    fill(channel, "listed-b", 9)
    expect(page.get_by_role("row", name="listed-b").locator('[data-cell="ready"]')).to_have_text("10")
    expect(page.get_by_text("order paused")).to_be_visible()
    assert names(page) == ["listed-a", "listed-b"]

    page.mouse.move(5, 5)
    expect(page.locator("tbody [data-row] .tbl__name").first).to_have_text("listed-b")
    expect(page.get_by_text("order paused")).to_be_hidden()


def test_rows_that_were_on_their_way_wait_for_the_pointer_to_leave(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "listed-b", 1)
    page.goto(LIST)
    rows = page.locator("tbody [data-row]")
    expect(rows).to_have_count(1)
    held: list[Route] = []
    page.route(f"**{LIST}", lambda route: held.append(route))

    page.mouse.move(5, 5)
    with page.expect_request(f"**{LIST}"):
        fill(channel, "listed-a", 3)
    rows.first.hover()
    held[0].continue_()

    expect(page.get_by_text("order paused")).to_be_visible()
    assert names(page) == ["listed-b"]
    page.unroute(f"**{LIST}")
    page.mouse.move(5, 5)
    expect(page.locator("tbody [data-row] .tbl__name")).to_have_text(["listed-a", "listed-b"])


def test_queues_are_chosen_by_keys_and_purged_together(
    page: Page, channel: BlockingChannel, management: httpx.Client
) -> None:
    for name in ("listed-a", "listed-b", "listed-c"):
        fill(channel, name, 2)
    page.goto("/brokers/local/queues/?q=listed-&sort=name")
    expect(page.locator("tbody [data-row]")).to_have_count(3)
    bar = page.get_by_role("group", name="Selection")
    expect(bar).to_be_hidden()

    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(bar).to_contain_text("3 queues")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select this page").check()
    page.get_by_role("checkbox", name="Select listed-c").uncheck()
    expect(bar).to_contain_text("2 queues")
    bar.get_by_role("button", name="Purge…").click()

    expect(page.get_by_role("heading", name="Purge 2 queues?")).to_be_visible()
    button = page.get_by_role("button", name="Purge 4 messages")
    expect(button).to_be_disabled()
    page.get_by_label("to confirm").fill("2")
    button.click()

    expect(page.locator("job-progress")).to_contain_text("Done with 2 queues, 4 messages.")
    left = {queue["name"]: queue["messages"] for queue in management.get("/queues/%2F").json()}
    assert left == {"listed-a": 0, "listed-b": 0, "listed-c": 2}


def test_columns_are_chosen_and_a_view_becomes_a_tab(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("listed-a")
    page.goto("/brokers/local/queues/?q=listed-")
    # How many a view has is counted when the page is opened.
    expect(page.get_by_role("row", name="listed-a")).to_be_visible()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Policy", exact=True).check()
    page.get_by_role("checkbox", name="Features", exact=True).uncheck()
    page.get_by_role("button", name="Move Ready up").click()
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page).to_have_url(re.compile(r"columns=vhost,type,ready,state,"))
    expect(page.get_by_role("columnheader", name="Policy")).to_be_visible()
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Keep this filter").fill("Mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("^Mine 1"))).to_have_attribute("aria-current", "true")

    page.locator("summary", has_text="Save view").click()
    page.get_by_role("button", name="Remove the view Mine").click()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="As it was").click()
    expect(page.get_by_role("columnheader", name="Features")).to_be_visible()


def test_the_palette_finds_by_part_of_a_name_and_goes_there(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("listed-palette")
    # Its second key counts for less than a second after the first: here the time stands still.
    page.clock.set_fixed_time(datetime.now(UTC))
    page.goto("/brokers/local/queues/")
    expect(page.get_by_role("row", name="listed-palette")).to_be_visible()

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find queues")
    expect(field).to_be_focused()
    field.fill("palet")
    option = page.get_by_role("option", name=re.compile("^listed-palette"))
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Browse messages of listed-palette")).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/queues/listed-palette/$"))
    scripts_run(page)

    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Needs attention", exact=True)).to_be_visible()
    scripts_run(page)
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Single keys act").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("/attention/")
