"""What is wrong is said in one sentence, where it is wrong; what is odd survives."""

from __future__ import annotations

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from tests.browser.steps import expect_done, move_to, read, tick
from tests.browser.watched import Watch, queue_path

NOT_TEXT = bytes(range(256))


@pytest.mark.parametrize("sheet", ["", "messages", "publish", "purge", "move"])
def test_queue_that_is_not_there_is_a_404_with_a_sentence(page: Page, watch: Watch, sheet: str) -> None:
    watch.expects_status(404)

    answer = page.goto(queue_path("no/such queue", sheet))

    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("There is no queue no/such queue in vhost / on local.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/brokers/nobody/queues/", "/jobs/999999/", "/nothing/here/", "/brokers/local/~2F/queues/~FF/"]
)
def test_address_of_nothing_is_a_404_that_leads_back(page: Page, watch: Watch, path: str) -> None:
    watch.expects_status(404)

    answer = page.goto(path)

    assert answer is not None
    assert answer.status == 404
    page.get_by_role("main").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_body_that_is_not_text_is_shown_as_hex_and_survives_a_move(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("binary")
    channel.queue_declare("binary.parking")
    channel.basic_publish("", "binary", NOT_TEXT, pika.BasicProperties(headers={"raw": b"\xff\xfe"}))
    read(page, "binary")

    page.get_by_role("link", name="binary").last.click()
    message = page.get_by_role("article", name="Message")
    expect(message.get_by_role("table", name="Body as bytes")).to_contain_text("f8 f9 fa fb")
    tick(page, [1])
    page.get_by_role("button", name="Move to…").click()
    move_to(page, "binary.parking")
    page.get_by_role("button", name="Move 1 message").click()

    expect_done(page, "moved", "1")
    _, properties, body = channel.basic_get("binary.parking", auto_ack=True)
    assert body == NOT_TEXT
    assert properties is not None
    assert properties.headers == {"raw": b"\xff\xfe"}


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("int", "three", "Header attempt: 'three' is not a whole number of at most 64 bits."),
        ("json", "{oops", "Header attempt: '{oops' is not a JSON array or object."),
        ("double", "NaN", "Header attempt: 'NaN' is not a number."),
        ("bytes", "§", "Header attempt: '§' is not base64."),
    ],
)
def test_header_that_is_not_of_its_type_is_said_below_the_headers(
    page: Page, channel: BlockingChannel, kind: str, value: str, sentence: str
) -> None:
    channel.queue_declare("headers")
    page.goto(queue_path("headers", "publish"))

    page.get_by_label("Header name").first.fill("attempt")
    page.get_by_label("Header type").first.select_option(kind)
    page.get_by_label("Header value").first.fill(value)
    page.get_by_role("button", name="Review").click()

    expect(page.get_by_role("group", name="Headers").locator(".hint--crit")).to_have_text(sentence)
    expect(page.get_by_label("Header value").first).to_have_value(value)


def test_property_that_is_no_number_is_said_beside_its_field(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("properties")
    page.goto(queue_path("properties", "publish"))

    page.locator("details.props summary").click()
    page.get_by_label("priority").fill("high")
    page.get_by_role("button", name="Review").click()

    field = page.get_by_label("priority")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_visible()
    expect(page.locator("details.props .hint--crit")).to_have_text("A priority is a whole number from 0 to 255.")


def test_body_that_is_not_base64_is_said_beside_it(page: Page, channel: BlockingChannel) -> None:
    channel.queue_declare("encoded")
    page.goto(queue_path("encoded", "publish"))

    page.get_by_label("Body", exact=True).fill("not base64!")
    page.get_by_role("radio", name="Base64").check()
    page.get_by_role("button", name="Review").click()

    expect(page.locator("#id_body_problem")).to_have_text("This is not base64. Paste base64 only, or choose Text.")


def test_filter_of_queues_that_cannot_be_read_is_said_below_it(page: Page) -> None:
    page.goto("/brokers/local/queues/")

    page.get_by_role("searchbox").fill("ready>many")
    page.get_by_role("searchbox").press("Enter")

    expect(page.locator("#filter-error")).to_contain_text("many is not a number for ready")
    expect(page.get_by_role("searchbox")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("count", ["0", "-1", "many", "999999999"])
def test_number_of_messages_to_read_that_makes_no_sense_is_said(
    page: Page, channel: BlockingChannel, count: str
) -> None:
    channel.queue_declare("counted")
    channel.basic_publish("", "counted", b"1")
    page.goto(queue_path("counted", "messages"))

    page.get_by_label("At most").fill(count)
    page.get_by_role("button", name="Read").click()

    expect(page.locator("#count-problem")).to_be_visible()
    expect(page.get_by_label("At most")).to_have_value(count)
