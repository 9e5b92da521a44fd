// The numbers of one queue. What is drawn by the server and is no number (why it is stuck, who consumes, what happened)
// is fetched again when it no longer holds, and while a job is at work on the queue.

import { fill } from "postroom/cells"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"

const STUCK = ["crit", "warn"]

customElements.define("queue-tiles", class extends HTMLElement {
  #stop = () => {}
  #data = {}
  #marks = null // how many there were when the page was fetched
  #outdated = new Outdated({ isSo: () => this.#isOutdated(), fetch: () => this.#fetch() })

  connectedCallback() {
    this.#stop = live.subscribe(this.getAttribute("feed"), data => {
      this.querySelector(".tiles").classList.toggle("is-stale", data.gone || data.state === "unreachable")
      fill(this, data)
      this.#data = data
      this.#outdated.look()
    })
  }

  disconnectedCallback() {
    this.#stop()
    this.#outdated.stop()
  }

  #isOutdated() {
    const { status, consumers, state, marks } = this.#data
    if (state !== "live" || status === undefined) return false
    this.#marks ??= marks
    const attention = STUCK.includes(status) ? status : ""
    const isOther = attention !== this.dataset.attention || String(consumers) !== this.dataset.consumers
    return isOther || marks !== this.#marks || document.querySelector("[data-unfinished-job]") !== null
  }

  async #fetch() {
    const { marks } = this.#data
    const page = await fragment(location.href)
    const fresh = page.querySelector("queue-tiles")
    if (!fresh || !redraw(page)) return
    this.#marks = marks
    Object.assign(this.dataset, fresh.dataset)
  }
})
