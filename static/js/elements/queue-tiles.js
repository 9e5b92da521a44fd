// The numbers of one queue.

import { fill } from "postroom/cells"
import { live } from "postroom/live"

customElements.define("queue-tiles", class extends HTMLElement {
  #stop = () => {}

  connectedCallback() {
    this.#stop = live.subscribe(this.getAttribute("feed"), data => {
      this.querySelector(".tiles").classList.toggle("is-stale", data.gone || data.state === "unreachable")
      fill(this, data)
    })
  }

  disconnectedCallback() {
    this.#stop()
  }
})
