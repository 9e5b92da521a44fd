// <attention-list>: what needs somebody. It is fetched again when the count turns, and now and then because evidence
// grows older; never under a hand.

import { fragment } from "postroom/http"
import { live } from "postroom/live"

const FETCH_MS = 3_000 // no more often than this
const AGAIN_MS = 15_000

customElements.define("attention-list", class extends HTMLElement {
  #stop = () => {}
  #fetchedAt = performance.now()

  connectedCallback() {
    this.#stop = live.subscribe("frame", data => this.#look(Object.values(data.brokers ?? {})))
    this.#timer = setInterval(() => document.hidden || live.isPaused || this.#fetch(AGAIN_MS), AGAIN_MS)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
    this.#stop()
  }

  #timer = 0

  #look(brokers) {
    const sum = name => brokers.reduce((total, broker) => total + broker[name], 0)
    if (String(sum("attention")) !== this.dataset.things || String(sum("critical")) !== this.dataset.critical) this.#fetch(FETCH_MS)
  }

  async #fetch(pause) {
    const isBusy = this.matches(":hover") || this.contains(document.activeElement)
    if (isBusy || performance.now() - this.#fetchedAt < pause) return
    this.#fetchedAt = performance.now()
    try {
      const fresh = (await fragment(location.href)).querySelector("attention-list")
      if (!fresh) return
      Object.assign(this.dataset, fresh.dataset)
      this.replaceChildren(...fresh.childNodes)
    } catch {
      // The server is away; the indicator says so, and the next tick tries again.
    }
  }
})
