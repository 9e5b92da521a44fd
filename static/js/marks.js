// What happened, as dotted lines in a chart: [second, label] each. A narrow chart has room for the time only.

import { clock } from "postroom/zone"

const NARROW_PX = 420
const TOGETHER_PX = 6 // closer than this two lines are one, with a count
const PAD_PX = 4

/** Room for labels above what is drawn. */
export const LABEL_PX = 14

/** Marks within so many seconds of a moment. */
export const near = (marks, second, seconds) => marks.filter(([at]) => Math.abs(at - second) <= seconds)

/** A plugin of Chart.js; its options are `marks` and colours. */
export const drawnMarks = {
  id: "marks",
  afterDatasetsDraw({ ctx, chartArea, scales, width }, _, { marks = [], line, text, font }) {
    ctx.save()
    ctx.font = font
    ctx.textBaseline = "top"
    let free = -Infinity
    for (const { x, at, label } of grouped(marks, scales.x, chartArea)) {
      ctx.strokeStyle = line
      ctx.lineWidth = 1
      ctx.setLineDash([2, 3])
      ctx.beginPath()
      ctx.moveTo(x, chartArea.top - LABEL_PX)
      ctx.lineTo(x, chartArea.bottom)
      ctx.stroke()
      const words = width < NARROW_PX ? clock(at).slice(0, 5) : label
      const size = ctx.measureText(words).width
      // Beside its line, to the left of it where the chart ends.
      const start = x + PAD_PX + size > chartArea.right ? x - PAD_PX - size : x + PAD_PX
      if (start < free) continue
      free = start + size + 2 * PAD_PX
      ctx.fillStyle = text
      ctx.fillText(words, start, chartArea.top - LABEL_PX)
    }
    ctx.restore()
  },
}

/** Lines that would be drawn on top of each other as one. */
function grouped(marks, scale, area) {
  const lines = []
  for (const [at, label] of marks) {
    const x = scale.getPixelForValue(at)
    if (x < area.left || x > area.right) continue
    const last = lines.at(-1)
    if (last && x - last.x < TOGETHER_PX) last.more += 1
    else lines.push({ x, at, label, more: 0 })
  }
  return lines.map(({ label, more, ...rest }) => ({ ...rest, label: more ? `${label} +${more}` : label }))
}
