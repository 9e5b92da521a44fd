// The numbers of one queue. What is drawn by the server and is no number (why it is stuck, who consumes, what happened)
// is fetched again when it no longer holds, and while a job is at work on the queue.

import { fill } from "postroom/cells"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"

const FETCH_MS = 3_000 // no more often than this
const STUCK = ["crit", "warn"]

customElements.define("queue-tiles", class extends HTMLElement {
  #stop = () => {}
  #fetchedAt = -Infinity
  #marks = null // how many there were when the page was fetched

  connectedCallback() {
    this.#stop = live.subscribe(this.getAttribute("feed"), data => {
      this.querySelector(".tiles").classList.toggle("is-stale", data.gone || data.state === "unreachable")
      fill(this, data)
      this.#redraw(data)
    })
  }

  disconnectedCallback() {
    this.#stop()
  }

  async #redraw({ status, consumers, state, marks }) {
    if (state !== "live" || status === undefined) return
    this.#marks ??= marks
    const attention = STUCK.includes(status) ? status : ""
    const now = performance.now()
    const isOther = attention !== this.dataset.attention || String(consumers) !== this.dataset.consumers
    const isOutdated = isOther || marks !== this.#marks || document.querySelector("[data-unfinished-job]") !== null
    if (!isOutdated || now - this.#fetchedAt < FETCH_MS) return
    this.#fetchedAt = now
    this.#marks = marks
    try {
      const page = await fragment(location.href)
      const fresh = page.querySelector("queue-tiles")
      if (!fresh) return
      Object.assign(this.dataset, fresh.dataset)
      redraw(page)
    } catch {
      // The server is away; the indicator says so, and the next tick tries again.
    }
  }
})
