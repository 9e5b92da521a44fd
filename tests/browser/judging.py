"""Whether everybody can use a page: WCAG 2.2 AA by axe-core, light and dark, wide and narrow; nothing scrolls sideways.

And no text runs out of its place into the next one.

Colours depend on the scheme alone and places on the width alone (tests/house/test_styles.py sees to it): what was
judged dark on a phone and light on a desktop needs no other look.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import DESKTOP, PHONE
from tests.support.waiting import wait_until

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
Rules = dict[str, Any]
"""What of axe to run, as options of `axe.run`."""

WCAG: Rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
BUT_CONTRAST: Rules = {**WCAG, "rules": {"color-contrast": {"enabled": False}}}
OF_A_LOOK: Rules = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
}
"""Whose verdict depends on colours and places. The others look at the page's elements, most of a second's work."""
Found = dict[str, list[str]]
"""What is wrong, by the name of the page and its look."""

JUDGE = """
async ([context, rules]) => {
  const { violations } = await axe.run(context, { ...rules, resultTypes: ["violations"], preload: false })
  return violations.map(({ id, help, nodes }) => `${id}: ${help}\\n` +
    nodes.map(node => `  ${node.target.join(" ")}  ${node.any[0]?.message ?? ""}`).join("\\n"))
}
"""
ALIKE = ["dialog:not([open])", "symbol", "tbody tr:nth-child(n+13)"]
"""What nobody sees, and rows that are drawn as the dozen before them are."""
FRAME = [".side", ".top"]
"""The same on every page; half of the elements of one that has little in it."""

OUT_OF_PLACE = """
() => {
  const page = document.scrollingElement
  const all = page.scrollWidth <= innerWidth ? [] : [page, ...document.querySelectorAll("body *")]
  const isBeyond = each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest("[hidden], .side")
  // What is turned is drawn elsewhere than it is laid out.
  const isSeen = ({ overflowX, rotate }) => overflowX === "visible" && rotate === "none"
  const places = document.querySelectorAll("main :is(div, dt, dd, p, h1, h2, h3, th, td, li, label, button, a.btn)")
  const isFull = each => each.clientWidth && each.scrollWidth > each.clientWidth + 1 && isSeen(getComputedStyle(each))
  return [
    ["scrolls sideways", all.filter(each => each === page || isBeyond(each))],
    ["runs out of its place", [...places].filter(isFull)],
  ].flatMap(([how, found]) => found.slice(0, 5).map(each => `${how}: ${each.outerHTML.slice(0, 120)}`))
}
"""


@dataclass(slots=True, frozen=True)
class Look:
    size: ViewportSize
    scheme: Literal["light", "dark"]
    rules: Rules

    def __str__(self) -> str:
        return f"{self.size['width']} px, {self.scheme}"


PHONE_LIGHT = Look(PHONE, "light", BUT_CONTRAST)
WHOLE_AND_NARROW = (Look(PHONE, "dark", OF_A_LOOK), Look(DESKTOP, "light", WCAG))


def judge(page: Page, name: str, looks: Sequence[Look] = WHOLE_AND_NARROW, *, with_frame: bool = False) -> Found:
    """Of every look at the page as it is, without loading it again; the last of them stays."""
    page.wait_for_load_state("domcontentloaded")
    context = {"exclude": [[each] for each in (ALIKE if with_frame else FRAME + ALIKE)]}
    # By evaluate: the Content-Security-Policy refuses a script that the test would add to the page.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: Found = {}
    for look in looks:
        page.set_viewport_size(look.size)
        page.emulate_media(color_scheme=look.scheme)
        violations: list[str] = page.evaluate(JUDGE, [context, look.rules])
        if problems := violations + _out_of_place(page):
            found[f"{name}, {look}"] = problems
    return found


def report(found: Found) -> str:
    return "\n".join(f"{name}\n{problem}" for name, problems in found.items() for problem in problems)


def _out_of_place(page: Page) -> list[str]:
    found: list[str] = []

    def is_in_place() -> bool:
        found[:] = page.evaluate(OUT_OF_PLACE)
        return not found

    # A chart follows its place a moment after the window was made smaller.
    with suppress(AssertionError):
        wait_until(is_in_place)
    return found
