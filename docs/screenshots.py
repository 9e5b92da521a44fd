"""Pictures of the running demo for README and docs: `make screenshots`.

Starts Postroom and its demo in a temporary folder, waits until there is something to see, and takes README's pictures:
palette PNGs of the visible page, small because they are in the repository. With --into every page is taken from top to
bottom in light, dark and 390 px width, for somebody to look at.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, sync_playwright

from tests.support import serving
from tests.support.serving import Served

FOLDER = Path(__file__).parent / "shots"
CHROMIUM = "/usr/bin/chromium"
QUEUE = "/brokers/local/~2F/queues/payments.capture/"
BROKER = "/brokers/local/"
NOWHERE = "/no/such/page/"
PAGES = {
    "overview": "/",
    "attention": "/attention/",
    "queues": BROKER + "queues/",
    "queue": QUEUE,
    "queue-consumers": QUEUE + "#consumers",
    "queue-details": QUEUE + "#details",
    "queues-none": BROKER + "queues/?q=nothing",
    "queue-new": BROKER + "queues/new/",
    "queue-bind": QUEUE + "bind/",
    "queue-delete": QUEUE + "delete/",
    "messages": QUEUE + "messages/",
    "publish": QUEUE + "publish/",
    "purge": QUEUE + "purge/",
    "move": QUEUE + "move/",
    "held": QUEUE + "unacked/",
    "exchanges": BROKER + "exchanges/",
    "exchange": BROKER + "~2F/exchanges/events/",
    "exchange-new": BROKER + "exchanges/new/",
    "exchange-bind": BROKER + "~2F/exchanges/events/bind/",
    "exchange-publish": BROKER + "~2F/exchanges/events/publish/",
    "exchange-delete": BROKER + "~2F/exchanges/events/delete/",
    "unbind": BROKER + "~2F/unbind/?source=events&to=queue&destination=payments.capture&key=payment.%252A",
    "bindings": BROKER + "bindings/",
    "topology": BROKER + "topology/",
    "topology-table": BROKER + "topology/?view=table",
    "topology-message": BROKER + "topology/?from=~2F/events&key=order.paid&node=exchange/~2F/events",
    "connections": BROKER + "connections/",
    "channels": BROKER + "channels/",
    "consumers": BROKER + "consumers/",
    "unacked": BROKER + "unacked/",
    "user-close": BROKER + "connections/of/guest/close/",
    "nodes": BROKER + "nodes/",
    "node": BROKER + "nodes/postroom~40localhost/",
    "vhosts": BROKER + "vhosts/",
    "vhost": BROKER + "vhosts/~2F/",
    "vhost-new": BROKER + "add-vhost/",
    "vhost-edit": BROKER + "vhosts/~2F/edit/",
    "vhost-delete": BROKER + "vhosts/~2F/delete/",
    "policies": BROKER + "policies/",
    "policies-operator": BROKER + "policies/?kind=operator",
    "policy-new": BROKER + "policies/new/",
    "policy-edit": BROKER + "~2F/policies/orders/",
    "policy-delete": BROKER + "~2F/policies/orders/delete/",
    "limits": BROKER + "limits/",
    "users": BROKER + "users/",
    "user": BROKER + "users/guest/",
    "user-new": BROKER + "add-user/",
    "user-tags": BROKER + "users/guest/tags/",
    "user-password": BROKER + "users/guest/password/",
    "user-delete": BROKER + "users/guest/delete/",
    "permission": BROKER + "permissions/?user=guest&vhost=/",
    "permission-clear": BROKER + "permissions/clear/?user=guest&vhost=/",
    "topic-permission": BROKER + "permissions/topic/?user=guest&vhost=/",
    "definitions": BROKER + "definitions/",
    "past": QUEUE + "history/?view=table&range=1h",
    "past-rates": BROKER + "rates/",
    "past-node": BROKER + "nodes/postroom~40localhost/history/",
    "past-vhost": BROKER + "vhosts/~2F/history/",
    "past-exchange": BROKER + "~2F/exchanges/events/history/",
    "past-broker": BROKER + "history/?view=table&range=1h",
    "features": BROKER + "features/",
    "shovels": BROKER + "shovels/",
    "rename": BROKER + "rename/",
    "reset": BROKER + "reset/",
    "jobs": "/jobs/",
    "broker": "/brokers/new/",
    "broker-edit": BROKER + "edit/",
    "settings": "/settings/",
    "about": "/about/",
    "nothing": NOWHERE,
}
DESKTOP: ViewportSize = {"width": 1400, "height": 900}
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "light": (DESKTOP, "light"),
    "dark": (DESKTOP, "dark"),
    "390": ({"width": 390, "height": 844}, "light"),
}
DEFINITIONS = b"""{"queues": [
  {"vhost": "/", "name": "returns", "durable": true, "auto_delete": false, "arguments": {}},
  {"vhost": "/", "name": "payments.capture", "durable": true, "auto_delete": false, "arguments": {}}
]}"""
LOADED_MS, DRAWN_MS = 2500, 500
"""Until the charts have their points, and until they follow another look."""

Colour = tuple[int, int, int]
COMMON_COLOURS = 160

IN_README = (
    "overview-light",
    "attention-light",
    "queues-light",
    "queue-dark",
    "messages-light",
    "topology-light",
    "connections-dark",
    "vhost-light",
    "definitions-plan-light",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warm-up", type=int, default=150, help="seconds of demo before the first picture")
    parser.add_argument(
        "--into", type=Path, help="take every picture into this folder, not only README's into docs/shots"
    )
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        serving.serving(Path(home)) as served,
        _demo(served),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = _ready(browser, served, options.warm_up)
        if options.into is None:
            _take_for_readme(page)
        else:
            _take_all(page, options.into)
        browser.close()


@contextmanager
def _demo(served: Served) -> Iterator[None]:
    url = f"amqp://guest:guest@127.0.0.1:{served.amqp_port}/"
    environment = serving.environment(served.home)
    process = subprocess.Popen([sys.executable, "manage.py", "demo", "--url", url], cwd=serving.ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _ready(browser: Browser, served: Served, warm_up_seconds: int) -> Page:
    """A page of the administrator, when the demo has run for a while."""
    page = browser.new_page(viewport=DESKTOP, base_url=served.url)
    page.goto("/login/")
    page.fill("[name=username]", served.name)
    page.fill("[name=password]", served.password)
    page.click("form button")
    page.wait_for_url(served.url + "/")
    page.wait_for_timeout(warm_up_seconds * 1000)
    return page


def _take_for_readme(page: Page) -> None:
    pages = dict(PAGES)
    for picture in IN_README:
        name, _, look = picture.rpartition("-")
        if name not in pages:
            # What it makes would be seen on the others.
            pages |= _make(page)
        size, scheme = LOOKS[look]
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        _open(page, pages[name])
        path = FOLDER / f"{picture}.png"
        page.screenshot(path=path)
        _shrink(path)


def _take_all(page: Page, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    made = _make(page)
    for name, address in (PAGES | made).items():
        _open(page, address)
        _take(page, name, into)
    page.context.clear_cookies()
    page.goto("/login/")
    _take(page, "login", into)


def _take(page: Page, name: str, into: Path) -> None:
    for look, (size, scheme) in LOOKS.items():
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(DRAWN_MS)
        page.screenshot(path=into / f"{name}-{look}.png", full_page=True)
    page.set_viewport_size(DESKTOP)


def _open(page: Page, address: str) -> None:
    page.goto(address)
    look_button = page.locator(".look__form button")
    if look_button.count():
        look_button.click()
        page.locator(".panes").wait_for()
    else:
        page.wait_for_timeout(LOADED_MS)
    if page.locator("live-indicator").count():
        page.locator("live-indicator", has_text="Live").wait_for()


def _make(page: Page) -> dict[str, str]:
    """What the demo has none of: a policy, a plan and a job. Returns pages of what has no name of its own."""
    page.goto(BROKER + "policies/new/")
    page.get_by_label("Name", exact=True).fill("orders")
    page.get_by_label("Pattern").fill(r"^orders\.")
    page.locator("[name=set_max-length]").fill("5000")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Save policy").click()
    page.wait_for_url("**/policies/**")
    file = FilePayload(name="shop.json", mimeType="application/json", buffer=DEFINITIONS)
    page.goto(BROKER + "definitions/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Make the plan").click()
    page.wait_for_url("**/plans/*/")
    plan = page.url
    page.goto(QUEUE + "publish/")
    page.get_by_label("Body", exact=True).fill('{"payment": 1}')
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Publish 1 message").click()
    page.wait_for_url("**/jobs/*/")
    job = page.url
    page.goto(BROKER + "channels/")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/channels/*/")
    channel = page.url
    page.goto(BROKER + "connections/")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/connections/*/")
    return {
        "definitions-plan": plan,
        "job": job,
        "channel": channel,
        "connection": page.url,
        "connection-close": page.url + "close/",
    }


def _shrink(path: Path) -> None:
    """A page has few colours: 256 of them make a third of the file."""
    from PIL import Image

    with Image.open(path) as opened:
        size, raw = opened.size, opened.convert("RGB").tobytes()
    pixels: list[Colour] = list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))
    colours = [colour for colour, _ in Counter(pixels).most_common()]
    palette = _palette(colours)
    index = {colour: min(range(len(palette)), key=lambda at: _distance(palette[at], colour)) for colour in colours}
    small = Image.frombytes("P", size, bytes(index[colour] for colour in pixels))
    small.putpalette([part for colour in palette for part in colour])
    small.save(path, optimize=True)


def _palette(colours: list[Colour]) -> list[Colour]:
    """The common ones exactly, so that paper stays paper; then those farthest from all others, which say most."""
    chosen, rest = colours[:COMMON_COLOURS], colours[COMMON_COLOURS:]
    far = {colour: min(_distance(colour, each) for each in chosen) for colour in rest}
    while far and len(chosen) < 256:
        added = max(far, key=lambda colour: far[colour])
        chosen.append(added)
        del far[added]
        far = {colour: min(was, _distance(colour, added)) for colour, was in far.items()}
    return chosen


def _distance(one: Colour, other: Colour) -> int:
    return sum((left - right) ** 2 for left, right in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
