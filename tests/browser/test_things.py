"""Connections in a real browser: they come, move in place, are closed, and go."""

from __future__ import annotations

import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from tests.browser.letters import fill
from tests.browser.watched import Watch
from tests.support.serving import Served

QUEUE = "things.held"
CLIENT, SECOND = "A holder of letters", "A holder of nothing"


def holder(postroom: Served, name: str) -> pika.BlockingConnection:
    told = {"connection_name": name}
    parameters = pika.ConnectionParameters("127.0.0.1", postroom.amqp_port, heartbeat=0, client_properties=told)
    return pika.BlockingConnection(parameters)


def test_a_client_is_seen_what_it_holds_is_named_and_its_end_is_noticed(
    page: Page, postroom: Served, channel: BlockingChannel, watch: Watch
) -> None:
    # The page that is fetched again says 404: the connection is gone.
    watch.expects_status(404)
    fill(channel, QUEUE, 3)
    page.goto("/brokers/local/connections/?q=holder")
    expect(page.get_by_text("No connection matches")).to_be_visible()

    client = holder(postroom, CLIENT)
    page.mouse.move(0, 0)
    expect(page.get_by_role("row", name=CLIENT)).to_be_visible()
    page.get_by_role("link", name=CLIENT).click()
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()
    page.mouse.move(0, 0)
    taken = client.channel()
    taken.basic_get(QUEUE)
    taken.basic_get(QUEUE)
    expect(page.locator("[data-cell=unacked]").first).to_have_text("2")
    expect(page.get_by_role("region", name="Channels").get_by_role("link", name="1")).to_be_visible()

    page.get_by_role("link", name="Close…", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text=f"2 to {QUEUE}")).to_be_visible()
    page.get_by_label("Reason").fill("the test is over")
    page.get_by_role("button", name="Close connection").click()
    expect(page.get_by_text("1 connection closed.")).to_be_visible()
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker, match="the test is over"):
        taken.queue_declare(QUEUE, passive=True)

    # By another name: the list may have the first one for a moment longer.
    second = holder(postroom, SECOND)
    page.goto("/brokers/local/connections/?q=holder")
    page.get_by_role("link", name=SECOND).click()
    expect(page.get_by_role("heading", name=SECOND)).to_be_visible()
    page.mouse.move(0, 0)
    second.close()
    expect(page.get_by_text("This connection is gone.")).to_be_visible()
