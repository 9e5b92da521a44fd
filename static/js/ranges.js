// How far back the charts of a page look, and which part of that somebody zoomed into: shared by them and kept in the
// URL; and the labels of their time, which is the viewer's own. The same ranges as in dashboard/past.py.

import { ahead, clock, day } from "postroom/zone"

const MINUTE = 60, HOUR = 3600, DAY = 86_400

export const RANGES = {
  // seconds in all, and between two points
  "1m": [MINUTE, 1],
  "10m": [10 * MINUTE, 5],
  "1h": [HOUR, 30],
  "8h": [8 * HOUR, 60],
  "24h": [DAY, 120],
  "7d": [7 * DAY, 600],
  "30d": [30 * DAY, HOUR],
}
/** Those that the feeds hold. */
export const LIVE = ["1m", "10m", "1h"]

const USUAL = "10m"
const STEPS = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY]
const MAX_TICKS = 8
const MIN_SECONDS = 10 // the finest that is kept

const asked = name => new URLSearchParams(location.search).get(name)

/** The range of this page's charts: the address's, where the page offers it. */
export function range() {
  const name = asked("range")
  return name in RANGES && document.querySelector(`[data-range="${CSS.escape(name)}"]`) ? name : USUAL
}

/** The span that is zoomed into, as [from, to] in seconds; null: all of the range, and it goes on. */
export function zoomed() {
  const [from, to] = [Number(asked("from")), Number(asked("to"))]
  return from > 0 && to - from >= MIN_SECONDS ? [from, to] : null
}

/** Zoom the charts of this page into a span; null: back to all of the range. */
export function zoom(span) {
  const address = new URL(location.href)
  for (const [i, name] of ["from", "to"].entries()) {
    if (span) address.searchParams.set(name, Math.round(span[i]))
    else address.searchParams.delete(name)
  }
  turn(address)
}

/** At least as long as what is kept can show, and no longer than the range. */
export function spanOf(one, other) {
  const middle = (one + other) / 2
  const half = Math.max(MIN_SECONDS, Math.abs(other - one)) / 2
  return [Math.round(middle - half), Math.round(middle - half) + Math.round(2 * half)]
}

// What the buttons beside the ranges do; each has a key, too.
const ZOOMS = {
  reset: span => (span ? null : undefined),
  in: span => {
    const [from, to] = span ?? all()
    // What goes on grows at its end: without a span that is what is looked at.
    const quarter = (to - from) / 4
    return span ? spanOf(from + quarter, to - quarter) : spanOf(to - 2 * quarter, to)
  },
  out: span => {
    if (!span) return undefined
    const [from, to] = span
    const [first, last] = all()
    const half = (to - from) / 2
    if (4 * half >= last - first) return null
    return slid([from - half, to + half])
  },
  back: span => span && slid(span.map(each => each - (span[1] - span[0]) / 2)),
  on: span => span && slid(span.map(each => each + (span[1] - span[0]) / 2)),
}

function all() {
  const now = Date.now() / 1000
  return [now - RANGES[range()][0], now]
}

/** Inside the range, as far as it fits. */
function slid([from, to]) {
  const [first, last] = all()
  const by = Math.max(0, first - from) - Math.max(0, to - last)
  return spanOf(from + by, to + by)
}

function turn(address) {
  history.replaceState(null, "", address)
  mark()
  dispatchEvent(new Event("rangechange"))
}

function mark() {
  for (const button of document.querySelectorAll("[data-range]")) button.setAttribute("aria-pressed", button.dataset.range === range())
  for (const part of document.querySelectorAll("[data-zoomed]")) part.hidden = !zoomed()
}
document.addEventListener("click", event => {
  const button = event.target.closest("[data-range], [data-zoom]")
  if (!button) return
  if (button.dataset.zoom) {
    const span = ZOOMS[button.dataset.zoom](zoomed())
    if (span !== undefined && (span || zoomed())) zoom(span)
    return
  }
  const address = new URL(location.href)
  address.searchParams.set("range", button.dataset.range)
  address.searchParams.delete("from")
  address.searchParams.delete("to")
  turn(address)
})
mark()

/** Labels at times that people would name: every ten seconds, every minute, every midnight. */
export function roundTimes(scale) {
  const step = STEPS.find(each => (scale.max - scale.min) / each <= MAX_TICKS) ?? STEPS.at(-1)
  const zone = ahead(scale.max)
  const first = Math.ceil((scale.min + zone) / step) * step - zone
  scale.ticks = Array.from({ length: Math.max(0, Math.floor((scale.max - first) / step) + 1) }, (_, i) => ({ value: first + i * step }))
}

const isMidnight = second => (second + ahead(second)) % DAY === 0

/** 14:18:02, 14:18, or 9 Mar at a midnight: what tells the labels of this axis apart. */
export function label(second, index, ticks) {
  if (isMidnight(second)) return day(second)
  return clock(second).slice(0, ticks.every(({ value }) => value % MINUTE === 0) ? 5 : 8)
}
