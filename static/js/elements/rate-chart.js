// A live chart: <rate-chart feed="queue:…" kind="rates" label="…">. Chart.js behind one element.
// Time is to scale and gaps stay gaps; colours are tokens. `past`: the address of what the database kept, for ranges that
// the feed does not hold, and of what happened meanwhile.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js"
import { BYTES, KINDS } from "postroom/chart-kinds"
import { bytes, clock } from "postroom/format"
import { live } from "postroom/live"
import { LABEL_PX, drawnMarks, near } from "postroom/marks"
import { past } from "postroom/past"
import { LIVE, RANGES, label, moment, range, roundTimes } from "postroom/ranges"

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip)

const AT = 0
const HELD_SECONDS = 15 // a broker is looked at every few seconds: until then its last number holds

customElements.define("rate-chart", class extends HTMLElement {
  #stop = () => {}
  #points = Object.fromEntries(LIVE.map(name => [name, []])) // per range: [second, ready, unacked, publish, deliver, ack]
  #kept = [] // the same, of a range that the feed does not hold
  #marks = [] // [second, label]
  #marksSeen = null
  #asked = 0
  #timer = 0
  #chart = null
  #redraw = () => this.#draw(true)
  #turn = () => {
    this.#kept = []
    this.#marks = []
    this.#draw(true)
    this.#load()
  }

  connectedCallback() {
    this.append(document.createElement("canvas"))
    this.firstChild.setAttribute("role", "img")
    this.firstChild.setAttribute("aria-label", this.getAttribute("label"))
    addEventListener("themechange", this.#redraw)
    addEventListener("rangechange", this.#turn)
    this.#load()
    this.#stop = live.subscribe(this.getAttribute("feed"), (data, patch) => this.#take(data, patch))
  }

  disconnectedCallback() {
    this.#stop()
    this.#chart?.destroy()
    removeEventListener("themechange", this.#redraw)
    removeEventListener("rangechange", this.#turn)
    clearTimeout(this.#timer)
  }

  get #write() {
    return KINDS[this.getAttribute("kind")][0]
  }

  get #lines() {
    return KINDS[this.getAttribute("kind")].slice(1)
  }

  /** What is drawn now, for tests and for the table: [second, …values] of the current range. */
  get points() {
    return this.#points[range()] ?? this.#kept
  }

  /** What happened in the current range, as [second, label]. */
  get marks() {
    return this.#marks
  }

  /** Ask for what the feed does not bring, and again when there can be more of it. */
  async #load() {
    const address = this.getAttribute("past")
    if (!address) return
    clearTimeout(this.#timer)
    const turn = ++this.#asked
    const name = range()
    try {
      const found = await past(address, name)
      if (turn !== this.#asked) return
      this.#marks = found.marks
      if (!LIVE.includes(name)) this.#kept = Array.isArray(found.points) ? found.points : sumHistories(found.points, name)
      this.#draw(!this.#chart)
    } catch {
      // The live part goes on; the next turn tries again.
    }
    if (!LIVE.includes(name) && this.isConnected) this.#timer = setTimeout(() => this.#load(), RANGES[name][1] * 1000)
  }

  #take(data, patch) {
    const isOverview = this.getAttribute("feed") === "brokers"
    for (const name of LIVE) {
      if (!patch) this.#points[name] = isOverview ? sumHistories(ofRange(data.history, name), name) : (data.history?.[name] ?? [])
      else add(this.#points[name], isOverview ? sumPoints(data.points, name) : data.points?.[name], name)
    }
    const seen = JSON.stringify(data.marks)
    if (this.#marksSeen !== null && this.#marksSeen !== seen) {
      clearTimeout(this.#timer)
      // Spread out: everybody who watches hears of it at the same moment.
      this.#timer = setTimeout(() => this.#load(), 200 + 1500 * Math.random())
    }
    this.#marksSeen = seen
    if (LIVE.includes(range()) || !this.#chart) this.#draw(!this.#chart)
  }

  #draw(isNew) {
    const points = withHoles(this.points)
    if (isNew) this.#create()
    this.#lines.forEach(([column], i) => {
      this.#chart.data.datasets[i].data = points.map(point => ({ x: point[AT], y: point[column] ?? null }))
    })
    const last = points.at(-1)
    if (last) this.#frame(points[0][AT], last[AT])
    this.#chart.options.plugins.marks.marks = this.#marks
    this.#chart.update("none")
    if (last) this.firstChild.setAttribute("aria-label", this.#conclusion(last))
    this.#legend(last)
  }

  /** Into the list that stands at the chart's title for it. */
  #legend(last) {
    const list = this.closest(".card")?.querySelector("[data-legend]")
    if (!list) return
    if (!list.children.length) list.replaceChildren(...this.#lines.map(([, label, colour, , dash]) => entry(label, colour, dash.length > 0)))
    this.#lines.forEach(([column], i) => {
      list.children[i].lastChild.textContent = last ? this.#write(last[column]) : ""
    })
  }

  /** From the first point, or where the range begins, to the last one. */
  #frame(first, last) {
    const { x } = this.#chart.options.scales
    const [all, step] = RANGES[range()]
    x.min = Math.max(last - all, Math.min(first, last - Math.max(60, 30 * step)))
    // What is kept is always a little old; that nothing came since then is to be seen, too.
    x.max = LIVE.includes(range()) ? last : Math.max(last, Date.now() / 1000)
  }

  #conclusion(last) {
    const parts = this.#lines.map(([column, label]) => `${label.toLowerCase()} ${this.#write(last[column])}`)
    return `${this.getAttribute("label")}: ${parts.join(", ")} at ${moment(last[AT])}`
  }

  #create() {
    this.#chart?.destroy()
    const style = getComputedStyle(this)
    // A token is light-dark(): the browser resolves it only as a used colour.
    const probe = this.appendChild(document.createElement("i"))
    const token = (name, alpha = 1) => {
      probe.style.color = alpha === 1 ? `var(${name})` : `color-mix(in srgb, var(${name}) ${alpha * 100}%, transparent)`
      return getComputedStyle(probe).color
    }
    const write = this.#write
    const datasets = this.#lines.map(([, label, color, fill, borderDash]) => ({
      label,
      data: [],
      borderColor: token(color),
      backgroundColor: fill ? token(color, fill) : "transparent",
      fill: fill ? "origin" : false,
      borderWidth: 1.5,
      borderDash,
      pointRadius: 0,
      pointHoverRadius: 3,
      pointHoverBackgroundColor: token(color),
      pointHoverBorderColor: token("--surface"),
      spanGaps: false,
    }))
    const text = { color: token("--ink-3"), font: { family: style.fontFamily, size: 11 } }
    this.#chart = new Chart(this.firstChild, {
      type: "line",
      plugins: [crosshair(token("--line-3")), drawnMarks],
      data: { datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        layout: { padding: { top: this.hasAttribute("past") ? LABEL_PX : 0 } },
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { type: "linear", grid: { display: false }, border: { color: token("--line-2") }, afterBuildTicks: roundTimes, ticks: { ...text, callback: label, maxRotation: 0, autoSkipPadding: 14 } },
          y: { beginAtZero: true, suggestedMax: 5, border: { display: false }, grid: { color: token("--grid") }, ticks: { ...text, maxTicksLimit: 5, precision: 0 }, ...(BYTES.has(write) ? ofBytes(text) : {}) },
        },
        plugins: {
          marks: { marks: this.#marks, line: token("--ink-3"), text: token("--ink-2"), font: `11px ${style.fontFamily}` },
          tooltip: {
            backgroundColor: token("--raised"), borderColor: token("--line-2"), borderWidth: 1,
            titleColor: token("--ink"), bodyColor: token("--ink-2"), footerColor: token("--ink-2"), footerFont: { family: style.fontFamily, weight: "normal" }, titleFont: { family: style.fontFamily }, bodyFont: { family: style.fontFamily },
            padding: 10, cornerRadius: 7, boxWidth: 8, boxHeight: 2, boxPadding: 6, caretSize: 0,
            callbacks: {
              title: items => (items.length ? moment(items[0].parsed.x) : ""),
              footer: items => (items.length ? near(this.#marks, items[0].parsed.x, 1.5 * RANGES[range()][1]).map(([at, label]) => `${clock(at)} ${label}`) : []),
              label: item => ` ${item.dataset.label} ${item.raw.y === null ? "–" : write(item.raw.y)}`,
            },
          },
        },
      },
    })
    probe.remove()
  }
})

// Functions, not constants: when the numbers are there before this module, they are needed while it still runs.

/** An axis with labels at whole KiB and MiB: 1, 2, 5, 10 … of them. */
function ofBytes(text) {
  const afterBuildTicks = scale => {
    const unit = 1024 ** Math.floor(Math.log(Math.max(scale.max, 1)) / Math.log(1024))
    const step = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].map(each => each * unit).find(each => scale.max / each <= 5) ?? 1024 * unit
    scale.ticks = Array.from({ length: Math.floor(scale.max / step) + 1 }, (_, i) => ({ value: i * step }))
  }
  return { afterBuildTicks, ticks: { ...text, callback: bytes } }
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

/** A line through the point that the tooltip is about. */
function crosshair(colour) {
  const afterDatasetsDraw = ({ ctx, chartArea, tooltip }) => {
    const [active] = tooltip?.getActiveElements() ?? []
    if (!active) return
    ctx.save()
    ctx.strokeStyle = colour
    ctx.lineWidth = 1
    ctx.beginPath()
    ctx.moveTo(active.element.x, chartArea.top)
    ctx.lineTo(active.element.x, chartArea.bottom)
    ctx.stroke()
    ctx.restore()
  }
  return { id: "crosshair", afterDatasetsDraw }
}

/** Add a point, or replace the one in progress. */
function add(points, point, name) {
  if (!point) return
  if (points.at(-1)?.[AT] >= point[AT]) points[points.length - 1] = [...point]
  else points.push([...point])
  while (points.length && points[0][AT] < point[AT] - RANGES[name][0]) points.shift()
}

/**
 * With a point of nothing wherever measurements are missing: the line must not run across. Steps without one are no
 * hole by themselves: a broker that is asked every five seconds has four of them in a row.
 */
function withHoles(all) {
  const points = all.filter(point => point.slice(1).some(value => value !== null))
  const steps = points.slice(1).map((point, i) => point[AT] - points[i][AT]).sort((a, b) => a - b)
  const usual = Math.min(steps[Math.floor(steps.length / 2)] ?? 0, Math.max(HELD_SECONDS, RANGES[range()][1]))
  return points.flatMap((point, i) => {
    const isHole = i > 0 && point[AT] - points[i - 1][AT] > 2.5 * usual
    return isHole ? [[points[i - 1][AT] + usual], point] : [point]
  })
}

/** All brokers together: at each second the sum of what each of them last said. */
function ofRange(histories = {}, name) {
  return Object.fromEntries(Object.entries(histories).map(([slug, history]) => [slug, history[name] ?? []]))
}
function sumHistories(histories = {}, name) {
  const all = Object.values(histories)
  const seconds = [...new Set(all.flat().map(point => point[AT]))].sort((a, b) => a - b)
  return seconds.map(second => sumAt(second, all.map(points => points.findLast(point => point[AT] <= second)), name))
}
function sumPoints(points = {}, name) {
  const known = Object.values(points).map(each => each?.[name]).filter(Boolean)
  return known.length ? sumAt(Math.max(...known.map(point => point[AT])), known, name) : null
}
function sumAt(second, points, name) {
  const held = Math.max(HELD_SECONDS, 2 * RANGES[name][1])
  const known = points.filter(point => point && second - point[AT] <= held)
  const sum = column => known.reduce((sum, point) => (point[column] === null ? sum : (sum ?? 0) + point[column]), null)
  return [second, ...[1, 2, 3, 4, 5].map(sum)]
}
