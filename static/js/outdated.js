// What the server drew is no longer so: fetch it, but no more often than so, and not while a hand is on it. A feed is silent
// while nothing changes, so whatever had to wait is looked at again by itself.

const SETTLE_MS = 2_000
const AWAY_MS = 5_000 // after a failure: the server is away, the indicator says so

export class Outdated {
  #fetchedAt = -Infinity
  #again = 0
  #isFetching = false
  #isStopped = false

  /** `isSo` tells whether there is anything to fetch, `fetch` does it, `isBusy` tells of a hand. */
  constructor({ isSo, fetch, isBusy = () => false, pause = 3_000 }) {
    Object.assign(this, { isSo, fetch, isBusy, pause })
  }

  look() {
    this.#isStopped = false
    this.#try()
  }

  stop() {
    this.#isStopped = true
    clearTimeout(this.#again)
  }

  async #try() {
    clearTimeout(this.#again)
    if (this.#isFetching || !this.isSo()) return
    const wait = Math.max(this.#fetchedAt + this.pause - performance.now(), this.isBusy() ? SETTLE_MS : 0)
    if (wait > 0) return this.#later(wait)
    this.#fetchedAt = performance.now()
    this.#isFetching = true
    try {
      await this.fetch()
      this.#later(this.pause) // it may have changed while it was on its way
    } catch {
      this.#later(AWAY_MS)
    } finally {
      this.#isFetching = false
    }
  }

  #later(milliseconds) {
    if (!this.#isStopped) this.#again = setTimeout(() => this.#try(), milliseconds)
  }
}
