"""A queue from its form to its end, as somebody does it: made, bound, given a policy, imported around, deleted."""

from __future__ import annotations

import json
import re

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.steps import scripts_run
from tests.browser.watched import queue_path

NAME = "forms.queue"


def test_a_queue_is_made_bound_given_a_policy_and_deleted(page: Page, channel: BlockingChannel) -> None:
    channel.exchange_declare("forms", "topic")
    channel.queue_delete(NAME)
    page.goto("/brokers/local/queues/")
    page.get_by_role("link", name="Add queue").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_text("lengths, expiry, dead letters, priorities").click()
    priority = page.get_by_label("Maximum priority")
    expect(priority).to_be_visible()
    page.get_by_role("radio", name="Quorum").check()
    expect(priority).to_be_hidden()
    page.get_by_role("radio", name="Classic").check()
    page.get_by_label("Message TTL").fill("soon")
    page.get_by_role("button", name="Add another").click()
    expect(page.get_by_label("Argument name")).to_have_count(2)
    page.get_by_role("button", name="Add queue").click()
    expect(page.get_by_text("Message TTL takes a whole number of ms, at least 0.")).to_be_visible()
    page.get_by_label("Message TTL").fill("60000")
    page.get_by_role("button", name="Add queue").click()
    expect(page.get_by_text(f"Queue {NAME} is declared in vhost /.")).to_be_visible()

    page.get_by_role("tab", name="Bindings").click()
    page.get_by_role("link", name="Bind to an exchange…").click()
    page.get_by_label("From exchange").fill("forms")
    page.get_by_label("Routing key").fill("a.*")
    page.get_by_role("button", name="Bind").click()
    expect(page.get_by_text(f"forms is bound to queue {NAME}.")).to_be_visible()
    page.get_by_role("link", name="Unbind…").click()
    expect(page.get_by_text(f"Nothing else leads from forms to {NAME}.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()

    page.goto("/brokers/local/policies/new/")
    page.get_by_label("Name", exact=True).fill("forms")
    page.get_by_label("Pattern").fill(r"^forms\.")
    page.locator("[name=set_max-length]").fill("7")
    page.get_by_role("button", name="Review").click()
    review = page.locator("[data-review]")
    expect(review).to_contain_text("no policy → forms")
    scripts_run(page)
    page.get_by_label("Pattern").fill("^nothing")
    expect(page.get_by_role("button", name="Save policy")).to_be_disabled()
    page.get_by_role("button", name="Review again").click()
    expect(review).to_contain_text("The pattern matches nothing there is.")
    page.get_by_role("link", name="Cancel").click()

    page.goto(queue_path(NAME))
    page.get_by_role("link", name="Delete…").click()
    kill = page.get_by_role("button", name="Delete queue")
    expect(kill).to_be_disabled()
    page.get_by_label(f"Type {NAME} to confirm").fill(NAME)
    kill.click()
    expect(page.get_by_text(f"Queue {NAME} is deleted.")).to_be_visible()


def test_a_file_of_definitions_is_a_plan_first_and_then_a_job(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("forms.there", durable=True)
    channel.queue_delete("forms.imported")
    queue = {"vhost": "/", "durable": True, "auto_delete": False, "arguments": {}}
    document = {"queues": [{**queue, "name": "forms.imported"}, {**queue, "name": "forms.there", "durable": False}]}
    page.goto("/brokers/local/definitions/")
    file = FilePayload(name="shop.json", mimeType="application/json", buffer=json.dumps(document).encode())
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Make the plan").click()

    expect(page.get_by_role("link", name=re.compile("In conflict 1"))).to_be_visible()
    page.get_by_role("button", name="Apply 1 definition").click()
    expect(page.get_by_role("heading", name="Import definitions of shop.json")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"queue forms\.imported .* Done"))).to_be_visible()
    channel.queue_delete("forms.imported")


def test_a_person_switches_single_keys_off_and_chooses_a_theme_for_good(page: Page) -> None:
    page.goto("/settings/")
    page.get_by_role("button", name="Switch theme").click()
    page.get_by_label("Theme", exact=True).select_option("dark")
    page.get_by_label("Single keys do something").uncheck()
    _save(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()

    page.get_by_label("Theme", exact=True).select_option("")
    page.get_by_label("Single keys do something").check()
    _save(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def _save(page: Page) -> None:
    """The page before said the same: wait for the one that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are kept.")).to_be_visible()
