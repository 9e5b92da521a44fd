// <live-part feed="connection:local:…" data-shape="…">: the numbers of one thing, or of the rows below it, in place.
// What is drawn by the server and is no number comes again when the feed has another shape than the page; it stands in
// places that are marked data-redrawn, so that forms, tabs and charts beside it are left alone.

import { fill } from "postroom/cells"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"

const FETCH_MS = 3_000 // no more often than this
const SETTLE_MS = 2_000

customElements.define("live-part", class extends HTMLElement {
  #stop = () => {}
  #fetchedAt = -Infinity
  #again = 0

  connectedCallback() {
    this.#subscribe()
  }

  disconnectedCallback() {
    clearTimeout(this.#again)
    this.#stop()
  }

  #subscribe() {
    this.#stop()
    const keys = [...this.querySelectorAll("[data-row]")].map(row => row.dataset.row)
    const options = "list" in this.dataset ? { only: keys } : {}
    this.#stop = live.subscribe(this.getAttribute("feed"), data => this.#update(data), options)
  }

  #update(data) {
    const isAway = data.state === "unreachable" || data.gone
    for (const each of this.querySelectorAll("[data-stales]")) each.classList.toggle("is-stale", isAway)
    if (data.gone) return this.#outdated(data.state === "live" && !("list" in this.dataset))
    fill(this, data)
    gauge(this, data)
    for (const row of this.querySelectorAll("[data-row]")) {
      const values = data.rows?.[row.dataset.row]
      row.classList.toggle("is-stale", data.rows !== undefined && !values)
      if (!values) continue
      fill(row, values)
      gauge(row, values)
    }
    this.#outdated(data.state === "live" && data.shape !== undefined && data.shape !== this.dataset.shape)
  }

  /** What is shown is no longer so: fetch it, but not again and again, and not while a hand is on it. */
  #outdated(isSo) {
    clearTimeout(this.#again)
    if (!isSo) return
    const isBusy = [...this.querySelectorAll("[data-redrawn]")].some(each => each.matches(":hover, :focus-within"))
    const wait = this.#fetchedAt + FETCH_MS - performance.now()
    if (isBusy || wait > 0) this.#again = setTimeout(() => this.#outdated(true), Math.max(wait, SETTLE_MS))
    else this.#fetch()
  }

  async #fetch() {
    this.#fetchedAt = performance.now()
    try {
      const page = await fragment(location.href)
      const fresh = page.querySelector(`live-part[feed="${CSS.escape(this.getAttribute("feed"))}"]`)
      if (!fresh) return
      this.dataset.shape = fresh.dataset.shape
      redraw(page)
      this.#subscribe()
    } catch {
      // It is gone, or the server is away: the indicator says the one, and grey numbers the other.
      this.querySelector("[data-gone]")?.removeAttribute("hidden")
    }
  }
})

/** Bars that tell how near a number is to its limit; one that must not fall below it (data-below) is full there. */
function gauge(root, data) {
  for (const bar of root.querySelectorAll("[data-gauge]")) {
    const value = data[bar.dataset.gauge]
    const limit = Number(bar.dataset.limit)
    if (value) bar.setAttribute("width", `${Math.min(100, Math.round((100 * ("below" in bar.dataset ? limit / value : value / limit))))}%`)
  }
}
