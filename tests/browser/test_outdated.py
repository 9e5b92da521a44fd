"""What the server drew is fetched again when it is no longer so: nothing that had to wait is forgotten."""

from __future__ import annotations

from typing import cast

from playwright.sync_api import Page

SETTLE_MS, AWAY_MS = 2_000, 5_000
"""As in static/js/outdated.js."""
LOOKED_AT_ONCE = """
async () => {
  const { Outdated } = await import("postroom/outdated")
  let change = 0, drawn = 0
  const fetched = []
  await new Promise(done => {
    const outdated = new Outdated({
      pause: 50,
      isSo: () => change !== drawn,
      fetch: async () => {
        const now = change
        fetched.push(now)
        if (now === 1) {
          // On its way to the page the next one happens, and no feed says so later.
          change = 2
          outdated.look()
        }
        drawn = now
        if (now === 2) done()
      },
    })
    change = 1
    outdated.look()
    outdated.look()
  })
  return fetched
}
"""
UNDER_A_HAND = """
async () => {
  const { Outdated } = await import("postroom/outdated")
  let looks = 0
  window.looked = new Promise(done => {
    const outdated = new Outdated({
      pause: 0,
      isSo: () => true,
      isBusy: () => ++looks < 3,
      fetch: async () => { outdated.stop(); done(looks) },
    })
    outdated.look()
  })
}
"""
AFTER_A_FAILURE = """
async () => {
  const { Outdated } = await import("postroom/outdated")
  let tries = 0
  window.looked = new Promise(done => {
    const outdated = new Outdated({
      pause: 0,
      isSo: () => tries < 2,
      fetch: async () => {
        if (++tries === 1) throw new Error("away")
        done(tries)
      },
    })
    outdated.look()
  })
}
"""
TWO_PLACES = """
() => {
  document.querySelector("main").innerHTML = '<p data-redrawn="held">old</p><p data-redrawn="free">old</p>'
}
"""
REDRAWN = """
async () => {
  const { redraw } = await import("postroom/http")
  const text = `<p data-redrawn="held">new</p><p data-redrawn="free">new</p>`
  const fresh = new DOMParser().parseFromString(text, "text/html")
  return [redraw(fresh), ...[...document.querySelectorAll("main > p")].map(place => place.textContent)]
}
"""


def test_a_change_while_one_is_fetched_is_fetched_after_it(page: Page) -> None:
    page.goto("/settings/")

    assert page.evaluate(LOOKED_AT_ONCE) == [1, 2]


def test_what_waits_for_a_hand_is_fetched_when_it_is_gone(page: Page) -> None:
    assert _looked(page, UNDER_A_HAND, 2 * SETTLE_MS) >= 3


def test_a_server_that_was_away_is_asked_again(page: Page) -> None:
    assert _looked(page, AFTER_A_FAILURE, AWAY_MS) == 2


def test_a_place_under_a_hand_is_left_and_the_page_known_as_the_old_one(page: Page) -> None:
    """It came between the request and the answer."""
    page.goto("/settings/")
    page.evaluate(TWO_PLACES)
    page.mouse.move(0, 0)
    page.locator("[data-redrawn=held]").hover()

    first = page.evaluate(REDRAWN)
    page.mouse.move(0, 0)
    second = page.evaluate(REDRAWN)

    assert first == [False, "old", "new"]
    assert second == [True, "new", "new"]


def _looked(page: Page, script: str, milliseconds: int) -> int:
    """What the script finds when so much of the page's time has passed."""
    page.clock.install()
    page.goto("/settings/")
    page.evaluate(script)
    page.clock.run_for(milliseconds)
    return cast(int, page.evaluate("window.looked"))
