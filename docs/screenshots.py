"""Pictures of the running demo for README and docs: `make screenshots`.

Starts Postroom and its demo in a temporary folder, waits until there is something to see, and takes every page in
light, dark and 390 px width. Pictures are small because they are in the repository: palette PNGs of the visible page.
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

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import serving
from tests.support.serving import Served

FOLDER = Path(__file__).parent / "shots"
CHROMIUM = "/usr/bin/chromium"
QUEUE = "/brokers/local/~2F/queues/payments.capture/"
BROKER = "/brokers/local/"
PAGES = {
    "overview": "/",
    "attention": "/attention/",
    "queues": BROKER + "queues/",
    "queue": QUEUE,
    "queue-consumers": QUEUE + "#consumers",
    "queue-new": BROKER + "queues/new/",
    "queue-delete": QUEUE + "delete/",
    "messages": QUEUE + "messages/",
    "publish": QUEUE + "publish/",
    "purge": QUEUE + "purge/",
    "move": QUEUE + "move/",
    "held": QUEUE + "unacked/",
    "exchanges": BROKER + "exchanges/",
    "exchange": BROKER + "~2F/exchanges/events/",
    "exchange-new": BROKER + "exchanges/new/",
    "bindings": BROKER + "bindings/",
    "topology": BROKER + "topology/",
    "connections": BROKER + "connections/",
    "channels": BROKER + "channels/",
    "consumers": BROKER + "consumers/",
    "unacked": BROKER + "unacked/",
    "nodes": BROKER + "nodes/",
    "vhosts": BROKER + "vhosts/",
    "vhost": BROKER + "vhosts/~2F/",
    "vhost-new": BROKER + "add-vhost/",
    "policies": BROKER + "policies/",
    "policy-new": BROKER + "policies/new/",
    "limits": BROKER + "limits/",
    "definitions": BROKER + "definitions/",
    "jobs": "/jobs/",
    "broker": "/brokers/new/",
    "settings": "/settings/",
    "about": "/about/",
}
LOOKS = {
    "light": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "dark"},
    "390": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
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
        _warm_up(browser, served, options.warm_up)
        for look in LOOKS:
            _take(browser, served, look, options.into)
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


def _warm_up(browser: Browser, served: Served, seconds: int) -> None:
    page = browser.new_page()
    _log_in(page, served)
    page.wait_for_timeout(seconds * 1000)
    page.close()


def _take(browser: Browser, served: Served, look: str, into: Path | None) -> None:
    context = browser.new_context(**LOOKS[look])  # type: ignore[arg-type]
    page = context.new_page()
    _log_in(page, served)
    for name, address in PAGES.items():
        if into is None and f"{name}-{look}" not in IN_README:
            continue
        page.goto(served.url + address)
        look_button = page.locator(".look__form button")
        if look_button.count():
            look_button.click()
            page.locator(".panes").wait_for()
        else:
            page.wait_for_timeout(2500)
        page.locator("live-indicator", has_text="Live").wait_for()
        path = (into or FOLDER) / f"{name}-{look}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path)
        _shrink(path)
    context.close()


def _log_in(page: Page, served: Served) -> None:
    page.goto(served.url + "/login/")
    page.fill("[name=username]", served.name)
    page.fill("[name=password]", served.password)
    page.click("form button")
    page.wait_for_url(served.url + "/")


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
