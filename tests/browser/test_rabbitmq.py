"""A real RabbitMQ, registered through the page: the same steps as with the embedded broker, and its refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Page, expect

from tests.browser.conftest import RABBIT as NAME
from tests.browser.conftest import connected
from tests.browser.judging import judge, report
from tests.browser.letters import drain, fill, numbers
from tests.browser.maps import clear, expect_drawn_as_told, shop
from tests.browser.steps import (
    edit_and_republish,
    expect_done,
    move_to,
    outcome,
    publish_with_headers,
    purge_typing_the_name,
    read,
    tick,
)
from tests.browser.watched import add_broker, queue_path
from tests.support.freeports import free_ports
from tests.support.rabbitmq import RabbitMQ
from tests.support.serving import Served
from tests.support.waiting import wait_until


@pytest.fixture
def channel(registered: RabbitMQ) -> Iterator[BlockingChannel]:
    with registered.connect() as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def fill_and_settle(rabbitmq: RabbitMQ, channel: BlockingChannel, queue: str, count: int) -> None:
    """Its management API counts messages once a second: pages show them after that."""
    fill(channel, queue, count)
    with rabbitmq.api() as api:
        wait_until(lambda: api.get(f"/queues/%2F/{queue}").json().get("messages_ready") == count)


def the_problem(page: Page) -> str:
    """The only sentence beside a field, when the broker was tried."""
    found = page.locator(".hint--crit")
    expect(found).to_have_count(1)
    return found.inner_text()


def test_registered_rabbitmq_is_live_and_its_version_shown(page: Page, registered: RabbitMQ) -> None:
    page.goto("/")

    card = page.get_by_role("article", name=NAME)
    expect(card).to_contain_text("RabbitMQ 3.")
    expect(card).to_have_attribute("data-state", "live")
    expect(card).to_contain_text("No alarms")


def test_wrong_password_is_one_sentence_at_its_field(page: Page, rabbitmq: RabbitMQ) -> None:
    add_broker(page, "refused", rabbitmq.amqp_port, rabbitmq.api_port, password="wrong")

    problem = the_problem(page)
    expect(page.locator("#password_problem")).to_have_text(problem)
    assert "guest" in problem
    assert "password" in problem
    expect(page.get_by_label("Host")).to_have_value("127.0.0.1")


def test_port_where_nothing_listens_is_one_sentence_at_its_field(page: Page, rabbitmq: RabbitMQ) -> None:
    (closed,) = free_ports(1)

    add_broker(page, "closed", closed, rabbitmq.api_port)

    field = page.get_by_label("AMQP port", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    problem = the_problem(page)
    assert str(closed) in problem


def test_vhost_that_is_not_there_is_one_sentence_naming_those_that_are(
    page: Page, registered: RabbitMQ, channel: BlockingChannel
) -> None:
    fill_and_settle(registered, channel, "vhosts", 1)
    page.goto(queue_path("vhosts", "move", NAME))

    page.get_by_role("combobox", name="Vhost").fill("elsewhere")
    move_to(page, "vhosts")

    expect(page.locator(".hint--crit")).to_contain_text("There is no vhost elsewhere on rabbit. It has /")


def test_five_of_twenty_move_and_the_look_is_said_to_have_an_effect(
    page: Page, registered: RabbitMQ, channel: BlockingChannel
) -> None:
    fill_and_settle(registered, channel, "stuck", 20)
    channel.queue_declare("parking", durable=True)
    read(page, "stuck", NAME)
    expect(page.locator(".mnote")).to_contain_text("redelivered")

    tick(page, [2, 3, 5, 8, 13])
    page.get_by_role("button", name="Move to…").click()
    move_to(page, "parking")
    expect(page.locator(".sheet__foot")).to_contain_text("5 go, 15 stay")
    page.get_by_role("button", name="Move 5 messages").click()

    expect_done(page, "moved", "5")
    expect(outcome(page, "missing")).to_have_text("0")
    moved, left = drain(channel, "parking", 5), drain(channel, "stuck", 15)
    assert numbers(moved) == [1, 2, 4, 7, 12]
    assert numbers(left) == [number for number in range(20) if number not in numbers(moved)]
    assert {letter.headers["tenant"] for letter in moved} == {"acme"}


def test_messages_move_to_the_embedded_broker(
    page: Page, registered: RabbitMQ, channel: BlockingChannel, postroom: Served
) -> None:
    fill_and_settle(registered, channel, "leaving", 4)
    with connected(postroom) as connection:
        local = connection.channel()
        local.queue_declare("arriving", durable=True)
        page.goto(queue_path("leaving", "move", NAME))

        page.get_by_label("Broker", exact=True).select_option("local")
        move_to(page, "arriving")
        page.get_by_role("button", name="Move 4 messages").click()

        expect_done(page, "moved", "4")
        assert numbers(drain(local, "arriving", 4)) == [0, 1, 2, 3]
    assert drain(channel, "leaving", 0) == []


def test_message_is_republished_with_an_edited_body(page: Page, registered: RabbitMQ, channel: BlockingChannel) -> None:
    fill_and_settle(registered, channel, "edited", 3)
    read(page, "edited", NAME)

    edit_and_republish(page, "order.created.1", '"order": 1', '"order": 100')

    expect_done(page, "moved", "1")
    letters = drain(channel, "edited", 3)
    assert numbers(letters) == [0, 2, 1]
    assert letters[2].body.startswith(b'{"order": 100, ')


def test_message_is_published_with_headers(page: Page, registered: RabbitMQ, channel: BlockingChannel) -> None:
    channel.queue_declare("posted")

    publish_with_headers(page, "posted", NAME)

    expect(page.locator("job-progress .st").first).to_have_text("Confirmed by the broker and routed.")
    _, properties, body = channel.basic_get("posted", auto_ack=True)
    assert properties is not None
    assert body == '{"hello": "wörld"}\n'.encode()
    assert properties.headers == {"tenant": "acme", "attempt": 3}


def test_purge_needs_the_typed_name(page: Page, registered: RabbitMQ, channel: BlockingChannel) -> None:
    fill_and_settle(registered, channel, "hundreds", 120)

    purge_typing_the_name(page, "hundreds", "120", NAME)

    expect_done(page, "purged", "120")
    assert drain(channel, "hundreds", 0) == []


def test_map_has_the_nodes_and_edges_of_the_api(page: Page, registered: RabbitMQ) -> None:
    def connect(name: str) -> pika.BlockingConnection:
        named = {"connection_name": name}
        parameters = pika.ConnectionParameters("127.0.0.1", registered.amqp_port, heartbeat=0, client_properties=named)
        return pika.BlockingConnection(parameters)

    with registered.api() as api:
        clear(api)
        with shop(connect):
            expect_drawn_as_told(page, NAME, api)


def test_a_shovel_is_set_up_in_two_tries_without_typing_a_password_twice(page: Page, registered: RabbitMQ) -> None:
    name, uri = "in.two.tries", f"amqp://guest:guest@127.0.0.1:{registered.amqp_port}"
    page.goto(f"/brokers/{NAME}/shovels/")
    page.get_by_role("link", name="Add shovel").click()
    page.get_by_label("Name", exact=True).fill(name)
    source, target = page.get_by_role("group", name="From"), page.get_by_role("group", name="To", exact=True)
    source.get_by_label("URI").fill(uri)
    source.get_by_label("Its name").fill(f"{name}.from")
    target.get_by_label("URI").fill(uri.replace("amqp", "http"))
    target.get_by_label("Its name").fill(f"{name}.to")
    page.get_by_role("button", name="Add shovel").click()

    assert "Begin it with amqp://" in the_problem(page)
    expect(source.get_by_label("URI")).to_have_value("")
    expect(source).to_contain_text("Remembered, sealed: amqp://guest@127.0.0.1")
    found = judge(page, "refused shovel")
    assert not found, report(found)

    target.get_by_label("URI").fill(uri)
    page.get_by_role("button", name="Add shovel").click()
    expect(page.get_by_text(f"Shovel {name} is there.")).to_be_visible()
    expect(page.get_by_role("row", name=name)).to_contain_text(f"queue {name}.to")
    page.get_by_role("row", name=name).get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete shovel").click()
    expect(page.get_by_text(f"Shovel {name} is deleted.")).to_be_visible()
    with registered.api() as api:
        for queue in ("from", "to"):
            api.delete(f"/queues/%2F/{name}.{queue}")
