// Addresses and requests. Names are escaped as dashboard/paths.py does it: change both together.

import { localize } from "postroom/times"

const encoder = new TextEncoder()

/** The path segment for an AMQP name: segment("a/b") is "a~2Fb", the empty name is "~". */
export function segment(name) {
  if (name === "") return "~"
  const keep = name === "." || name === ".." ? /[]/ : /[A-Za-z0-9._-]/
  return Array.from(encoder.encode(name), byte => {
    const char = String.fromCharCode(byte)
    return byte < 128 && keep.test(char) ? char : "~" + byte.toString(16).toUpperCase().padStart(2, "0")
  }).join("")
}

/** url`/brokers/${slug}/${vhost}/queues/${queue}/` with every value escaped. */
export const url = (parts, ...names) => parts.reduce((path, part, i) => path + segment(names[i - 1]) + part)

/**
 * Put what a fresh copy of this page has into the places that are marked for it (data-redrawn), but not under a hand.
 * True when none was left out: otherwise the page is still the old one, and is to be fetched again.
 */
export function redraw(fresh) {
  let isWhole = true
  for (const place of document.querySelectorAll("[data-redrawn]")) {
    const then = fresh.querySelector(`[data-redrawn="${place.dataset.redrawn}"]`)
    if (!then) continue
    if (place.matches(":hover")) isWhole = false
    else place.replaceChildren(...then.childNodes)
  }
  return isWhole
}

/** Fetch a page, or with `isPartial` the part of it that changes, as a document; throws, with `status`, when the server says no. */
export async function fragment(address, { isPartial = false, signal } = {}) {
  const headers = isPartial ? { "X-Partial": "1" } : {}
  const answer = await fetch(address, { headers, signal, redirect: "error" })
  if (!answer.ok) throw Object.assign(new Error(`${address} answered ${answer.status}`), { status: answer.status })
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  localize(page)
  return page
}
