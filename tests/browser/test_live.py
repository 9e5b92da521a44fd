"""Numbers, rows and charts move by themselves, and the page says when they do not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.watched import add_broker, queue_path, remove_broker
from tests.support import embedded
from tests.support.serving import Served
from tests.support.waiting import wait_until

TUTORIAL = """
import pika

connection = pika.BlockingConnection(pika.ConnectionParameters('localhost', {port}))
channel = connection.channel()
channel.queue_declare('api_events')
channel.basic_publish(exchange='', routing_key='api_events', body='Hello World!')
connection.close()
"""
PUBLISH = 3
"""Where a chart's point has its publish rate: [second, ready, unacked, publish, deliver, ack]."""


def test_queue_and_message_of_pikas_tutorial_appear_in_the_open_list(
    page: Page, postroom: Served, channel: BlockingChannel
) -> None:
    page.goto("/brokers/local/queues/")
    expect(page.locator("live-indicator")).to_contain_text("Live")
    page.evaluate("document.body.dataset.loaded = 'once'")

    subprocess.run([sys.executable, "-c", TUTORIAL.format(port=postroom.amqp_port)], check=True)

    row = page.get_by_role("row", name="api_events")
    expect(row.locator('[data-cell="ready"]')).to_have_text("1")
    assert page.evaluate("document.body.dataset.loaded") == "once"


def test_charts_of_a_queue_move_under_traffic(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("charted")
    page.goto(queue_path("charted") + "?range=1m")
    expect(page.locator("rate-chart[kind=depth] canvas")).to_have_attribute("aria-label", re.compile("ready 0, "))
    before = _picture(page)

    _publish(channel, "charted", 40)
    wait_until(lambda: bool(_busy_seconds(page)))
    first = max(_busy_seconds(page))
    # What comes in the same second would make that one's point higher, and no other.
    wait_until(lambda: _seconds(page)[-1] > first)
    _publish(channel, "charted", 60)

    wait_until(lambda: max(_busy_seconds(page)) > first)
    legend = page.locator(".legend").filter(has_text="Unacked")
    expect(legend.locator('[data-cell="ready"]')).to_have_text("100")
    expect(page.locator("rate-chart[kind=depth] canvas")).to_have_attribute("aria-label", re.compile("ready 100, "))
    assert _picture(page) != before


def test_range_is_shared_by_the_charts_and_kept_in_the_address(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("ranged")
    page.goto(queue_path("ranged"))

    page.get_by_role("button", name="1h").click()
    expect(page).to_have_url(re.compile(r"\?range=1h$"))
    page.reload()

    expect(page.get_by_role("button", name="1h")).to_have_attribute("aria-pressed", "true")


def test_indicator_says_that_the_socket_is_cut_and_numbers_are_fresh_when_it_is_back(
    page: Page, channel: BlockingChannel
) -> None:
    channel.queue_declare("cut")
    line = Line(page)
    page.clock.install()
    page.goto(queue_path("cut"))
    indicator = page.locator("live-indicator")
    expect(indicator).to_contain_text("Live")
    # "Reconnecting…" lasts seven seconds of the page's time: none of them pass while the test is held up.
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 60"))
    expect(indicator).to_contain_text("Live")

    line.cut()
    _publish(channel, "cut", 7)
    page.clock.fast_forward(4_000)
    expect(indicator).to_contain_text("Reconnecting…")
    page.clock.fast_forward(8_000)
    expect(indicator).to_contain_text(re.compile(r"Stale · \d+s"))
    expect(page).to_have_title(re.compile(r"\(stale\)$"))
    expect(page.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("0")

    line.mend()
    page.clock.resume()
    page.clock.fast_forward(15_000)
    expect(indicator).to_contain_text("Live")
    expect(page.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("7")
    expect(page).not_to_have_title(re.compile("stale"))


def test_paused_page_stands_still_until_it_goes_on(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("paused")
    page.goto(queue_path("paused"))
    indicator, ready = page.locator("live-indicator"), page.locator(".tile", has_text="Ready").locator("dd").first
    expect(indicator).to_contain_text("Live")

    page.keyboard.press("Space")
    expect(indicator).to_contain_text("Paused")
    _publish(channel, "paused", 3)
    # A second page has the new number: this one had its chance.
    other = page.context.new_page()
    other.goto(queue_path("paused"))
    expect(other.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("3")
    expect(ready).to_have_text("0")

    page.keyboard.press("Space")
    expect(ready).to_have_text("3")


def test_hidden_tab_rests_says_what_is_critical_and_is_up_to_date_when_it_is_seen_again(
    page: Page, channel: BlockingChannel
) -> None:
    channel.queue_declare("brimful", arguments={"x-max-length": 1})
    _publish(channel, "brimful", 1)
    channel.queue_declare("unseen")
    page.clock.install()
    with page.expect_websocket() as opened:
        page.goto(queue_path("unseen"))
    socket = opened.value
    ready = page.locator(".tile", has_text="Ready").locator("dd").first
    expect(page.locator("side-bar .nav__n--crit")).to_be_visible()
    expect(page).to_have_title(re.compile("^unseen"))

    _hide(page, is_hidden=True)
    expect(page).to_have_title(re.compile(r"^\(\d+\) unseen"))
    page.clock.fast_forward(6_000)
    # The answer to its glance: the server has also read that it wants nothing else any more.
    with socket.expect_event("framereceived", _is_glance):
        page.clock.fast_forward(20_000)
    _publish(channel, "unseen", 4)
    other = page.context.new_page()
    other.goto(queue_path("unseen"))
    expect(other.locator(".tile", has_text="Ready").locator("dd").first).to_have_text("4")
    page.clock.fast_forward(20_000)
    expect(ready).to_have_text("0")
    expect(page.locator("live-indicator")).to_contain_text("Live")

    _hide(page, is_hidden=False)
    expect(ready).to_have_text("4")
    expect(page).to_have_title(re.compile("^unseen"))


def test_what_happened_to_an_open_queue_is_marked_in_its_charts_and_ranges_reach_a_month_back(
    page: Page, channel: BlockingChannel
) -> None:
    channel.queue_declare("eventful")
    tag = channel.basic_consume("eventful", lambda *_: None)
    # The list has what the collector saw; the queue's own page asks the broker when that saw nothing yet.
    page.goto("/brokers/local/queues/?q=eventful")
    expect(page.get_by_role("row", name="eventful").locator('[data-cell="consumers"]')).to_have_text("1")
    page.goto(queue_path("eventful") + "?range=1m")
    consumers = page.locator(".tile", has_text="Consumers").locator("dd").first
    expect(consumers).to_have_text("1")

    channel.basic_cancel(tag)

    marks = "document.querySelector('rate-chart[kind=depth]').marks.map(mark => mark[1])"
    wait_until(lambda: page.evaluate(marks) == ["consumers lost"])
    for name in ("8h", "30d"):
        page.get_by_role("button", name=name).click()
        expect(page).to_have_url(re.compile(rf"\?range={name}$"))
        wait_until(lambda: page.evaluate(marks) == ["consumers lost"])


def test_killed_broker_is_shown_unreachable_with_its_last_numbers_and_comes_back(page: Page, tmp_path: Path) -> None:
    broker = embedded.start(tmp_path)
    ports = {"POSTROOM_AMQP_PORT": str(broker.amqp_port), "POSTROOM_API_PORT": str(broker.api_port)}
    try:
        with broker.connect() as connection:
            channel = connection.channel()
            channel.queue_declare("kept", durable=True)
            _publish(channel, "kept", 3)
        add_broker(page, "mortal", broker.amqp_port, broker.api_port)
        expect(page.get_by_role("row", name="kept")).to_be_visible()
        listed = page.context.new_page()
        listed.goto("/brokers/mortal/queues/")
        note, mark = listed.get_by_text("mortal does not answer."), listed.get_by_label("unreachable")
        page.goto("/")
        card = page.get_by_role("article", name="mortal")
        expect(card).to_contain_text("Healthy")
        expect(note.or_(mark)).to_have_count(0)

        broker.kill()

        expect(note).to_be_visible()
        expect(mark).to_be_visible()
        expect(listed.get_by_role("row", name="kept")).to_be_in_viewport()
        expect(card).to_contain_text("Unreachable")
        expect(card.locator('[data-cell="ready"]')).to_have_text("3")
        expect(card.locator(".broker__body")).to_have_class(re.compile("is-stale"))
        page.goto("/brokers/mortal/queues/")
        expect(page.get_by_text("mortal does not answer.")).to_be_visible()
        expect(page.get_by_role("row", name="kept").locator('[data-cell="ready"]')).to_have_text("3")
        page.goto("/")

        broker = embedded.start(tmp_path, **ports)

        expect(card).to_contain_text("Healthy")
        expect(note.or_(mark)).to_have_count(0)
        listed.close()
        remove_broker(page, "mortal")
        expect(page.get_by_role("article", name="mortal")).to_have_count(0)
    finally:
        broker.stop()


def test_list_of_a_broker_without_queues_does_not_wait_for_ever(page: Page, tmp_path: Path) -> None:
    broker = embedded.start(tmp_path)
    try:
        add_broker(page, "empty", broker.amqp_port, broker.api_port)

        expect(page.get_by_role("heading", name="No pigeonholes yet")).to_be_visible()
        expect(page.get_by_text("for the first time")).to_have_count(0)
        remove_broker(page, "empty")
    finally:
        broker.stop()


def test_consumer_that_comes_and_goes_is_in_the_open_page(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("visited")
    page.goto(queue_path("visited") + "#consumers")
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("Nobody consumes from visited.")

    tag = channel.basic_consume("visited", lambda *_: None, consumer_tag="the visitor")
    expect(panel).to_contain_text("the visitor")
    expect(page.get_by_role("tab", name="Consumers 1")).to_be_visible()
    channel.basic_cancel(tag)

    expect(panel).to_contain_text("Nobody consumes from visited.")


def test_rates_of_an_open_exchange_move(page: Page, channel: BlockingChannel) -> None:
    page.goto("/brokers/local/~2F/exchanges/amq.topic/")
    rate = page.locator(".tile", has_text="In").locator('[data-cell="in"]')
    expect(rate).to_have_text("0")

    def is_moving() -> bool:
        for _ in range(20):
            channel.basic_publish("amq.topic", "nowhere", b"")
        return rate.text_content() not in ("0", "–")

    wait_until(is_moving)


class Line:
    """The page's websocket, led through the test so that it can be cut."""

    def __init__(self, page: Page) -> None:
        self._is_cut = False
        self._open: list[WebSocketRoute] = []
        page.route_web_socket("**/live/", lambda socket: self._route(socket))

    def cut(self) -> None:
        self._is_cut = True
        while self._open:
            self._open.pop().close()

    def mend(self) -> None:
        self._is_cut = False

    def _route(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
        else:
            socket.connect_to_server()
            self._open.append(socket)


def _hide(page: Page, *, is_hidden: bool) -> None:
    """As the browser tells a page: a tab of the tests is never in the background."""
    page.evaluate(
        "is => { Object.defineProperty(document, 'hidden', { value: is, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        is_hidden,
    )


def _is_glance(frame: str | bytes) -> bool:
    message = json.loads(frame)
    return bool(message["type"] == "snapshot" and message["feed"] == "frame")


def _publish(channel: BlockingChannel, queue: str, count: int) -> None:
    for number in range(count):
        channel.basic_publish("", queue, str(number).encode())


def _points(page: Page) -> list[list[float]]:
    return cast(list[list[float]], page.evaluate("document.querySelector('rate-chart[kind=rates]').points"))


def _seconds(page: Page) -> list[float]:
    return [point[0] for point in _points(page)]


def _busy_seconds(page: Page) -> list[float]:
    """The seconds of the chart in which something was published."""
    return [point[0] for point in _points(page) if point[PUBLISH]]


def _picture(page: Page) -> str:
    return cast(str, page.evaluate("document.querySelector('rate-chart[kind=rates] canvas').toDataURL()"))
