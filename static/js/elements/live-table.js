// Any list: numbers change in place. When rows change places they are moved, when they come or go the table is fetched
// again, but never under a hand: while the pointer or the focus is in it, or rows are ticked, its order is frozen and its
// foot says so.
//
// <live-table feed="queues:local" query="sort=-ready">: cells name their values (cells.js), [data-known] is how many rows
// there were. A feed that knows the query sends the keys of the rows that belong on the page, as `order`.

import { fill } from "postroom/cells"
import { number } from "postroom/format"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { push } from "postroom/spark"

const SPARK_MS = 5_000
const SETTLE_MS = 2_000 // after the pointer or the focus has left
const FETCH_MS = 3_000 // no more often than this
const ORDER_MS = 10_000 // where rows only changed places with others of another page

customElements.define("live-table", class extends HTMLElement {
  #stop = () => {}
  #rows = new Map()
  #known = 0
  #sparkAt = performance.now()
  #fetchedAt = -Infinity
  #leftAt = -Infinity
  #isWanted = false
  #order = null
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
    this.#order = null
    const asked = { only: [...this.#rows.keys()], query: this.getAttribute("query") || "page=1" }
    this.#stop = live.subscribe(this.getAttribute("feed"), (data, patch) => this.#update(data, patch), asked)
  }

  #update({ rows = {}, count, messages, state, order }, patch) {
    if (order) this.#order = order
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

  /** Whether the rows on the page stand where they belong, are to be moved, or are others. */
  get #places() {
    if (!this.#order) return "right"
    const keys = [...this.#rows.keys()]
    if (this.#order.length !== keys.length) return "others"
    if (this.#order.every((key, i) => key === keys[i])) return "right"
    return this.#order.every(key => this.#rows.has(key)) ? "moved" : "others"
  }

  #move() {
    this.querySelector("tbody").append(...this.#order.map(key => this.#rows.get(key)))
    this.#rows = new Map(this.#order.map(key => [key, this.#rows.get(key)]))
  }

  /** Put the rows that are here already in place of their fresh copies: they are laid out, and what is new is little. */
  #keepRows(fresh) {
    const heads = table => [...table.querySelectorAll("thead th")].map(head => head.textContent).join("|")
    if (heads(this) !== heads(fresh)) return
    for (const row of fresh.querySelectorAll("tbody [data-row]")) {
      const mine = this.#rows.get(row.dataset.row)
      if (mine) row.replaceWith(mine)
    }
  }

  async #refresh() {
    clearTimeout(this.#again)
    const places = this.#places
    const isPaused = (this.#isWanted || places !== "right") && this.#isBusy
    this.querySelector("[data-order]")?.toggleAttribute("hidden", !isPaused)
    if (!isPaused && places === "moved") this.#move()
    if (!this.#isWanted && (places === "right" || (places === "moved" && !isPaused))) return
    const pause = this.#isWanted ? FETCH_MS : ORDER_MS
    if (isPaused || performance.now() - this.#fetchedAt < pause) {
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
      if (this.#isBusy) {
        // A hand came while it was on its way.
        this.#isWanted = true
        return this.#refresh()
      }
      redraw(page)
      const current = this.querySelector(".is-cur")?.dataset.row
      this.#keepRows(fresh)
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
