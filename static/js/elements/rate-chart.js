// A live chart: <rate-chart feed="queue:…" kind="rates" label="…">. Chart.js behind one element.
// Time is to scale and gaps stay gaps; colours are tokens; the range is shared by the charts of a page and kept in the URL.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js"
import { bytes, clock, number, rate } from "postroom/format"
import { live } from "postroom/live"

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip)

const AT = 0
const perSecond = value => `${rate(value)}/s`
const bytesPerSecond = value => `${bytes(value)}/s`
const KINDS = {
  // how a value is written, then per line: column of a point, label, colour token, fill, dash.
  // Columns of queues and brokers are those of dashboard/live/history.py, of the others dashboard/live/charted.py.
  rates: [perSecond, [3, "In", "--data-1", 0.07, []], [4, "Out", "--data-2", 0, []], [5, "Ack", "--data-3", 0, [3, 3]]],
  depth: [number, [1, "Ready", "--data-1", 0.14, []], [2, "Unacked", "--data-3", 0.3, []]],
  data: [bytesPerSecond, [1, "From client", "--data-1", 0.07, []], [2, "To client", "--data-2", 0, []]],
  "vhost-data": [bytesPerSecond, [6, "From clients", "--data-1", 0.07, []], [7, "To clients", "--data-2", 0, []]],
  exchange: [perSecond, [1, "In", "--data-1", 0.07, []], [2, "Out", "--data-2", 0, []]],
  channel: [perSecond, [1, "Publish", "--data-1", 0.07, []], [2, "Confirm", "--data-1", 0, [3, 3]], [3, "Deliver", "--data-2", 0, []], [4, "Ack", "--data-3", 0, [3, 3]], [5, "Redelivered", "--warn-fill", 0, []]],
  memory: [bytes, [1, "Memory", "--data-1", 0.14, []]],
  disk: [bytes, [2, "Disk free", "--data-1", 0.14, []]],
  handles: [number, [3, "File descriptors", "--data-1", 0.07, []], [4, "Sockets", "--data-2", 0, []]],
  "churn-connections": [perSecond, [6, "Opened", "--data-1", 0.07, []], [7, "Closed", "--data-2", 0, []]],
  "churn-channels": [perSecond, [8, "Opened", "--data-1", 0.07, []], [9, "Closed", "--data-2", 0, []]],
  "churn-queues": [perSecond, [10, "Declared", "--data-3", 0, [3, 3]], [11, "Created", "--data-1", 0.07, []], [12, "Deleted", "--data-2", 0, []]],
}
const BYTES = new Set([bytes, bytesPerSecond])
const RANGES = {
  // seconds in all, and between two points
  "1m": [60, 1],
  "10m": [600, 5],
  "1h": [3600, 30],
}
const TICKS = [5, 10, 15, 30, 60, 120, 300, 600] // seconds between two labels
const MAX_TICKS = 8
const HELD_SECONDS = 15 // a broker is looked at every few seconds: until then its last number holds

const range = () => new URLSearchParams(location.search).get("range") ?? "10m"

addEventListener("DOMContentLoaded", () => mark())
document.addEventListener("click", event => {
  const button = event.target.closest("[data-range]")
  if (!button) return
  const address = new URL(location.href)
  address.searchParams.set("range", button.dataset.range)
  history.replaceState(null, "", address)
  mark()
  dispatchEvent(new Event("rangechange"))
})
function mark() {
  for (const button of document.querySelectorAll("[data-range]")) button.setAttribute("aria-pressed", button.dataset.range === range())
}
mark()

customElements.define("rate-chart", class extends HTMLElement {
  #stop = () => {}
  #points = { "1m": [], "10m": [], "1h": [] } // per range: [second, ready, unacked, publish, deliver, ack]
  #chart = null
  #redraw = () => this.#draw(true)

  connectedCallback() {
    this.append(document.createElement("canvas"))
    this.firstChild.setAttribute("role", "img")
    this.firstChild.setAttribute("aria-label", this.getAttribute("label"))
    addEventListener("themechange", this.#redraw)
    addEventListener("rangechange", this.#redraw)
    this.#stop = live.subscribe(this.getAttribute("feed"), (data, patch) => this.#take(data, patch))
  }

  disconnectedCallback() {
    this.#stop()
    this.#chart?.destroy()
    removeEventListener("themechange", this.#redraw)
    removeEventListener("rangechange", this.#redraw)
  }

  get #write() {
    return KINDS[this.getAttribute("kind")][0]
  }

  get #lines() {
    return KINDS[this.getAttribute("kind")].slice(1)
  }

  /** What is drawn now, for tests and for the table: [second, …values] of the current range. */
  get points() {
    return this.#points[range()]
  }

  #take(data, patch) {
    const isOverview = this.getAttribute("feed") === "brokers"
    for (const name of Object.keys(RANGES)) {
      if (!patch) this.#points[name] = isOverview ? sumHistories(data.history, name) : (data.history?.[name] ?? [])
      else add(this.#points[name], isOverview ? sumPoints(data.points, name) : data.points?.[name], name)
    }
    this.#draw(!this.#chart)
  }

  #draw(isNew) {
    const points = withHoles(this.points)
    if (isNew) this.#create()
    this.#lines.forEach(([column], i) => {
      this.#chart.data.datasets[i].data = points.map(point => ({ x: point[AT], y: point[column] ?? null }))
    })
    const last = points.at(-1)
    if (last) this.#frame(points[0][AT], last[AT])
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
    x.min = Math.max(last - RANGES[range()][0], Math.min(first, last - 60))
    x.max = last
  }

  #conclusion(last) {
    const parts = this.#lines.map(([column, label]) => `${label.toLowerCase()} ${this.#write(last[column])}`)
    return `${this.getAttribute("label")}: ${parts.join(", ")} at ${clock(last[AT])}`
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
      plugins: [crosshair(token("--line-3"))],
      data: { datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { type: "linear", grid: { display: false }, border: { color: token("--line-2") }, afterBuildTicks: roundTimes, ticks: { ...text, callback: label, maxRotation: 0, autoSkipPadding: 14 } },
          y: { beginAtZero: true, suggestedMax: 5, border: { display: false }, grid: { color: token("--grid") }, ticks: { ...text, maxTicksLimit: 5, precision: 0 }, ...(BYTES.has(write) ? ofBytes(text) : {}) },
        },
        plugins: {
          tooltip: {
            backgroundColor: token("--raised"), borderColor: token("--line-2"), borderWidth: 1,
            titleColor: token("--ink"), bodyColor: token("--ink-2"), titleFont: { family: style.fontFamily }, bodyFont: { family: style.fontFamily },
            padding: 10, cornerRadius: 7, boxWidth: 8, boxHeight: 2, boxPadding: 6, caretSize: 0,
            callbacks: {
              title: items => (items.length ? clock(items[0].parsed.x) : ""),
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

/** Labels at times that people would name: every ten seconds, every minute. */
function roundTimes(scale) {
  const step = TICKS.find(each => (scale.max - scale.min) / each <= MAX_TICKS) ?? TICKS.at(-1)
  const first = Math.ceil(scale.min / step) * step
  scale.ticks = Array.from({ length: Math.floor((scale.max - first) / step) + 1 }, (_, i) => ({ value: first + i * step }))
}
function label(second, index, ticks) {
  return clock(second).slice(0, ticks.every(({ value }) => value % 60 === 0) ? 5 : 8)
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
function sumHistories(histories = {}, name) {
  const all = Object.values(histories).map(history => history[name] ?? [])
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
