"""A user from its form to its first publish: a password told once, rights that are reviewed, and its end."""

from __future__ import annotations

import httpx
import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from tests.browser.steps import scripts_run
from tests.support.serving import Served
from tests.support.waiting import wait_until

NAME = "granted.one"


def test_a_user_is_added_granted_what_it_needs_and_deleted(
    page: Page, postroom: Served, channel: BlockingChannel, management: httpx.Client
) -> None:
    management.delete(f"/users/{NAME}")
    for queue in ("granted.in", "not-granted.in"):
        channel.queue_declare(queue)
    page.goto("/brokers/local/queues/?q=granted")
    expect(page.get_by_role("row", name="not-granted.in")).to_be_visible()
    page.get_by_role("complementary", name="Sidebar").get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Add user").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    again = page.get_by_label("The same again")
    expect(again).to_be_hidden()
    page.get_by_role("radio", name="Type one").check()
    expect(again).to_be_visible()
    page.get_by_role("radio", name="Make one up").check()
    page.get_by_role("button", name="Add user").click()
    password = page.get_by_label("Its password").input_value()
    assert len(password) > 20

    page.get_by_role("link", name="Grant it something").click()
    expect(page.get_by_label("User", exact=True)).to_have_value(NAME)
    page.get_by_label("Vhost", exact=True).select_option("/")
    page.get_by_label("only for names that begin with").fill("granted.")
    page.get_by_role("button", name="Publish only").click()
    expect(page.get_by_label("Write")).to_have_value("^granted\\.")
    page.get_by_label("Write").fill("granted.in")
    # As a person who presses Enter in the field does: the review, and none of the presets.
    page.get_by_label("Write").press("Enter")
    review = page.locator("[data-review]")
    expect(review).to_contain_text("it also matches not-granted.in")
    scripts_run(page)
    page.get_by_label("Write").fill("^granted\\.|^amq\\.default$")
    save = page.get_by_role("button", name="Save permissions")
    expect(save).to_be_disabled()
    page.get_by_role("button", name="Review again").click()
    expect(review).to_contain_text("May declare and delete nothing.")
    expect(review.locator(".chips__new")).to_have_text(["granted.in", "amq.default"])
    save.click()
    expect(page.get_by_role("heading", name=f"User {NAME}")).to_be_visible()
    expect(page.get_by_role("row", name="1 queue, 1 exchange")).to_contain_text("nothing")

    login = pika.PlainCredentials(NAME, password)
    address = pika.ConnectionParameters("127.0.0.1", postroom.amqp_port, "/", login, heartbeat=0)
    connection = pika.BlockingConnection(address)
    theirs = connection.channel()
    theirs.confirm_delivery()
    theirs.basic_publish("", "granted.in", b"may")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match=r"read access to queue 'granted\.in'"):
        theirs.basic_get("granted.in")

    page.goto(f"/brokers/local/users/{NAME}/delete/")
    kill = page.get_by_role("button", name="Delete user and close 1 connection")
    expect(kill).to_be_disabled()
    page.get_by_label(f"Type {NAME} to confirm").fill(NAME)
    kill.click()
    expect(page.get_by_text(f"User {NAME} is deleted.")).to_be_visible()
    with pytest.raises(pika.exceptions.ConnectionClosed):
        wait_until(lambda: _is_closed(connection))


def _is_closed(connection: pika.BlockingConnection) -> bool:
    """Raises when the broker has just closed it; one turn may only hear of its channel."""
    connection.process_data_events(time_limit=1)
    return not connection.is_open
