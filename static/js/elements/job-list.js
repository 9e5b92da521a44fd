// <job-list data-unfinished="12 13" data-latest="13">: when one of these jobs has ended, or a later one is there, the list
// is fetched again.

import { fragment } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"

customElements.define("job-list", class extends HTMLElement {
  #stop = () => {}
  #jobs = {}
  #outdated = new Outdated({ isSo: () => this.#isOutdated(), fetch: () => this.#fetch(), pause: 2_000 })

  connectedCallback() {
    this.#stop = live.subscribe("jobs", ({ jobs = {} }) => {
      this.#jobs = jobs
      this.#outdated.look()
    })
  }

  disconnectedCallback() {
    this.#stop()
    this.#outdated.stop()
  }

  #isOutdated() {
    const hasEnded = this.dataset.unfinished.split(" ").some(number => this.#jobs[number]?.finished)
    return hasEnded || Object.keys(this.#jobs).some(number => Number(number) > Number(this.dataset.latest))
  }

  async #fetch() {
    const fresh = (await fragment(location.href)).querySelector("job-list")
    if (!fresh) return
    Object.assign(this.dataset, fresh.dataset)
    this.replaceChildren(...fresh.childNodes)
  }
})
