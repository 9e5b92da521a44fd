"""Moving all, purging, republishing, publishing, and stopping what takes too long."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from tests.browser.judging import judge, report
from tests.browser.letters import drain, fill, numbers
from tests.browser.steps import (
    edit_and_republish,
    expect_done,
    move_to,
    outcome,
    publish_with_headers,
    purge_typing_the_name,
    read,
)
from tests.browser.test_outdated import AWAY_MS
from tests.browser.watched import Watch, add_broker, queue_path, remove_broker
from tests.support.floods import flood
from tests.support.proxied import answering
from tests.support.serving import Served

MANY = 20_000
"""Messages that take minutes to move one by one: a person, or a test, has the time to press Cancel."""


def test_all_messages_move_in_their_order(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "all", 30)
    channel.queue_declare("all.parking", durable=True)
    page.goto(queue_path("all"))

    page.get_by_role("link", name="Move…").click()
    expect(page.get_by_role("heading", name="Move all 30 messages")).to_be_visible()
    move_to(page, "all.parking")
    expect(page.locator(".sheet__foot")).to_contain_text("30 go.")
    page.get_by_role("button", name="Move 30 messages").click()

    expect_done(page, "moved", "30")
    assert numbers(drain(channel, "all.parking", 30)) == list(range(30))
    assert drain(channel, "all", 0) == []
    # Of all jobs it has the most to tell.
    assert report(judge(page, "a finished move")) == ""


def test_open_list_shows_a_job_that_begins_and_ends(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "watched", 2)
    page.goto("/jobs/")
    finished = page.get_by_role("region", name="Finished jobs")
    before = finished.get_by_role("row", name="Purge 2 messages").count()

    other = page.context.new_page()
    other.goto(queue_path("watched", "purge"))
    other.get_by_role("button", name="Purge 2 messages").click()

    expect(finished.get_by_role("row", name="Purge 2 messages")).to_have_count(before + 1)
    expect(page.get_by_role("heading", name="Running and waiting")).to_have_count(0)


def test_changing_the_destination_after_the_review_needs_a_new_review(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "changed", 2)
    for name in ("changed.one", "changed.other"):
        channel.queue_declare(name, durable=True)
    page.goto(queue_path("changed", "move"))
    move_to(page, "changed.one")
    do = page.get_by_role("button", name="Move 2 messages")
    expect(do).to_be_enabled()

    page.locator("#id_queue").fill("changed.other")

    expect(do).to_be_disabled()
    expect(do).to_have_attribute("title", "You changed something. Review again first.")
    page.get_by_role("button", name="Review again").click()
    expect(page.locator("[data-review]")).to_contain_text("changed.other")
    expect(do).to_be_enabled()


def test_unknown_destination_is_one_sentence_beside_its_field(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "lost", 1)
    page.goto(queue_path("lost", "move"))

    move_to(page, "no such queue")

    expect(page.locator("#queue_problem")).to_have_text(
        "There is no queue no such queue in vhost / on local. Declare it first, or name another."
    )
    expect(page.locator("#id_queue")).to_have_attribute("aria-describedby", "queue_problem")


def test_purge_of_a_few_names_the_counts_and_starts_on_cancel(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "few", 7)
    page.goto(queue_path("few"))

    page.get_by_role("link", name="Purge…").click()

    form = page.get_by_role("form", name="Purge few?")
    expect(form).to_contain_text("This deletes 7 ready messages")
    expect(form).to_contain_text("from few in vhost / on local. It cannot be undone.")
    expect(form).to_contain_text("0 unacked messages: there are no consumers.")
    expect(form.get_by_role("link", name="Cancel")).to_be_focused()
    form.get_by_role("button", name="Purge 7 messages").click()
    expect_done(page, "purged", "7")
    assert drain(channel, "few", 0) == []


def test_purge_of_more_than_a_hundred_needs_the_typed_name(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "hundreds", 120)

    purge_typing_the_name(page, "hundreds", "120")

    expect_done(page, "purged", "120")
    assert drain(channel, "hundreds", 0) == []


def test_cancelled_purge_deletes_nothing(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "spared", 3)
    page.goto(queue_path("spared", "purge"))

    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_role("heading", name="spared", exact=True)).to_be_visible()
    assert numbers(drain(channel, "spared", 3)) == [0, 1, 2]


def test_message_is_republished_with_an_edited_body(page: Page, channel: BlockingChannel) -> None:
    fill(channel, "edited", 3)
    read(page, "edited")

    edit_and_republish(page, "order.created.1", '"order": 1', '"order": 100')

    expect_done(page, "moved", "1")
    letters = drain(channel, "edited", 3)
    assert numbers(letters) == [0, 2, 1]
    assert letters[2].body == b'{"order": 100, "items": [{"sku": "A-1", "pieces": 2}], "note": null}'
    assert letters[2].routing_key == "order.created.1"
    assert letters[2].headers["tenant"] == "acme"


def test_message_is_published_with_headers_and_properties(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("posted")

    publish_with_headers(page, "posted")

    expect(page.locator("job-progress .st").first).to_have_text("Confirmed by the broker and routed.")
    method, properties, body = channel.basic_get("posted", auto_ack=True)
    assert method is not None
    assert properties is not None
    assert body == b'{"hello": "w\xc3\xb6rld"}\n'
    assert properties.headers == {"tenant": "acme", "attempt": 3}
    assert properties.message_id == "m-1"
    assert properties.delivery_mode == 2


def test_message_without_a_route_is_said_before_and_after(page: Page, channel: BlockingChannel) -> None:
    channel.exchange_declare("nowhere")

    page.goto("/brokers/local/~2F/exchanges/nowhere/publish/")
    page.get_by_label("Routing key").fill("lost.letter")
    page.get_by_label("Body", exact=True).fill("hello")
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-review]")).to_contain_text("No route. lost.letter matches no binding of nowhere")
    page.get_by_role("button", name="Publish 1 message").click()

    expect(page.locator("job-progress .st").first).to_have_text(
        "Unroutable: no binding matched, so the message is in no queue."
    )


def one_by_one(request: bytes) -> bytes:
    """A job asks the broker to move very many at once, and is cancelled between two requests."""
    return json.dumps(json.loads(request) | {"limit": 1}).encode()


@pytest.fixture
def slow(page: Page, postroom: Served, after_pages: ExitStack) -> Iterator[str]:
    """The embedded broker, once more, as one that moves the messages of the queue "long" one by one."""
    changes = {"POST /api/queues/%2F/long/move": one_by_one}
    port, _ = after_pages.enter_context(answering(postroom.api_port, {}, changes))
    add_broker(page, "slow", postroom.amqp_port, port)
    expect(page).to_have_url("/brokers/slow/queues/")
    yield "slow"
    remove_broker(page, "slow")


def test_cancelled_move_leaves_the_rest_at_the_source_and_is_told_where_the_server_was_away_at_its_end(
    page: Page, channel: BlockingChannel, postroom: Served, slow: str, watch: Watch
) -> None:
    watch.expects_status(503)
    channel.queue_declare("long", durable=True)
    channel.queue_declare("long.parking", durable=True)
    flood(postroom.amqp_port, "long", MANY)
    page.goto(queue_path("long", "move", slow))
    move_to(page, "long.parking")
    page.get_by_role("button", name=f"Move {MANY:,} messages").click()

    expect(outcome(page, "moved")).to_have_text(re.compile(r"[1-9]"))
    other = page.context.new_page()
    other.clock.install()
    other.goto(page.url)
    expect(outcome(other, "moved")).to_have_text(re.compile(r"[1-9]"))
    other.route("**/jobs/*/", lambda route: route.fulfill(status=503), times=1)
    with other.expect_response(lambda answer: answer.status == 503):
        page.get_by_role("button", name="Cancel, leave").click()

    expect(page.locator("job-progress .st").first).to_contain_text("Cancelled. What was done stays done")
    other.clock.run_for(AWAY_MS)
    expect(other.locator("job-progress .st").first).to_contain_text("Cancelled. What was done stays done")
    moved = int(outcome(page, "moved").inner_text().replace(",", ""))
    assert 0 < moved < MANY
    assert channel.queue_declare("long.parking", passive=True).method.message_count == moved
    assert channel.queue_declare("long", passive=True).method.message_count == MANY - moved
    page.goto("/jobs/")
    expect(page.get_by_role("row", name=f"Move {MANY:,} messages")).to_contain_text("Cancelled.")
