"""WCAG 2.2 AA by axe-core on every page, light and dark, on a desktop and a phone; and nothing scrolls sideways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, StorageState, ViewportSize, expect

from tests.browser.conftest import DESKTOP, Opener
from tests.browser.letters import fill
from tests.browser.steps import move_to, read, tick
from tests.browser.watched import Watch, queue_path
from tests.support.waiting import wait_until

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}
SETTLED_SECONDS = 5
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
Rules = dict[str, str | list[str]]
"""What of axe to run, as its option `runOnly` takes it."""

WCAG: Rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
CONTRAST: Rules = {"type": "rule", "values": ["color-contrast"]}
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"], Rules]] = [
    (DESKTOP, "light", WCAG),
    (DESKTOP, "dark", CONTRAST),
    (PHONE, "light", CONTRAST),
    (PHONE, "dark", WCAG),
]
"""Of every page, without loading it again. Where only colours are other than in another look, only they are judged."""

FOUND = """
async runOnly => {
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] })
  return violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\\n` + nodes.map(node => `  ${node.target.join(" ")}  ${node.any[0]?.message ?? ""}`).join("\\n"))
}
"""
OVERFLOWING = """
() => [...document.querySelectorAll("body *")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest("[hidden], .side"))
  .slice(0, 5).map(each => each.outerHTML.slice(0, 120))
"""
QUEUE = "accessible"
PAGES = [
    "/",
    "/brokers/local/queues/",
    "/brokers/local/queues/?q=nothing%20matches",
    "/brokers/local/queues/?q=ready>many",
    "/brokers/local/exchanges/",
    "/brokers/local/~2F/exchanges/amq.topic/",
    "/brokers/local/~2F/exchanges/amq.topic/publish/",
    "/brokers/local/topology/?from=~2F/amq.topic&key=a&node=exchange/~2F/amq.topic",
    "/brokers/local/topology/?view=table",
    "/brokers/local/connections/",
    "/brokers/local/consumers/",
    "/brokers/local/unacked/",
    "/brokers/local/nodes/",
    "/brokers/local/nodes/postroom~40localhost/",
    "/brokers/local/vhosts/~2F/",
    "/jobs/",
    "/brokers/new/",
    "/brokers/local/queues/new/?vhost=/",
    "/brokers/local/exchanges/new/",
    "/brokers/local/~2F/exchanges/amq.topic/bind/",
    "/brokers/local/policies/",
    "/brokers/local/policies/?kind=operator",
    "/brokers/local/policies/new/",
    "/brokers/local/definitions/",
    "/brokers/local/limits/",
    "/brokers/local/users/",
    "/brokers/local/users/guest/",
    "/brokers/local/users/guest/delete/",
    "/brokers/local/add-user/",
    "/brokers/local/permissions/?user=guest&vhost=/",
    "/brokers/local/add-vhost/",
    "/brokers/local/vhosts/~2F/delete/",
    "/settings/",
    "/about/",
    queue_path(QUEUE),
    queue_path(QUEUE) + "?table=rates#details",
    queue_path(QUEUE, "history") + "?view=table&range=1h",
    queue_path(QUEUE, "messages"),
    queue_path(QUEUE, "publish"),
    queue_path(QUEUE, "move"),
    queue_path(QUEUE, "purge"),
    queue_path(QUEUE, "bind"),
    queue_path(QUEUE, "delete"),
]


def test_keys_lead_through_the_pages_also_after_a_click_beside_everything(page: Page, channel: BlockingChannel) -> None:
    for name in ("keys.a", "keys.b"):
        channel.queue_declare(name)
    page.goto("/brokers/local/queues/?q=keys.&sort=name")
    expect(page.get_by_role("row", name="keys.b")).to_be_visible()
    page.get_by_role("heading", name="Queues", exact=True).click()

    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="keys.b")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_role("tab", name="Bindings")).to_have_attribute("aria-selected", "true")
    # Keys are heard when the page's script runs, and then the page is live.
    for key, path in (("b", "/keys.b/messages/"), ("u", "/keys.b/"), ("u", "/queues/")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"{path}$"))
        expect(page.locator("live-indicator")).to_contain_text("Live")

    expect(page.get_by_role("heading", name="Queues", exact=True)).to_be_visible()


def test_pages_have_no_violation_and_fit_the_window(page: Page, channel: BlockingChannel) -> None:
    fill(channel, QUEUE, 120)
    page.goto(f"/brokers/local/queues/?q={QUEUE}")
    expect(page.get_by_role("row", name=QUEUE)).to_be_visible()

    found: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(path)
        found |= _problems(page, path)

    assert not found, _report(found)


def test_pages_in_the_middle_of_a_task_have_no_violation_and_fit_the_window(
    page: Page, channel: BlockingChannel
) -> None:
    fill(channel, f"{QUEUE}.task", 5)

    found = _read_and_reviewed(page, f"{QUEUE}.task")
    found |= _finished_job(page, f"{QUEUE}.task")

    assert not found, _report(found)


def test_pages_for_strangers_have_no_violation_and_fit_the_window(opened: Opener, watch: Watch) -> None:
    watch.expects_status(401)
    watch.expects_status(404)
    page = opened()

    page.goto("/login/")
    found = _problems(page, "login")
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found |= _problems(page, "refused login")
    page.goto("/no/such/page/")
    found |= _problems(page, "404")

    assert not found, _report(found)


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
    assert not _problems(page, "keys")
    page.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()


def _read_and_reviewed(page: Page, queue: str) -> dict[str, list[str]]:
    read(page, queue)
    page.get_by_role("link", name="order.created.1").click()
    expect(page.get_by_role("article", name="Message").get_by_role("heading")).to_have_text("order.created.1")
    found = _problems(page, "messages read")
    for part in ("Properties", "Headers"):
        page.get_by_role("article", name="Message").get_by_role("link", name=part).click()
        expect(page.get_by_role("link", name=part)).to_have_attribute("aria-current", "true")
        found |= _problems(page, f"message {part}")
    tick(page, [1])
    found |= _problems(page, "messages ticked")
    page.get_by_role("button", name="Republish…").click()
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_be_visible()
    found |= _problems(page, "republish reviewed")
    page.goto(queue_path(queue, "move"))
    move_to(page, "nowhere")
    expect(page.locator("#queue_problem")).to_be_visible()
    return found | _problems(page, "move refused")


def _finished_job(page: Page, queue: str) -> dict[str, list[str]]:
    page.goto(queue_path(queue, "publish"))
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_be_visible()
    found = _problems(page, "publish reviewed")
    page.get_by_role("button", name="Publish 1 message").click()
    expect(page.get_by_text("Confirmed by the broker and routed.")).to_be_visible()
    return found | _problems(page, "job done")


def _problems(page: Page, name: str) -> dict[str, list[str]]:
    """Of every look at the page as it is; it is left as it was before."""
    # By evaluate: the Content-Security-Policy refuses a script that the test would add to the page.
    page.evaluate(AXE.read_text())
    found: dict[str, list[str]] = {}
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        problems: list[str] = page.evaluate(FOUND, rules)
        try:
            # A chart follows its place a moment after the window was made smaller.
            wait_until(lambda: bool(page.evaluate(FITS)), within=SETTLED_SECONDS)
        except AssertionError:
            problems.append("scrolls sideways: " + "\n".join(page.evaluate(OVERFLOWING)))
        if problems:
            found[f"{name}, {size['width']} px, {scheme}"] = problems
    page.set_viewport_size(DESKTOP)
    return found


def _report(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}\n{problem}" for name, problems in found.items() for problem in problems)
