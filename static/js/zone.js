// Moments in the viewer's zone: the one that the person chose in the settings, without one that of the browser.

export const timeZone = document.documentElement.dataset.zone || undefined

const clocks = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone })
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone })
const dates = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "numeric", day: "numeric", timeZone })
const walls = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23", timeZone })

/** 14:18:02 */
export const clock = second => clocks.format(second * 1000)

/** 9 Mar */
export const day = second => days.format(second * 1000)

/** A moment in full: with its day when that is not today. */
export function moment(second) {
  const isToday = dates.format(second * 1000) === dates.format(Date.now())
  return isToday ? clock(second) : `${day(second)} ${clock(second)}`
}

/** 2026-03-09 13:18:02 UTC: what stands behind every time on hover. */
export const utc = second => `${new Date(second * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`

/** Seconds by which clocks of the zone are ahead of UTC at a moment. */
export function ahead(second) {
  const parts = Object.fromEntries(walls.formatToParts(second * 1000).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) / 1000 - Math.floor(second)
}
