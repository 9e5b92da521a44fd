// What every chart looks like: Chart.js with the page's tokens, a crosshair, and bytes at whole KiB and MiB. The data, and
// what they mean, are those of static/js/elements/rate-chart.js.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js"
import { BYTES } from "postroom/chart-kinds"
import { bytes } from "postroom/format"
import { LABEL_PX, drawnMarks } from "postroom/marks"
import { label, roundTimes } from "postroom/ranges"
import { moment, timeZone, utc } from "postroom/zone"

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip)

/**
 * A chart on the canvas of `host`, without data. `lines` are those of static/js/chart-kinds.js, `write` is how their
 * values are written; `hasMarks` keeps room for the labels of marks, `beside` has what the tooltip says of a second below.
 */
export function plot(host, { lines, write, hasMarks, beside }) {
  const style = getComputedStyle(host)
  // A token is light-dark(): the browser resolves it only as a used colour.
  const probe = host.appendChild(document.createElement("i"))
  const token = (name, alpha = 1) => {
    probe.style.color = alpha === 1 ? `var(${name})` : `color-mix(in srgb, var(${name}) ${alpha * 100}%, transparent)`
    return getComputedStyle(probe).color
  }
  const text = { color: token("--ink-3"), font: { family: style.fontFamily, size: 11 } }
  const chart = new Chart(host.querySelector("canvas"), {
    type: "line",
    plugins: [crosshair(token("--line-3")), drawnMarks],
    data: { datasets: lines.map(line => dataset(line, token)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { top: hasMarks ? LABEL_PX : 0 } },
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { type: "linear", grid: { display: false }, border: { color: token("--line-2") }, afterBuildTicks: roundTimes, ticks: { ...text, callback: label, maxRotation: 0, autoSkipPadding: 14 } },
        y: { beginAtZero: true, suggestedMax: 5, border: { display: false }, grid: { color: token("--grid") }, ticks: { ...text, maxTicksLimit: 5, precision: 0 }, ...(BYTES.has(write) ? ofBytes(text) : {}) },
      },
      plugins: {
        marks: { marks: [], line: token("--ink-3"), text: token("--ink-2"), font: `11px ${style.fontFamily}` },
        tooltip: {
          backgroundColor: token("--raised"), borderColor: token("--line-2"), borderWidth: 1,
          titleColor: token("--ink"), bodyColor: token("--ink-2"), footerColor: token("--ink-2"),
          footerFont: { family: style.fontFamily, weight: "normal" }, titleFont: { family: style.fontFamily }, bodyFont: { family: style.fontFamily },
          padding: 10, cornerRadius: 7, boxWidth: 8, boxHeight: 2, boxPadding: 6, caretSize: 0,
          callbacks: {
            title: items => (items.length ? named(items[0].parsed.x) : ""),
            footer: items => (items.length ? beside(items[0].parsed.x) : []),
            label: item => ` ${item.dataset.label} ${item.raw.y === null ? "–" : write(item.raw.y)}`,
          },
        },
      },
    },
  })
  probe.remove()
  return chart
}

/** A moment in the viewer's zone, with its UTC below unless that is the zone. */
const named = second => (timeZone === "UTC" ? utc(second) : [moment(second), utc(second)])

function dataset([, label, color, fill, borderDash], token) {
  return {
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
  }
}

/** An axis with labels at whole KiB and MiB: 1, 2, 5, 10 … of them. */
function ofBytes(text) {
  const afterBuildTicks = scale => {
    const unit = 1024 ** Math.floor(Math.log(Math.max(scale.max, 1)) / Math.log(1024))
    const step = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].map(each => each * unit).find(each => scale.max / each <= 5) ?? 1024 * unit
    scale.ticks = Array.from({ length: Math.floor(scale.max / step) + 1 }, (_, i) => ({ value: i * step }))
  }
  return { afterBuildTicks, ticks: { ...text, callback: bytes } }
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
