// <job-list data-unfinished="12 13" data-latest="13">: when one of these jobs has ended, or a later one is there, the list
// is fetched again.

import { fragment } from "postroom/http"
import { live } from "postroom/live"

const FETCH_MS = 2_000 // no more often than this

customElements.define("job-list", class extends HTMLElement {
  #stop = () => {}
  #fetchedAt = -Infinity

  connectedCallback() {
    this.#stop = live.subscribe("jobs", ({ jobs = {} }) => this.#compare(jobs))
  }

  disconnectedCallback() {
    this.#stop()
  }

  async #compare(jobs) {
    const hasEnded = this.dataset.unfinished.split(" ").some(number => jobs[number]?.finished)
    const hasBegun = Object.keys(jobs).some(number => Number(number) > Number(this.dataset.latest))
    const now = performance.now()
    if (!(hasEnded || hasBegun) || now - this.#fetchedAt < FETCH_MS) return
    this.#fetchedAt = now
    try {
      const fresh = (await fragment(location.href)).querySelector("job-list")
      if (!fresh) return
      Object.assign(this.dataset, fresh.dataset)
      this.replaceChildren(...fresh.childNodes)
    } catch {
      // The server is away; the indicator says so, and the next tick tries again.
    }
  }
})
