// How far back the charts of a page look: shared by them and kept in the URL; and the labels of their time, which is the
// viewer's own. The same ranges as in dashboard/past.py.

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
const STEPS = [5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY]
const MAX_TICKS = 8

/** The range of this page's charts: the address's, where the page offers it. */
export function range() {
  const asked = new URLSearchParams(location.search).get("range")
  return asked in RANGES && document.querySelector(`[data-range="${CSS.escape(asked)}"]`) ? asked : USUAL
}

function mark() {
  for (const button of document.querySelectorAll("[data-range]")) button.setAttribute("aria-pressed", button.dataset.range === range())
}
document.addEventListener("click", event => {
  const button = event.target.closest("[data-range]")
  if (!button) return
  const address = new URL(location.href)
  address.searchParams.set("range", button.dataset.range)
  history.replaceState(null, "", address)
  mark()
  dispatchEvent(new Event("rangechange"))
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
