// Rates of exchanges: of one, or of a list (data-count) that is fetched again when exchanges come or go.

import { fill } from "postroom/cells"
import { fragment } from "postroom/http"
import { live } from "postroom/live"

const FETCH_MS = 3_000 // no more often than this

customElements.define("exchange-table", class extends HTMLElement {
  #stop = () => {}
  #fetchedAt = -Infinity

  connectedCallback() {
    this.#stop = live.subscribe(`exchanges:${this.getAttribute("broker")}`, ({ rows = {}, state }) => {
      this.querySelector(".list__scroll")?.classList.toggle("is-stale", state === "unreachable")
      for (const row of this.querySelectorAll("[data-row]")) fill(row, rows[row.dataset.row] ?? {})
      if (state === "live" && "count" in this.dataset) this.#redraw(Object.keys(rows).length)
    })
  }

  disconnectedCallback() {
    this.#stop()
  }

  async #redraw(count) {
    const now = performance.now()
    const isBusy = this.matches(":hover") || this.contains(document.activeElement)
    if (String(count) === this.dataset.count || isBusy || now - this.#fetchedAt < FETCH_MS) return
    this.#fetchedAt = now
    try {
      const fresh = (await fragment(location.href)).querySelector("exchange-table")
      if (!fresh) return
      this.dataset.count = fresh.dataset.count
      this.replaceChildren(...fresh.childNodes)
    } catch {
      // The server is away; the indicator says so, and the next tick tries again.
    }
  }
})
