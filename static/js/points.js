// Points of charts, [second, …values] each, oldest first: added to, summed over brokers, cut to a span, with gaps kept.

export const AT = 0

/** What a line has of a point: a column, or the sum of several; null where that is not known. */
export function valueOf(point, column) {
  if (!Array.isArray(column)) return point[column] ?? null
  const parts = column.map(each => point[each] ?? null)
  return parts.includes(null) ? null : parts.reduce((sum, part) => sum + part, 0)
}

export const HELD_SECONDS = 15 // a broker is looked at every few seconds: until then its last number holds

/** Add a point, or replace the one in progress; what is older than `seconds` goes. */
export function add(points, point, seconds) {
  if (!point) return
  if (points.at(-1)?.[AT] >= point[AT]) points[points.length - 1] = [...point]
  else points.push([...point])
  while (points.length && points[0][AT] < point[AT] - seconds) points.shift()
}

/**
 * With a point of nothing wherever measurements are missing: the line must not run across. Steps without one are no
 * hole by themselves: a broker that is asked every five seconds has four of them in a row.
 */
export function withHoles(all, step) {
  const points = all.filter(point => point.slice(1).some(value => value !== null))
  const steps = points.slice(1).map((point, i) => point[AT] - points[i][AT]).sort((a, b) => a - b)
  const usual = Math.min(steps[Math.floor(steps.length / 2)] ?? 0, Math.max(HELD_SECONDS, step))
  return points.flatMap((point, i) => {
    const isHole = i > 0 && point[AT] - points[i - 1][AT] > 2.5 * usual
    return isHole ? [[points[i - 1][AT] + usual], point] : [point]
  })
}

/** Those of a span and no more. */
export const inside = (points, [from, to]) => points.filter(point => point[AT] >= from && point[AT] <= to)

/** Those of a span, and one more on either side, where there are any: the lines run on to its ends. */
export function cut(points, [from, to]) {
  const first = points.findLastIndex(point => point[AT] <= from)
  const last = points.findIndex(point => point[AT] >= to)
  return points.slice(Math.max(0, first), last < 0 ? undefined : last + 1)
}

/** Of several { points, step } the one that shows a span best: the finest of those that have most of it. */
export function best(held, span) {
  const covered = ({ points, step }) => {
    const within = inside(points, span)
    return within.length ? within.at(-1)[AT] - within[0][AT] + step : 0
  }
  const most = Math.max(...held.map(covered))
  return held.filter(each => covered(each) >= 0.75 * most).sort((one, other) => one.step - other.step)[0]
}

/** All brokers together: at each second the sum of what each of them last said. `step`: seconds between two points. */
export function sumHistories(histories, step) {
  const all = Object.values(histories ?? {})
  const seconds = [...new Set(all.flat().map(point => point[AT]))].sort((a, b) => a - b)
  return seconds.map(second => sumAt(second, all.map(points => points.findLast(point => point[AT] <= second)), step))
}

/** The same of their latest points. */
export function sumPoints(latest, step) {
  const known = latest.filter(Boolean)
  return known.length ? sumAt(Math.max(...known.map(point => point[AT])), known, step) : null
}

function sumAt(second, points, step) {
  const held = Math.max(HELD_SECONDS, 2 * step)
  const known = points.filter(point => point && second - point[AT] <= held)
  const sum = column => known.reduce((sum, point) => (point[column] === null ? sum : (sum ?? 0) + point[column]), null)
  return [second, ...[1, 2, 3, 4, 5].map(sum)]
}
