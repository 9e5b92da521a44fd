"""What a person does with messages, step by step, the same on every broker and with and without scripts."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.watched import queue_path


def scripts_run(page: Page) -> None:
    """Wait until the page has run its scripts: a click that led to it returns before, and keys are not heard yet."""
    page.wait_for_load_state()


def read(page: Page, queue: str, broker: str = "local", vhost: str = "/") -> None:
    """Open the messages of a queue and look at them for the first time."""
    page.goto(queue_path(queue, "messages", broker, vhost))
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_role("article", name="Message")).to_be_visible()
    scripts_run(page)


def tick(page: Page, positions: list[int]) -> None:
    for position in positions:
        page.get_by_role("checkbox", name=f"Select message {position}", exact=True).check()


def move_to(page: Page, queue: str) -> None:
    """On the page of a move: name the queue and have it reviewed."""
    page.get_by_role("textbox", name="Queue").or_(page.get_by_role("combobox", name="Queue")).fill(queue)
    page.get_by_role("button", name="Review").click()
    scripts_run(page)


def outcome(page: Page, name: str) -> Locator:
    """The count of an outcome on the page of a job."""
    return page.locator(f'dd[data-outcome="{name}"]')


def expect_done(page: Page, name: str, count: str) -> None:
    """Wait until the job has ended well, with this count."""
    expect(page.locator("job-progress .st").first).to_contain_text("Done")
    expect(outcome(page, name)).to_have_text(count)


def purge_typing_the_name(page: Page, queue: str, count: str, broker: str = "local", vhost: str = "/") -> None:
    """Purge a queue of so many messages that its name has to be typed."""
    page.goto(queue_path(queue, "purge", broker, vhost))
    button = page.get_by_role("button", name=f"Purge {count} messages")
    field = page.get_by_role("textbox", name=f"Type {queue} to confirm")
    expect(field).to_be_focused()
    expect(button).to_be_disabled()
    field.fill(queue[:-1])
    expect(button).to_be_disabled()
    field.fill(queue)
    button.click()


def edit_and_republish(page: Page, key: str, before: str, after: str) -> None:
    """Of the messages that were read, open the one with this key and republish it with a part of its body changed."""
    message = page.get_by_role("article", name="Message")
    page.get_by_role("link", name=key).click()
    expect(message.get_by_role("heading")).to_have_text(key)
    message.get_by_role("button", name="Edit & republish").click()
    body = page.get_by_label("Body", exact=True)
    body.fill(body.input_value().replace(before, after))
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".diff ins")).to_contain_text(after)
    expect(page.locator(".diff del")).to_contain_text(before)
    page.get_by_role("button", name="Republish 1 message").click()


def publish_with_headers(page: Page, queue: str, broker: str = "local", vhost: str = "/") -> None:
    """A persistent JSON text with a line end, a header of text, one of a number, and a message_id."""
    page.goto(queue_path(queue, "publish", broker, vhost))
    page.get_by_label("Body", exact=True).fill('{"hello": "wörld"}\n')
    for number, (name, kind, value) in enumerate([("tenant", "string", "acme"), ("attempt", "int", "3")]):
        page.get_by_label("Header name").nth(number).fill(name)
        page.get_by_label("Header type").nth(number).select_option(kind)
        page.get_by_label("Header value").nth(number).fill(value)
    page.get_by_text("Properties", exact=False).first.click()
    page.get_by_label("message_id").fill("m-1")
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_contain_text(f"goes to {queue}")
    page.get_by_role("button", name="Publish 1 message").click()
