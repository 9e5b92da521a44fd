"""The map in a real browser: what is drawn is what the broker tells, at any size, and can be walked through."""

from __future__ import annotations

import re
from contextlib import ExitStack

import httpx
import pika
import pytest
from playwright.sync_api import Page, StorageState, expect

from dashboard.topology.choose import DRAWN as MOST_DRAWN
from tests.browser.conftest import Opener
from tests.browser.maps import COVERED, DRAWN, clear, expect_drawn_as_told, shop
from tests.support.serving import Served

BIG = "big map"
TEAMS = ("billing", "geo", "mail", "search", "stock")


def named(postroom: Served, name: str, vhost: str = "/") -> pika.BlockingConnection:
    properties = {"connection_name": name}
    parameters = pika.ConnectionParameters(
        "127.0.0.1", postroom.amqp_port, vhost, heartbeat=0, client_properties=properties
    )
    return pika.BlockingConnection(parameters)


@pytest.fixture
def big(postroom: Served, management: httpx.Client, after_pages: ExitStack) -> None:
    """A vhost with a hundred exchanges and four hundred queues, each bound."""
    path = BIG.replace(" ", "%20")
    management.put(f"/vhosts/{path}").raise_for_status()
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    management.put(f"/permissions/{path}/guest", json=rights).raise_for_status()
    after_pages.callback(lambda: management.delete(f"/vhosts/{path}").raise_for_status())
    channel = after_pages.enter_context(named(postroom, "big producer", BIG)).channel()
    for number in range(100):
        channel.exchange_declare(f"{TEAMS[number % 5]}.x{number}", "topic")
    for number in range(400):
        name = f"{TEAMS[number % 5]}.q{number}"
        channel.queue_declare(name)
        channel.queue_bind(name, f"{TEAMS[number % 5]}.x{number % 100}", f"event.{number}.#")


def test_drawn_nodes_and_edges_are_those_of_the_api(page: Page, postroom: Served, management: httpx.Client) -> None:
    clear(management)
    with shop(lambda name: named(postroom, name)):
        expect_drawn_as_told(page, "local", management)


def test_map_is_walked_through_by_hand_and_by_keys(page: Page, postroom: Served) -> None:
    with shop(lambda name: named(postroom, name)):
        page.goto("/brokers/local/topology/?vhost=%2F")
        ship, worker = (
            page.get_by_role("link", name="queue orders.ship"),
            page.get_by_role("link", name="consumer map worker"),
        )
        expect(worker).to_be_visible()
        # Exchanges can be chosen that were known when the page was opened.
        page.reload()
        page.evaluate("document.body.dataset.loaded = 'once'")

        ship.hover()
        expect(page.locator('[data-node="exchange/~2F/users"]')).to_have_class(re.compile("is-dim"))
        expect(page.locator('[data-node="exchange/~2F/orders"]')).not_to_have_class(re.compile("is-dim"))
        ship.focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="orders.ship")).to_be_visible()
        expect(page).to_have_url(re.compile(r"node=queue(%2F|/)~2F(%2F|/)orders\.ship"))
        expect(ship).to_have_attribute("aria-current", "true")
        assert page.evaluate("document.body.dataset.loaded") == "once"

        page.get_by_label("Exchange", exact=True).select_option("events")
        page.get_by_label("Routing key").fill("payment.authorized")
        page.get_by_role("button", name="Show its way").click()

        expect(page.get_by_text("It reaches 1 queue.")).to_be_visible()
        on_path = page.locator(".flow__node.is-path")
        expect(on_path).to_have_count(2)
        expect(page.locator(".flow__edge.is-path")).to_have_count(1)


def test_dots_stand_for_those_who_want_no_motion(opened: Opener, signed_in: StorageState, postroom: Served) -> None:
    page = opened(storage_state=signed_in, reduced_motion="reduce")
    with shop(lambda name: named(postroom, name)):
        page.goto("/brokers/local/topology/?vhost=%2F")
        expect(page.locator("[data-edge]").first).to_be_attached()

        assert page.evaluate("document.querySelector('.flow').getAnimations({ subtree: true }).length") == 0


def test_five_hundred_nodes_are_grouped_and_legible_and_found_one_by_one(page: Page, big: None) -> None:
    page.goto("/brokers/local/topology/?vhost=big+map&idle=1")
    groups = page.get_by_role("link", name=re.compile(r"^queue mail…, 80 queues"))
    expect(groups).to_be_visible()
    assert len(page.evaluate(DRAWN)["nodes"]) <= MOST_DRAWN
    assert page.evaluate(COVERED) == []

    page.get_by_role("searchbox").fill("mail.q42 stock.q19")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("link", name=re.compile("^queue stock.q19,"))).to_be_visible()
    page.get_by_role("link", name="Table").click()

    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="mail.q42")).to_contain_text("event.42.#")
