// Numbers into cells: `data-cell` names the value, `data-format` how it is written. Only text changes, never layout.

import { formats } from "postroom/format"

const ZEROES = new Set(["0", "0 B", "0 %", "–"]) // dashboard/listing/cells.py dims the same

/** Write every known value of `data` into the cells below `root`. */
export function fill(root, data) {
  for (const cell of root.querySelectorAll("[data-cell][data-format]")) {
    const value = data[cell.dataset.cell]
    if (value === undefined) continue
    const text = formats[cell.dataset.format](value)
    if (cell.textContent !== text) {
      cell.textContent = text
      cell.classList.toggle("z", ZEROES.has(text) && cell.matches("td"))
    }
  }
  for (const noun of root.querySelectorAll("[data-noun-of]")) {
    const { nounOf, one, more } = noun.dataset
    if (data[nounOf] !== undefined) noun.textContent = data[nounOf] === 1 ? one : more
  }
  if (data.verdict !== undefined) for (const cell of root.querySelectorAll('[data-cell="status"]')) verdict(cell, data)
}

/** A verdict: its shape and its words. */
function verdict(cell, { status, verdict: words }) {
  const mark = cell.querySelector(".st")
  const text = mark?.querySelector("span")
  if (!mark || !text || text.textContent === words) return
  text.textContent = words
  mark.className = `st st--${status}`
  shape(mark.querySelector(".glyph"), status)
}

/** A status as its shape; its colour has the same name but for "off", which is critical. */
export function shape(glyph, name, colour = name) {
  glyph.setAttribute("class", `glyph glyph--${colour}`)
  glyph.querySelector("use").setAttribute("href", `#g-${name}`)
}
