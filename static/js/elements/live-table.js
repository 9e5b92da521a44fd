// Any list: numbers change in place. When rows come or go the table is fetched again, but never under a hand: while
// the pointer or the focus is in it, its order is frozen and its foot says so.
//
// <live-table feed="queues:local">: cells name their values (cells.js), [data-known] is how many rows there were.

import { fill } from "postroom/cells"
import { number } from "postroom/format"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { push } from "postroom/spark"

const SPARK_MS = 5_000
const SETTLE_MS = 2_000 // after the pointer or the focus has left
const FETCH_MS = 3_000 // no more often than this

customElements.define("live-table", class extends HTMLElement {
  #stop = () => {}
  #rows = new Map()
  #known = 0
  #sparkAt = performance.now()
  #fetchedAt = -Infinity
  #leftAt = -Infinity
  #isWanted = false
  #again = 0

  connectedCallback() {
    for (const kind of ["pointerleave", "focusout"]) this.addEventListener(kind, () => { this.#leftAt = performance.now() })
    if (this.getAttribute("feed")) this.#subscribe()
  }

  disconnectedCallback() {
    clearTimeout(this.#again)
    this.#stop()
  }

  #subscribe() {
    this.#stop()
    this.#rows = new Map([...this.querySelectorAll("[data-row]")].map(row => [row.dataset.row, row]))
    this.#known = Number(this.querySelector("[data-known]").dataset.known)
    this.#stop = live.subscribe(this.getAttribute("feed"), (data, patch) => this.#update(data, patch), { only: [...this.#rows.keys()] })
  }

  #update({ rows = {}, count, messages, state }, patch) {
    this.querySelector(".list__scroll")?.classList.toggle("is-stale", state === "unreachable")
    const isNewPoint = performance.now() - this.#sparkAt > SPARK_MS
    if (isNewPoint) this.#sparkAt = performance.now()
    for (const [key, row] of this.#rows) {
      const data = rows[key]
      row.classList.toggle("is-stale", !data)
      if (!data) continue
      // After the first time only what changed is written.
      const changed = patch === null ? data : patch.rows?.[key]
      if (changed) fill(row, "verdict" in changed || "status" in changed ? { ...changed, verdict: data.verdict, status: data.status } : changed)
      if (isNewPoint || changed?.depth !== undefined) push(row.querySelector("[data-spark]"), data.depth, isNewPoint)
    }
    const hasGone = state === "live" && [...this.#rows.keys()].some(key => !rows[key])
    if (hasGone || (count !== undefined && count !== this.#known)) this.#isWanted = true
    // "Waiting for the first answer" must not outlive the answer.
    if (state && this.querySelector("[data-waiting]") && state !== "connecting") this.#isWanted = true
    for (const [name, value] of Object.entries({ count, messages })) {
      const total = document.querySelector(`[data-total="${name}"]`)
      if (total && value !== undefined) total.textContent = number(value)
    }
    this.#refresh()
  }

  get #isBusy() {
    const isHeld = this.matches(":hover") || this.contains(document.activeElement) || performance.now() - this.#leftAt < SETTLE_MS
    // A table without rows has nobody's hand on it; what is ticked must not move.
    return this.#rows.size > 0 && (isHeld || this.querySelector("input[name=row]:checked") !== null)
  }

  async #refresh() {
    clearTimeout(this.#again)
    const isPaused = this.#isWanted && this.#isBusy
    this.querySelector("[data-order]")?.toggleAttribute("hidden", !isPaused)
    if (!this.#isWanted) return
    if (isPaused || performance.now() - this.#fetchedAt < FETCH_MS) {
      // Nothing more may come: a feed is silent while nothing changes.
      this.#again = setTimeout(() => this.#refresh(), SETTLE_MS)
      return
    }
    this.#isWanted = false
    this.#fetchedAt = performance.now()
    try {
      const page = await fragment(location.href)
      const fresh = page.querySelector("live-table")
      if (!fresh) return location.reload()
      redraw(page)
      const current = this.querySelector(".is-cur")?.dataset.row
      this.replaceChildren(...fresh.childNodes)
      this.#subscribe()
      this.#rows.get(current)?.classList.add("is-cur")
      this.dispatchEvent(new Event("redrawn", { bubbles: true }))
    } catch {
      // The server is away; the indicator says so.
      this.#isWanted = true
      this.#again = setTimeout(() => this.#refresh(), FETCH_MS)
    }
  }
})
