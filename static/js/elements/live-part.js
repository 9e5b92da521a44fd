// <live-part feed="connection:local:…" data-shape="…">: the numbers of one thing, or of the rows below it, in place.
// What is drawn by the server and is no number comes again when the feed has another shape than the page; it stands in
// places that are marked data-redrawn, so that forms, tabs and charts beside it are left alone.

import { fill } from "postroom/cells"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"

customElements.define("live-part", class extends HTMLElement {
  #stop = () => {}
  #isOld = false
  #outdated = new Outdated({
    isSo: () => this.#isOld,
    fetch: () => this.#fetch(),
    isBusy: () => [...this.querySelectorAll("[data-redrawn]")].some(each => each.matches(":hover, :focus-within")),
  })

  connectedCallback() {
    this.#subscribe()
  }

  disconnectedCallback() {
    this.#outdated.stop()
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
    if (data.gone) return this.#look(data.state === "live" && !("list" in this.dataset))
    fill(this, data)
    gauge(this, data)
    for (const row of this.querySelectorAll("[data-row]")) {
      const values = data.rows?.[row.dataset.row]
      row.classList.toggle("is-stale", data.rows !== undefined && !values)
      if (!values) continue
      fill(row, values)
      gauge(row, values)
    }
    this.#look(data.state === "live" && data.shape !== undefined && data.shape !== this.dataset.shape)
  }

  #look(isOld) {
    this.#isOld = isOld
    this.#outdated.look()
  }

  async #fetch() {
    const page = await fragment(location.href).catch(error => {
      // Gone, or no longer for us. Anything else is asked again.
      if (!(error.status < 500)) throw error
    })
    const fresh = page?.querySelector(`live-part[feed="${CSS.escape(this.getAttribute("feed"))}"]`)
    if (!fresh) {
      this.#isOld = false
      this.querySelector("[data-gone]")?.removeAttribute("hidden")
      return
    }
    if (redraw(page)) this.dataset.shape = fresh.dataset.shape
    this.#isOld = this.dataset.shape !== fresh.dataset.shape
    this.#subscribe()
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
