// <job-list data-unfinished="12 13">: when one of these jobs has ended, or another one began, the list is fetched again.

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
    const drawn = new Set(this.dataset.unfinished.split(" ").filter(Boolean))
    const running = Object.keys(jobs).filter(number => !jobs[number].finished)
    const hasEnded = [...drawn].some(number => jobs[number]?.finished)
    // Jobs of others come by the same feed: a list of one's own does not wait for them.
    const hasBegun = !("mine" in this.dataset) && running.some(number => !drawn.has(number))
    const now = performance.now()
    if (!(hasEnded || hasBegun) || now - this.#fetchedAt < FETCH_MS) return
    this.#fetchedAt = now
    try {
      const fresh = (await fragment(location.href)).querySelector("job-list")
      if (!fresh) return
      this.dataset.unfinished = fresh.dataset.unfinished
      this.replaceChildren(...fresh.childNodes)
    } catch {
      // The server is away; the indicator says so, and the next tick tries again.
    }
  }
})
