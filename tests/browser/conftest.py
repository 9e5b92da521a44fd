"""The whole of Postroom in a real Chromium: one server, one browser and one login for the folder.

Their scope is the package, not the session: Playwright keeps an event loop in the thread as long as it runs, and tests
of other folders start their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect, sync_playwright

from tests.browser.watched import Watch, add_broker, remove_broker, sign_in
from tests.conftest import lacking
from tests.support.rabbitmq import RabbitMQ
from tests.support.serving import PASSWORD, Served, serving
from tests.support.waiting import PATIENCE_SECONDS

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WITHOUT = ",".join(
    (
        # Chromium's own pages below the address bar, loaded anew for each context: half of what one costs.
        *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
        # Those that Playwright switches off: the last list counts.
        *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
        *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
        *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
        "PreconnectToSearch",
    )
)
SOON_FAST = "--js-flags=--no-lazy-feedback-allocation"
"""Every page loads its scripts, and axe, anew: V8 takes them for worth its while at once, a tenth of the work less."""

DESKTOP: ViewportSize = {"width": 1400, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
TIMEOUT_MS = PATIENCE_SECONDS * 1000
"""Of every wait for the page: far more than anything takes, so that only what never comes fails."""

RABBIT = "rabbit"
"""How a real RabbitMQ is called where a module has it registered."""

Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker of xdist gets all of them but those of the real RabbitMQ, which go where that is."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if "rabbitmq" not in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def postroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # Registered brokers are looked at every second instead of every five: tests wait for them.
    with serving(tmp_path_factory.mktemp("postroom"), POSTROOM_COLLECT_SECONDS="1") as served:
        yield served
    assert "Traceback" not in served.text, served.text


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        lacking("Chromium", "install Debian's package chromium")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        switches = ["--no-sandbox", SOON_FAST, f"--disable-features={WITHOUT}", *QUIET]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=switches)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(chromium: Browser, postroom: Served) -> StorageState:
    """The cookies of the administrator."""
    context = chromium.new_context(base_url=postroom.url)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto("/")
    sign_in(page, "admin", PASSWORD)
    expect(page).to_have_url(f"{postroom.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def registered(chromium: Browser, postroom: Served, signed_in: StorageState, rabbitmq: RabbitMQ) -> Iterator[RabbitMQ]:
    """Added by its form; tests of the module find it as RABBIT, other modules have the embedded broker alone."""
    with chromium.new_context(base_url=postroom.url, storage_state=signed_in) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        add_broker(page, RABBIT, rabbitmq.amqp_port, rabbitmq.api_port)
        expect(page).to_have_url(f"{postroom.url}/brokers/{RABBIT}/queues/")
        # What is live there costs a tenth of a core.
        page.goto("about:blank")
        yield rabbitmq
        remove_broker(page, RABBIT)


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert not watch.problems, "\n".join(watch.problems)


@pytest.fixture
def after_pages() -> Iterator[ExitStack]:
    """Ends when the pages of the test are closed: one that still saw its queue go would ask for it, and be told 404."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def opened(chromium: Browser, postroom: Served, watch: Watch, after_pages: ExitStack) -> Iterator[Opener]:
    """Opens pages in contexts of their own; options are those of a browser context."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"base_url": postroom.url, "viewport": DESKTOP} | options)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        watch.follow(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened: Opener, signed_in: StorageState) -> Page:
    """Of somebody who is logged in, as an administrator."""
    return opened(storage_state=signed_in)


@pytest.fixture
def channel(postroom: Served, management: httpx.Client, after_pages: ExitStack) -> BlockingChannel:
    """A client of the embedded broker, with confirms: what `basic_publish` returned from is in its queue.

    The queues of vhost / go with the test: what one left behind would be stuck, and need attention, in the next.
    """
    connection = after_pages.enter_context(connected(postroom))
    after_pages.callback(_delete_queues, connection, management)
    channel = connection.channel()
    channel.confirm_delivery()
    return channel


def _delete_queues(connection: pika.BlockingConnection, management: httpx.Client) -> None:
    channel = connection.channel()
    for queue in management.get("/queues/%2F").json():
        channel.queue_delete(queue["name"])


def connected(postroom: Served) -> pika.BlockingConnection:
    return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", postroom.amqp_port, heartbeat=0))


@pytest.fixture(scope="package")
def management(postroom: Served) -> Iterator[httpx.Client]:
    """The embedded broker's management API."""
    base = f"http://127.0.0.1:{postroom.api_port}/api"
    with httpx.Client(base_url=base, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as client:
        yield client
