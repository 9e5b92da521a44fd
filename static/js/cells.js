// Numbers into cells: `data-cell` names the value, `data-format` how it is written. Only text changes, never layout.

import { formats } from "postroom/format"

/** Write every known value of `data` into the cells below `root`. */
export function fill(root, data) {
  for (const cell of root.querySelectorAll("[data-cell][data-format]")) {
    const value = data[cell.dataset.cell]
    if (value === undefined) continue
    const text = formats[cell.dataset.format](value)
    if (cell.textContent !== text) {
      cell.textContent = text
      cell.classList.toggle("z", text === "0" && cell.matches("td"))
    }
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
  const glyph = mark.querySelector(".glyph")
  glyph.setAttribute("class", `glyph glyph--${status}`)
  glyph.querySelector("use").setAttribute("href", `#g-${status}`)
}
