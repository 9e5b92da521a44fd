// How fresh the numbers are, in words: Live · 1s, Paused, Reconnecting…, Stale · 12s. A click pauses.
// The page's title says it, too, and in a hidden tab how many things are critical: (2) Overview.

import { live } from "postroom/live"

const title = document.title

customElements.define("live-indicator", class extends HTMLElement {
  #stop = () => {}
  #critical = 0
  #isStale = false
  #listen = event => this.#show(event.detail)
  #entitle = () => {
    const count = document.hidden && this.#critical ? `(${this.#critical}) ` : ""
    const wanted = `${count}${title}${this.#isStale ? " (stale)" : ""}`
    if (document.title !== wanted) document.title = wanted
  }

  connectedCallback() {
    live.addEventListener("state", this.#listen)
    this.querySelector("button").addEventListener("click", () => live.toggle())
    document.addEventListener("visibilitychange", this.#entitle)
    this.#stop = live.subscribe("frame", ({ brokers = {} }) => {
      this.#critical = Object.values(brokers).reduce((sum, broker) => sum + broker.critical, 0)
      this.#entitle()
    })
  }

  disconnectedCallback() {
    live.removeEventListener("state", this.#listen)
    document.removeEventListener("visibilitychange", this.#entitle)
    this.#stop()
  }

  #show({ state, age }) {
    const button = this.querySelector("button")
    const seconds = Math.max(1, Math.round(age / 1000))
    const words = { live: "Live · 1s", paused: "Paused", wait: "Reconnecting…", stale: `Stale · ${seconds}s` }[state]
    const text = this.querySelector("[role=status]")
    if (text.textContent !== words) text.textContent = words
    button.className = `live live--${state === "live" ? "ok" : state}`
    button.setAttribute("aria-pressed", state === "paused")
    button.title = state === "paused" ? "Click to go on" : "Click to pause"
    this.#isStale = state === "stale"
    this.#entitle()
    document.body.classList.toggle("has-stale", state === "stale")
  }
})
