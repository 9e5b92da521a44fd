// The list of queues: numbers change in place; when rows come or go the table is fetched again, but never under a hand.

import { fill } from "postroom/cells"
import { number } from "postroom/format"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { push } from "postroom/spark"

const SPARK_MS = 5_000
const SETTLE_MS = 2_000 // after the pointer or the focus has left
const FETCH_MS = 3_000 // no more often than this

customElements.define("queue-table", class extends HTMLElement {
  #stop = () => {}
  #rows = new Map()
  #count = null
  #sparkAt = performance.now()
  #fetchedAt = -Infinity
  #leftAt = -Infinity
  #isWanted = false
  #again = 0

  connectedCallback() {
    for (const kind of ["pointerleave", "focusout"]) this.addEventListener(kind, () => { this.#leftAt = performance.now() })
    this.#subscribe()
  }

  disconnectedCallback() {
    clearTimeout(this.#again)
    this.#stop()
  }

  #subscribe() {
    this.#stop()
    this.#rows = new Map([...this.querySelectorAll("[data-row]")].map(row => [row.dataset.row, row]))
    this.#count = Number(this.querySelector("[data-count]").dataset.count)
    const feed = `queues:${this.getAttribute("broker")}`
    this.#stop = live.subscribe(feed, data => this.#update(data), { only: [...this.#rows.keys()] })
  }

  #update({ rows, count, messages, state }) {
    this.querySelector(".list__scroll")?.classList.toggle("is-stale", state === "unreachable")
    const isNewPoint = performance.now() - this.#sparkAt > SPARK_MS
    if (isNewPoint) this.#sparkAt = performance.now()
    for (const [key, row] of this.#rows) {
      const data = rows?.[key]
      row.classList.toggle("is-stale", !data)
      if (!data) continue
      fill(row, data)
      push(row.querySelector("[data-spark]"), data.depth, isNewPoint)
    }
    const hasGone = state === "live" && [...this.#rows.keys()].some(key => !rows?.[key])
    if (hasGone || (count !== undefined && count !== this.#count) || (!this.#rows.size && count)) this.#isWanted = true
    // "Waiting for the first answer" must not outlive the answer.
    if (state && this.querySelector("[data-waiting]") && state !== "connecting") this.#isWanted = true
    for (const [name, value] of Object.entries({ count, messages })) {
      const total = document.querySelector(`[data-total="${name}"]`)
      if (total && value !== undefined) total.textContent = number(value)
    }
    this.#refresh()
  }

  async #refresh() {
    const now = performance.now()
    const isBusy = this.matches(":hover") || this.contains(document.activeElement) || now - this.#leftAt < SETTLE_MS
    // A table without rows has nobody's hand on it.
    clearTimeout(this.#again)
    if (!this.#isWanted) return
    if ((isBusy && this.#rows.size) || now - this.#fetchedAt < FETCH_MS) {
      // Nothing more may come: a feed is silent while nothing changes.
      this.#again = setTimeout(() => this.#refresh(), SETTLE_MS)
      return
    }
    this.#isWanted = false
    this.#fetchedAt = now
    try {
      const page = await fragment(location.href)
      const fresh = page.querySelector("queue-table")
      if (!fresh) return location.reload()
      redraw(page)
      const current = this.querySelector(".is-cur")?.dataset.row
      this.replaceChildren(...fresh.childNodes)
      this.#subscribe()
      this.#rows.get(current)?.classList.add("is-cur")
    } catch {
      // The server is away; the indicator says so.
      this.#isWanted = true
      this.#again = setTimeout(() => this.#refresh(), FETCH_MS)
    }
  }
})
