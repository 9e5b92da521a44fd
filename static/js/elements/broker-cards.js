// The cards of the overview, the totals above the chart, and the list of what needs attention.

import { fill, shape } from "postroom/cells"
import { rate } from "postroom/format"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"
import { push } from "postroom/spark"

const POINT_MS = 5_000
const SPARKS = { depth: "depth", publish: "publish", deliver: "deliver", ack: "ack" }

customElements.define("broker-cards", class extends HTMLElement {
  #stop = () => {}
  #brokers = {}
  #outdated = new Outdated({
    isSo: () => this.#isOutdated(this.#brokers),
    fetch: () => this.#fetch(),
    isBusy: () => this.matches(":hover") || this.contains(document.activeElement),
  })
  #pointAt = performance.now()

  connectedCallback() {
    this.#stop = live.subscribe("brokers", ({ brokers = {} }) => this.#update(brokers))
  }

  disconnectedCallback() {
    this.#stop()
    this.#outdated.stop()
  }

  #update(brokers) {
    const isNewPoint = performance.now() - this.#pointAt > POINT_MS
    if (isNewPoint) this.#pointAt = performance.now()
    for (const card of this.querySelectorAll("[data-broker]")) {
      const data = brokers[card.dataset.broker]
      if (!data) continue
      fill(card, data)
      card.querySelector(".broker__body").classList.toggle("is-stale", data.state !== "live")
      for (const [name, key] of Object.entries(SPARKS))
        push(card.querySelector(`[data-spark="${name}"]`), data[key] ?? null, isNewPoint)
      const retry = card.querySelector('[data-cell="retry"]')
      if (retry && data.retry_at) retry.textContent = `retry in ${Math.max(0, Math.round(data.retry_at - Date.now() / 1000))} s`
    }
    for (const row of document.querySelectorAll(".attn__row")) {
      const told = brokers[row.dataset.of]?.attention?.[row.dataset.row]
      if (!told) continue
      fill(row, told)
      if (row.dataset.row) shape(row.querySelector(".glyph"), told.status)
    }
    this.#totals(Object.values(brokers))
    this.#brokers = brokers
    this.#outdated.look()
  }

  #totals(brokers) {
    for (const name of ["publish", "deliver", "ack"]) {
      const cell = document.querySelector(`[data-total="${name}"]`)
      const known = brokers.filter(data => data.state === "live" && data[name] !== undefined)
      if (cell) cell.textContent = known.length ? `${rate(known.reduce((sum, data) => sum + data[name], 0))}/s` : "–"
    }
  }

  /** Which brokers there are, how they are and how much is wrong: where the page says otherwise its pieces are fetched again. */
  async #fetch() {
    const fresh = await fragment(location.href)
    // One broker stands beside the chart, more stand above it.
    if (fresh.querySelectorAll(".broker").length !== document.querySelectorAll(".broker").length) return location.reload()
    redraw(fresh)
  }

  /** Compared with what the server drew, not with the tick before: the page may be older than the first tick. */
  #isOutdated(brokers) {
    const cards = [...this.querySelectorAll("[data-broker]")].map(card => card.dataset)
    const drawn = cards.map(card => [card.broker, card.state, card.critical, card.warning].join(" "))
    const told = Object.entries(brokers).map(([slug, data]) => [slug, data.state, data.critical, data.warning].join(" "))
    const hasFirstQueue = document.querySelector("#first-run") && Object.values(brokers).some(data => data.queues > 1)
    const rows = [...document.querySelectorAll(".attn__row")].map(row => row.dataset)
    const isOver = rows.some(({ of, row }) => !brokers[of]?.attention || !(row in brokers[of].attention))
    return Boolean(hasFirstQueue) || isOver || drawn.sort().join() !== told.sort().join()
  }
})
