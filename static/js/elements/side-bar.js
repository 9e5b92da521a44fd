// The sidebar: how every broker is, how much it has, and how many jobs run. It is on every page, so every page is live.

import { shape } from "postroom/cells"
import { number } from "postroom/format"
import { live } from "postroom/live"

customElements.define("side-bar", class extends HTMLElement {
  #stop = () => {}

  connectedCallback() {
    this.#stop = live.subscribe("frame", data => this.#show(data))
  }

  disconnectedCallback() {
    this.#stop()
  }

  #show({ brokers = {}, jobs = 0 }) {
    for (const item of this.querySelectorAll("[data-broker]")) {
      const broker = brokers[item.dataset.broker]
      if (!broker) continue
      const glyph = item.querySelector("[data-health]")
      shape(glyph, broker.glyph, broker.colour)
      glyph.setAttribute("aria-label", broker.health)
      for (const count of item.querySelectorAll("[data-count-of]")) count.textContent = number(broker[count.dataset.countOf])
    }
    const seen = Object.values(brokers)
    const things = seen.reduce((sum, broker) => sum + broker.attention, 0)
    const needs = this.querySelector("[data-attention]")
    needs.hidden = things === 0
    needs.textContent = number(things)
    needs.classList.toggle("nav__n--crit", seen.some(broker => broker.critical > 0))
    const running = this.querySelector("[data-unfinished]")
    running.hidden = jobs === 0
    running.textContent = `${number(jobs)} running`
  }
})
