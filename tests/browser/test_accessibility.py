"""What test_every_page.py cannot open: pages in the middle of a task, for strangers, and what keys or a menu open."""

from __future__ import annotations

import re

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.judging import Found, judge, report
from tests.browser.letters import fill
from tests.browser.steps import move_to, read, scripts_run, tick
from tests.browser.watched import Watch, queue_path

QUEUE = "a.task"


def test_keys_lead_through_the_pages_also_after_a_click_beside_everything(page: Page, channel: BlockingChannel) -> None:
    for name in ("keys.a", "keys.b"):
        channel.queue_declare(name)
    page.goto("/brokers/local/queues/?q=keys.&sort=name")
    expect(page.get_by_role("row", name="keys.b")).to_be_visible()
    page.get_by_role("heading", name="Queues", exact=True).click()

    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="keys.b")).to_be_visible()
    scripts_run(page)
    page.keyboard.press("]")
    expect(page.get_by_role("tab", name="Bindings")).to_have_attribute("aria-selected", "true")
    for key, path in (("b", "/keys.b/messages/"), ("u", "/keys.b/"), ("u", "/queues/")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"{path}$"))
        scripts_run(page)

    expect(page.get_by_role("heading", name="Queues", exact=True)).to_be_visible()


def test_pages_in_the_middle_of_a_task_have_no_violation_and_fit_the_window(
    opened: Opener, signed_in: StorageState, channel: BlockingChannel
) -> None:
    # What moves is drawn all the time, much of the work; and colours on their way to others have any contrast.
    page = opened(storage_state=signed_in, reduced_motion="reduce")
    fill(channel, QUEUE, 5)

    found = _read_and_reviewed(page, QUEUE)
    found |= _finished_job(page, QUEUE)

    assert not found, report(found)


def test_pages_for_strangers_have_no_violation_and_fit_the_window(opened: Opener, watch: Watch) -> None:
    watch.expects_status(401)
    watch.expects_status(404)
    page = opened(reduced_motion="reduce")

    page.goto("/login/")
    found = judge(page, "login")
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found |= judge(page, "refused login")
    page.goto("/no/such/page/")
    found |= judge(page, "404")

    assert not found, report(found)


def test_drawer_of_the_phone_opens_and_closes(opened: Opener, signed_in: StorageState) -> None:
    page = opened(storage_state=signed_in, viewport=PHONE)
    page.goto("/")
    link = page.get_by_role("complementary", name="Sidebar").get_by_role("link", name="Jobs")
    expect(link).not_to_be_in_viewport()

    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_in_viewport()
    link.click()

    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()


def test_theme_is_switched_and_kept(page: Page) -> None:
    page.goto("/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Switch theme").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/jobs/")

    assert after != before
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_list_of_keys_opens_and_escape_closes_it(page: Page) -> None:
    page.goto("/")

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    assert not judge(page, "keys")
    page.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()


def _read_and_reviewed(page: Page, queue: str) -> Found:
    read(page, queue)
    page.get_by_role("link", name="order.created.1").click()
    expect(page.get_by_role("article", name="Message").get_by_role("heading")).to_have_text("order.created.1")
    found = judge(page, "messages read")
    for part in ("Properties", "Headers"):
        page.get_by_role("article", name="Message").get_by_role("link", name=part).click()
        expect(page.get_by_role("link", name=part)).to_have_attribute("aria-current", "true")
        found |= judge(page, f"message {part}")
    tick(page, [1])
    found |= judge(page, "messages ticked")
    page.get_by_role("button", name="Republish…").click()
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_be_visible()
    found |= judge(page, "republish reviewed")
    page.goto(queue_path(queue, "move"))
    move_to(page, "nowhere")
    expect(page.locator("#queue_problem")).to_be_visible()
    return found | judge(page, "move refused")


def _finished_job(page: Page, queue: str) -> Found:
    page.goto(queue_path(queue, "publish"))
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_be_visible()
    found = judge(page, "publish reviewed")
    page.get_by_role("button", name="Publish 1 message").click()
    expect(page.get_by_text("Confirmed by the broker and routed.")).to_be_visible()
    return found | judge(page, "job done")
