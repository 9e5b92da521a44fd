// What a chart shows, as a table: for those who do not see it, and to be copied. Which charts of a page are tables is in
// its URL (?table=depth,rates).

import { plain } from "postroom/chart-kinds"
import { valueOf } from "postroom/points"
import { clock, moment, utc } from "postroom/zone"

const chosen = () => (new URLSearchParams(location.search).get("table") ?? "").split(",").filter(Boolean)

/** Whether this chart is a table now. */
export const isTable = kind => chosen().includes(kind)

/** Turn a chart into a table, or back. */
export function turnTable(kind) {
  const kinds = isTable(kind) ? chosen().filter(each => each !== kind) : [...chosen(), kind]
  const address = new URL(location.href)
  if (kinds.length) address.searchParams.set("table", kinds.join(","))
  else address.searchParams.delete("table")
  history.replaceState(null, "", address)
}

export class ChartTable {
  #lines
  #write
  #rows = new Map() // second -> its row
  #body = document.createElement("tbody")
  #marks
  element = document.createElement("div")

  /** `lines` and `write` are those of the chart, `title` is its name. */
  constructor(title, lines, write) {
    this.#lines = lines
    const [bare, unit] = plain(write)
    this.#write = bare
    this.#marks = cell("th", "What happened", { scope: "col" })
    const table = document.createElement("table")
    table.className = "tbl tbl--dense tbl--pin"
    const head = document.createElement("tr")
    const titles = lines.map(([, name]) => cell("th", name + unit, { scope: "col", className: "num" }))
    head.append(cell("th", "Time", { scope: "col" }), ...titles, this.#marks)
    table.append(cell("caption", title, { className: "vh" }), document.createElement("thead"), this.#body)
    table.tHead.append(head)
    Object.assign(this.element, { className: "scroll plot__table", tabIndex: 0 })
    this.element.setAttribute("role", "region")
    this.element.setAttribute("aria-label", `${title}, as a table`)
    this.element.append(table)
  }

  /** Newest first. While something of it is selected it stands still: somebody is about to copy that. */
  update(points, marks) {
    const selection = getSelection()
    if (!selection.isCollapsed && this.element.contains(selection.anchorNode)) return
    const words = beside(points, marks)
    this.#marks.hidden = !words.size
    const seconds = new Set(points.map(([second]) => second))
    for (const [second, row] of this.#rows) {
      if (seconds.has(second)) continue
      row.remove()
      this.#rows.delete(second)
    }
    let next = this.#body.firstElementChild
    for (const point of points.toReversed()) {
      const row = this.#rows.get(point[0]) ?? this.#made(point[0])
      if (row === next) next = next.nextElementSibling
      else this.#body.insertBefore(row, next)
      this.#fill(row, point, words)
    }
  }

  #made(second) {
    const row = document.createElement("tr")
    const time = document.createElement("time")
    time.dateTime = new Date(second * 1000).toISOString()
    time.title = utc(second)
    time.textContent = moment(second)
    const head = cell("th", "", { scope: "row" })
    head.append(time)
    row.append(head, ...this.#lines.map(() => cell("td", "", { className: "num" })), cell("td", ""))
    this.#rows.set(second, row)
    return row
  }

  #fill(row, point, words) {
    this.#lines.forEach(([column], i) => write(row.cells[i + 1], this.#write(valueOf(point, column))))
    const last = row.cells[this.#lines.length + 1]
    last.hidden = !words.size
    write(last, words.get(point[0]) ?? "")
  }
}

/** What happened at or after a point and before the next one, by the point's second. */
function beside(points, marks) {
  const words = new Map()
  for (const [at, label] of marks) {
    const second = (points.findLast(([each]) => each <= at) ?? points[0])?.[0]
    if (second !== undefined) words.set(second, [words.get(second), `${clock(at)} ${label}`].filter(Boolean).join(", "))
  }
  return words
}

function write(cell, text) {
  if (cell.textContent !== text) cell.textContent = text
}

function cell(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...properties })
}
