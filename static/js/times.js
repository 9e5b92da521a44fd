// Times: written in UTC by the server, shown in the viewer's zone; UTC stays on hover. `data-age` shows how long ago
// instead, and goes on; `data-full` keeps the time of day on other days too.

import { lasting } from "postroom/format"
import { timeZone } from "postroom/zone"

const AGES_MS = 10_000

/** Write every time below `root` for this viewer. */
export function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const text = "age" in time.dataset ? age(time) : moment(new Date(time.dateTime), "full" in time.dataset)
    if (time.textContent !== text) time.textContent = text
  }
}

const year = when => when.toLocaleDateString("en-GB", { year: "numeric", timeZone })

function moment(when, isFull) {
  const clock = when.toLocaleTimeString("en-GB", { timeZone })
  const now = new Date()
  if (when.toLocaleDateString("en-GB", { timeZone }) === now.toLocaleDateString("en-GB", { timeZone })) return clock
  const withYear = year(when) === year(now) ? undefined : "numeric"
  const day = when.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: withYear, timeZone })
  return isFull ? `${day} ${clock}` : day
}

const age = time => lasting(Math.max(0, Date.now() - new Date(time.dateTime)) / 1000)

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-age]")) time.textContent = age(time)
}, AGES_MS)
