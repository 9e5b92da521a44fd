// <broker-state broker="prod" state="unreachable">: the note that a broker does not answer comes and goes by itself.

import { fragment } from "postroom/http"
import { live } from "postroom/live"

customElements.define("broker-state", class extends HTMLElement {
  #stop = () => {}
  #isFetching = false

  connectedCallback() {
    this.#stop = live.subscribe("frame", ({ brokers = {} }) => this.#compare(brokers[this.getAttribute("broker")]?.state))
  }

  disconnectedCallback() {
    this.#stop()
  }

  async #compare(state) {
    if (!state || state === this.getAttribute("state") || this.#isFetching) return
    this.#isFetching = true
    try {
      const fresh = (await fragment(location.href)).querySelector("broker-state")
      if (!fresh) return
      this.replaceChildren(...fresh.childNodes)
      this.setAttribute("state", fresh.getAttribute("state"))
    } catch {
      // The server is away, or the page needs the broker itself: the next tick tries again.
    } finally {
      this.#isFetching = false
    }
  }
})
