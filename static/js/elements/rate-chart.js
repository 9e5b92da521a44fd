// A live chart: <rate-chart feed="queue:…" kind="rates" label="…">, or the same as a table. `past`: the address of what
// the database kept, for ranges that the feed does not hold, for spans that were zoomed into, and of what happened
// meanwhile. Zoomed into a span it stands still.

import { KINDS } from "postroom/chart-kinds"
import { ChartTable, isTable, turnTable } from "postroom/chart-table"
import { dragged } from "postroom/dragged"
import { live } from "postroom/live"
import { near } from "postroom/marks"
import { past } from "postroom/past"
import { plot } from "postroom/plot"
import { AT, add, best, cut, inside, sumHistories, sumPoints, valueOf, withHoles } from "postroom/points"
import { LIVE, RANGES, range, spanOf, zoom, zoomed } from "postroom/ranges"
import { clock, moment } from "postroom/zone"

const AWAY_MS = 5_000 // after a past that did not come
const stepOf = name => RANGES[name][1]

customElements.define("rate-chart", class extends HTMLElement {
  #stop = () => {}
  #abort = new AbortController()
  #points = Object.fromEntries(LIVE.map(name => [name, []])) // per range: [second, ready, unacked, publish, deliver, ack]
  #kept = [] // the same, of a range that the feed does not hold
  #zoomed = null // { span, points, step } of the span that is zoomed into
  #range = ""
  #isHeld = false // somebody drags over it
  #marks = [] // [second, label]
  #marksSeen = null
  #asked = 0
  #timer = 0
  #chart = null
  #table = null

  connectedCallback() {
    this.append(document.createElement("canvas"))
    this.firstChild.setAttribute("role", "img")
    this.firstChild.setAttribute("aria-label", this.getAttribute("label"))
    const { signal } = this.#abort
    this.#range = this.#name
    addEventListener("themechange", () => this.#draw(true), { signal })
    addEventListener("rangechange", () => this.#turn(), { signal })
    this.#switch?.addEventListener("click", () => {
      turnTable(this.getAttribute("kind"))
      this.#show()
      this.#draw(true)
    }, { signal })
    this.#drag(signal)
    this.#show()
    this.#enter()
    // What the feed holds is asked for marks only, and after its first message: it tells of all that come later.
    if (!LIVE.includes(this.#name) || zoomed()) this.#load()
    this.#stop = live.subscribe(this.getAttribute("feed"), (data, patch) => this.#take(data, patch))
  }

  disconnectedCallback() {
    this.#stop()
    this.#abort.abort()
    this.#chart?.destroy()
    clearTimeout(this.#timer)
  }

  get #write() {
    return KINDS[this.getAttribute("kind")][0]
  }

  get #lines() {
    return KINDS[this.getAttribute("kind")].slice(1)
  }

  /** The button at its title that turns it into a table. */
  get #switch() {
    return this.closest(".card")?.querySelector("[data-chart-table]")
  }

  /** What is drawn now, for tests and for the table: [second, …values] of the current range or span. */
  get points() {
    return this.#zoomed?.points ?? this.#latest
  }

  get #latest() {
    return this.#points[this.#name] ?? this.#kept
  }

  /** The range that it shows: without a past at most the longest that the feed holds. */
  get #name() {
    return this.hasAttribute("past") || LIVE.includes(range()) ? range() : LIVE.at(-1)
  }

  /** Seconds between two of them. */
  get #step() {
    return this.#zoomed?.step ?? stepOf(this.#name)
  }

  /** What happened in the current range, as [second, label]. */
  get marks() {
    return this.#marks
  }

  /** As a table or as a picture, as the address says. */
  #show() {
    const isNow = isTable(this.getAttribute("kind"))
    this.#switch?.setAttribute("aria-pressed", isNow)
    this.firstChild.hidden = isNow
    this.#table?.element.remove()
    this.#table = isNow ? new ChartTable(this.getAttribute("label"), this.#lines, this.#write) : null
    if (!isNow) return
    this.append(this.#table.element)
    this.#chart?.destroy()
    this.#chart = null
  }

  /** Another range, or another span of it. */
  #turn() {
    if (this.#name !== this.#range) {
      this.#range = this.#name
      this.#kept = []
      this.#marks = []
    }
    this.#enter()
    this.#draw(true)
    this.#load()
  }

  /** Take what is held of the span that is zoomed into; from now on that stands still. */
  #enter() {
    const span = zoomed()
    const held = [...LIVE.map(name => ({ points: this.#points[name], step: stepOf(name) })), { points: this.#kept, step: stepOf(this.#name) }]
    this.#zoomed = span && { ...this.#cut(best(held, span), span), span }
  }

  #cut({ points, step }, span) {
    return { points: cut(points, span), step }
  }

  #drag(signal) {
    const canvas = this.firstChild
    canvas.addEventListener("dblclick", () => { if (zoomed()) zoom(null) }, { signal })
    dragged(canvas, {
      signal,
      chart: () => this.#chart,
      begin: () => { this.#isHeld = true },
      end: span => {
        this.#isHeld = false
        if (span) zoom(spanOf(...span))
        else this.#draw(false)
      },
    })
  }

  /** Ask for what the feed does not bring, and again when there can be more of it. */
  async #load() {
    const address = this.getAttribute("past")
    if (!address) return
    clearTimeout(this.#timer)
    const turn = ++this.#asked
    const [name, span] = [this.#name, zoomed()]
    let wait = span || LIVE.includes(name) ? 0 : stepOf(name) * 1000
    try {
      const found = await past(address, name, span)
      if (turn !== this.#asked) return
      this.#marks = found.marks
      const points = Array.isArray(found.points) ? found.points : sumHistories(found.points, found.step)
      if (span) this.#zoomed = { ...best([this.#zoomed, this.#cut({ points, step: found.step }, span)], span), span }
      else if (!LIVE.includes(name)) this.#kept = points
      this.#draw(!this.#chart)
    } catch {
      wait = AWAY_MS // The live part goes on.
    }
    if (wait && turn === this.#asked && this.isConnected) this.#timer = setTimeout(() => this.#load(), wait)
  }

  #take(data, patch) {
    const isOverview = this.getAttribute("feed") === "brokers"
    for (const name of LIVE) {
      if (!patch) this.#points[name] = isOverview ? sumHistories(ofRange(data.history, name, []), stepOf(name)) : (data.history?.[name] ?? [])
      else add(this.#points[name], isOverview ? sumPoints(Object.values(ofRange(data.points, name, null)), stepOf(name)) : data.points?.[name], RANGES[name][0])
    }
    const seen = JSON.stringify(data.marks ?? 0)
    if (this.#marksSeen === null) {
      if (LIVE.includes(this.#name) && !this.#zoomed) this.#load()
    } else if (this.#marksSeen !== seen && !this.#zoomed) {
      clearTimeout(this.#timer)
      // Spread out: everybody who watches hears of it at the same moment.
      this.#timer = setTimeout(() => this.#load(), 200 + 1500 * Math.random())
    }
    this.#marksSeen = seen
    if (this.#zoomed && !inside(this.#zoomed.points, this.#zoomed.span).length) this.#enter()
    else if (this.#isHeld || ((this.#zoomed || !LIVE.includes(this.#name)) && (this.#chart || this.#table))) return
    this.#draw(!this.#chart)
  }

  #draw(isNew) {
    const points = withHoles(this.points, this.#step)
    const { span } = this.#zoomed ?? {}
    const last = points.at(-1)
    this.#legend(this.#latest.at(-1))
    if (this.#table) return this.#table.update(...(span ? [inside(points, span), this.#marks.filter(([at]) => at >= span[0] && at <= span[1])] : [points, this.#marks]))
    if (isNew) this.#create()
    this.#lines.forEach(([column], i) => {
      this.#chart.data.datasets[i].data = points.map(point => ({ x: point[AT], y: valueOf(point, column) }))
    })
    if (last || span) this.#frame(points[0]?.[AT], last?.[AT])
    this.#chart.options.plugins.marks.marks = this.#marks
    this.#chart.update("none")
    if (last || span) this.firstChild.setAttribute("aria-label", span ? this.#summary(inside(points, span), span) : this.#conclusion(last))
  }

  /** Into the list that stands at the chart's title for it. */
  #legend(last) {
    const list = this.closest(".card")?.querySelector("[data-legend]")
    if (!list) return
    if (!list.children.length) list.replaceChildren(...this.#lines.map(([, label, colour, , dash]) => entry(label, colour, dash.length > 0)))
    this.#lines.forEach(([column], i) => {
      list.children[i].lastChild.textContent = last ? this.#write(valueOf(last, column)) : ""
    })
  }

  /** From the first point, or where the range begins, to the last one. */
  #frame(first, last) {
    const { x } = this.#chart.options.scales
    if (this.#zoomed) {
      [x.min, x.max] = this.#zoomed.span
      return
    }
    const [all, step] = RANGES[this.#name]
    x.min = Math.max(last - all, Math.min(first, last - Math.max(60, 30 * step)))
    // What is kept is always a little old; that nothing came since then is to be seen, too.
    x.max = LIVE.includes(this.#name) ? last : Math.max(last, Date.now() / 1000)
  }

  #conclusion(last) {
    const parts = this.#lines.map(([column, label]) => `${label.toLowerCase()} ${this.#write(valueOf(last, column))}`)
    return `${this.getAttribute("label")}: ${parts.join(", ")} at ${moment(last[AT])}`
  }

  /** Of a span: how high each line was. */
  #summary(points, [from, to]) {
    const parts = this.#lines.map(([column, label]) => {
      const known = points.map(point => valueOf(point, column)).filter(value => value !== null)
      return `${label.toLowerCase()} ${known.length ? `up to ${this.#write(Math.max(...known))}` : "not known"}`
    })
    return `${this.getAttribute("label")} from ${moment(from)} to ${moment(to)}: ${parts.join(", ")}`
  }

  #create() {
    this.#chart?.destroy()
    this.#chart = plot(this, {
      lines: this.#lines,
      write: this.#write,
      hasMarks: this.hasAttribute("past"),
      beside: second => near(this.#marks, second, 1.5 * this.#step).map(([at, label]) => `${clock(at)} ${label}`),
    })
  }
})

// Functions, not constants: when the numbers are there before this module, they are needed while it still runs.

/** Of each broker what the feed says of a range; `nothing` where it does not. */
function ofRange(known = {}, name, nothing) {
  return Object.fromEntries(Object.entries(known).map(([slug, each]) => [slug, each?.[name] ?? nothing]))
}

/** A line's key, name and present value. */
function entry(label, colour, isDashed) {
  const item = document.createElement("li")
  const key = document.createElement("i")
  key.className = `legend__k legend__k--${colour.match(/\w+$/)[0]}${isDashed ? " legend__k--dash" : ""}`
  const value = document.createElement("b")
  value.className = "num"
  item.append(key, label, value)
  return item
}
