// Rates of the exchanges in the list.

import { fill } from "postroom/cells"
import { live } from "postroom/live"

customElements.define("exchange-table", class extends HTMLElement {
  #stop = () => {}

  connectedCallback() {
    this.#stop = live.subscribe(`exchanges:${this.getAttribute("broker")}`, ({ rows = {}, state }) => {
      this.querySelector(".list__scroll")?.classList.toggle("is-stale", state === "unreachable")
      for (const row of this.querySelectorAll("[data-row]")) fill(row, rows[row.dataset.row] ?? {})
    })
  }

  disconnectedCallback() {
    this.#stop()
  }
})
