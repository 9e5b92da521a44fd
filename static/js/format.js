// How numbers are written for people. dashboard/templatetags/amqp.py follows the same rules; a test compares them.

import { clock } from "postroom/zone"

const UNKNOWN = "–"

const tenths = value => value.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** 12480 -> "12,480"; unknown -> "–". */
export function number(value) {
  return value === null || value === undefined ? UNKNOWN : Math.round(value).toLocaleString("en-US")
}

/** Messages per second: 14.86 -> "14.9", 1914.2 -> "1,914", 0 -> "0", 0.04 -> "<0.1". */
export function rate(value) {
  if (value === null || value === undefined) return UNKNOWN
  if (value === 0) return "0"
  if (value < 0.1) return "<0.1"
  if (value < 100) return value.toFixed(1)
  return number(value)
}

/** 39954841 -> "38.1 MiB", 512 -> "512 B". */
export function bytes(value) {
  if (value === null || value === undefined) return UNKNOWN
  let size = value
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (size < 1024) return unit === "B" ? `${number(size)} B` : `${tenths(size)} ${unit}`
    size /= 1024
  }
  return `${tenths(size)} TiB`
}

/** 0.923 -> "92 %". */
export function share(value) {
  return value === null || value === undefined ? UNKNOWN : `${Math.round(value * 100)} %`
}

/** Seconds as the largest unit that fits: 840 -> "14 min", 0.2 -> "<1 s". */
export function lasting(seconds) {
  if (seconds === null || seconds === undefined) return UNKNOWN
  if (seconds < 1) return "<1 s"
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]])
    if (seconds >= size) return `${Math.floor(seconds / size).toLocaleString("en-US")} ${unit}`
  return `${Math.floor(seconds)} s`
}

/** Words that the server chose. */
const text = value => value ?? ""

/** Since when, as how long ago. */
const since = epochSeconds => (epochSeconds === null ? UNKNOWN : lasting(Date.now() / 1000 - epochSeconds))

export const formats = { number, rate, bytes, share, lasting, clock, text, since }
