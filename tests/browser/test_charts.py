"""Charts follow their place."""

from __future__ import annotations

import re

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP
from tests.support.waiting import wait_until

PHONE: ViewportSize = {"width": 390, "height": 844}
SETTLED_SECONDS = 10
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
EXCHANGE = "/brokers/local/~2F/exchanges/amq.topic/"


def test_a_chart_follows_its_place_when_theme_and_width_change_at_once(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(EXCHANGE)
    canvas = page.locator("rate-chart canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile(r" at \d\d:\d\d:\d\d"))

    for theme, size in ((None, PHONE), (None, DESKTOP), ("light", PHONE), ("dark", DESKTOP)):
        if theme:
            page.evaluate(
                "theme => { document.documentElement.dataset.theme = theme; dispatchEvent(new Event('themechange')) }",
                theme,
            )
        page.set_viewport_size(size)
        wait_until(lambda: _fits(page), within=SETTLED_SECONDS)


def _fits(page: Page) -> bool:
    """Whether nothing scrolls sideways, and the chart is as wide as its place."""
    widths = "[document.querySelector('rate-chart canvas').clientWidth, document.querySelector('.plot').clientWidth]"
    canvas, plot = page.evaluate(widths)
    return bool(page.evaluate(FITS)) and canvas == plot
