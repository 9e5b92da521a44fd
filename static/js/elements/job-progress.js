// <job-progress data-job="12">: keeps one job's bar and counts current from its feed. On the job's own page (data-partial)
// the markup is fetched again when more than numbers changed: its state, or the table of problems.

import { formats } from "postroom/format"
import { fragment } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"

class JobProgress extends HTMLElement {
  #stop = null
  #job = null
  #outdated = new Outdated({ isSo: () => this.#isOutdated(), fetch: () => this.#fetch(), pause: 500 })

  connectedCallback() {
    const job = this.dataset.job
    const feed = "partial" in this.dataset ? `job:${job}` : "jobs"
    if (this.dataset.state && !["queued", "running"].includes(this.dataset.state)) return
    this.#stop = live.subscribe(feed, data => this.#show(data.jobs?.[job]))
  }

  disconnectedCallback() {
    this.#stop?.()
    this.#outdated.stop()
  }

  #show(job) {
    if (!job) return
    this.#numbers(job)
    this.#bar(job)
    this.#job = job
    if ("partial" in this.dataset) this.#outdated.look()
    else if (job.finished) this.#ended(job)
  }

  #isOutdated() {
    return this.#job.state !== this.dataset.state || String(this.#job.problems) !== this.dataset.problems
  }

  #numbers(job) {
    for (const place of this.querySelectorAll("[data-outcome]")) {
      const count = job.counts[place.dataset.outcome] ?? 0
      const number = place.querySelector("[data-number]")
      number.textContent = formats.number(count)
      number.classList.toggle("z", place.matches("dd") && count === 0)
      if (!place.matches("dd")) place.hidden = count === 0
    }
    if (job.total === null || job.total === undefined) return
    const left = Math.max(job.total - job.done, 0)
    for (const place of this.querySelectorAll("[data-to-do-number], [data-left]")) place.textContent = formats.number(left)
    for (const place of this.querySelectorAll("[data-to-do]")) place.textContent = `${formats.number(left)} to do`
  }

  #bar(job) {
    const total = Math.max(job.total ?? 0, job.done, 1)
    let start = 0
    for (const piece of this.querySelectorAll("[data-share]")) {
      const percent = (100 * (job.counts[piece.dataset.share] ?? 0)) / total
      piece.setAttribute("x", `${start}%`)
      piece.setAttribute("width", `${percent}%`)
      start += percent
    }
  }

  #ended(job) {
    this.#stop?.()
    this.#stop = null
    this.querySelector("[data-sentence]").textContent = job.error || "Finished."
    this.querySelector("[data-to-do]").textContent = ""
    this.querySelector(".job__act")?.remove()
  }

  async #fetch() {
    const fresh = (await fragment(location.href, { isPartial: true })).querySelector("job-progress")
    if (fresh) this.replaceWith(document.adoptNode(fresh))
  }
}

customElements.define("job-progress", JobProgress)
