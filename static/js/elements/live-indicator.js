// How fresh the numbers are, in words: Live · 1s, Paused, Reconnecting…, Stale · 12s. A click pauses.

import { live } from "postroom/live"

const title = document.title

customElements.define("live-indicator", class extends HTMLElement {
  #listen = event => this.#show(event.detail)

  connectedCallback() {
    live.addEventListener("state", this.#listen)
    this.querySelector("button").addEventListener("click", () => live.toggle())
  }

  disconnectedCallback() {
    live.removeEventListener("state", this.#listen)
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
    document.title = state === "stale" ? `${title} (stale)` : title
    document.body.classList.toggle("has-stale", state === "stale")
  }
})
