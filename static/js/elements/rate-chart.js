// A live chart: <rate-chart feed="queue:…" kind="rates|depth" label="…">. Chart.js behind one element.
// Gaps stay gaps; colours are tokens; the range is shared by the charts of a page and kept in the URL.

import { CategoryScale, Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js"
import { clock, number, rate } from "postroom/format"
import { live } from "postroom/live"

Chart.register(CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip)

const AT = 0
const KINDS = {
  // column of a point, label, colour token, fill, dash
  rates: [[3, "In", "--data-1", 0.07, []], [4, "Out", "--data-2", 0, []], [5, "Ack", "--data-3", 0, [3, 3]]],
  depth: [[1, "Ready", "--data-1", 0.14, []], [2, "Unacked", "--data-3", 0.3, []]],
}
const LENGTHS = { "1m": 60, "10m": 120, "1h": 120 }

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

  /** What is drawn now, for tests and for the table: [second, …values] of the current range. */
  get points() {
    return this.#points[range()]
  }

  #take(data, patch) {
    const isOverview = this.getAttribute("feed") === "brokers"
    for (const name of Object.keys(LENGTHS)) {
      if (!patch) this.#points[name] = isOverview ? sumHistories(data.history, name) : (data.history?.[name] ?? [])
      else add(this.#points[name], isOverview ? sumPoints(data.points, name) : data.points?.[name], LENGTHS[name])
    }
    this.#draw(!this.#chart)
  }

  #draw(isNew) {
    const points = this.points
    const labels = points.map(point => clock(point[AT]))
    if (isNew) this.#create()
    this.#chart.data.labels = labels
    KINDS[this.getAttribute("kind")].forEach(([column], i) => {
      this.#chart.data.datasets[i].data = points.map(point => point[column])
    })
    this.#chart.update("none")
    const last = points.at(-1)
    if (last) this.firstChild.setAttribute("aria-label", this.#conclusion(last))
  }

  #conclusion(last) {
    const write = this.getAttribute("kind") === "rates" ? value => `${rate(value)}/s` : number
    const parts = KINDS[this.getAttribute("kind")].map(([column, label]) => `${label.toLowerCase()} ${write(last[column])}`)
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
    const unit = this.getAttribute("kind") === "rates" ? "/s" : ""
    const datasets = KINDS[this.getAttribute("kind")].map(([, label, color, fill, borderDash]) => ({
      label,
      data: [],
      borderColor: token(color),
      backgroundColor: fill ? token(color, fill) : "transparent",
      fill: fill ? "origin" : false,
      borderWidth: 1.5,
      borderDash,
      pointRadius: 0,
      pointHitRadius: 8,
      spanGaps: false,
    }))
    const text = { color: token("--ink-3"), font: { family: style.fontFamily, size: 11 } }
    this.#chart = new Chart(this.firstChild, {
      type: "line",
      data: { labels: [], datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { grid: { display: false }, border: { color: token("--line-2") }, ticks: { ...text, maxTicksLimit: 8, maxRotation: 0, autoSkipPadding: 14 } },
          y: { beginAtZero: true, suggestedMax: 5, border: { display: false }, grid: { color: token("--grid") }, ticks: { ...text, maxTicksLimit: 5, precision: 0 } },
        },
        plugins: {
          tooltip: { callbacks: { label: item => ` ${item.dataset.label} ${unit ? rate(item.raw) : number(item.raw)}${item.raw === null ? "" : unit}` } },
        },
      },
    })
    probe.remove()
  }
})

/** Add a point, or replace the one in progress; steps without a measurement are gaps. */
function add(points, point, length) {
  if (!point) return
  const last = points.at(-1)
  if (last && last[AT] >= point[AT]) points[points.length - 1] = [...point]
  else {
    const step = length === 60 ? 1 : points.length > 1 ? points[1][AT] - points[0][AT] : Infinity
    if (last && point[AT] - last[AT] > 1.5 * step) points.push([last[AT] + step, null, null, null, null, null])
    points.push([...point])
  }
  while (points.length > length) points.shift()
}

/** All brokers together: the sum of what is known at each second. */
function sumHistories(histories = {}, name) {
  const sums = new Map()
  for (const history of Object.values(histories))
    for (const point of history[name] ?? []) sums.set(point[AT], sumOf(sums.get(point[AT]), point))
  return [...sums.values()].sort((a, b) => a[AT] - b[AT])
}
function sumPoints(points = {}, name) {
  return Object.values(points).map(each => each?.[name]).filter(Boolean).reduce((sum, point) => sumOf(sum, point), null)
}

// Functions, not constants: when the numbers are there before this module, they are needed while it still runs.
function sumOf(sum, point) {
  if (!sum) return [...point]
  const values = sum.slice(1).map((value, i) => (point[i + 1] === null ? value : (value ?? 0) + point[i + 1]))
  return [Math.max(sum[AT], point[AT]), ...values]
}
