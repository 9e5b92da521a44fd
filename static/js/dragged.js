// A span of a chart, chosen by dragging over it: a finger or the mouse sideways, Escape gives up.

const LEAST_PX = 8 // less is a click

/**
 * Let people drag over the canvas of a chart. `chart` gives it as it is now, `begin` is called when it must stand still,
 * `end` with the two ends of the span in the scale's values, or with null when there is none.
 */
export function dragged(canvas, { chart, begin, end, signal }) {
  const band = document.createElement("i")
  band.className = "plot__band"
  band.hidden = true
  canvas.after(band)
  let start = null
  const within = x => Math.max(chart().chartArea.left, Math.min(chart().chartArea.right, x))
  const at = event => within(event.clientX - canvas.getBoundingClientRect().left)

  function finish(x) {
    if (start === null) return
    const one = start
    start = null
    band.hidden = true
    const value = px => chart().scales.x.getValueForPixel(px)
    end(x !== null && Math.abs(x - one) >= LEAST_PX ? [value(one), value(x)].sort((a, b) => a - b) : null)
  }

  canvas.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !event.isPrimary || !chart()) return
    start = at(event)
    canvas.setPointerCapture(event.pointerId)
    begin()
  }, { signal })
  canvas.addEventListener("pointermove", event => {
    if (start === null) return
    const x = at(event)
    const { top, bottom } = chart().chartArea
    band.hidden = Math.abs(x - start) < LEAST_PX
    Object.assign(band.style, { left: `${Math.min(x, start)}px`, width: `${Math.abs(x - start)}px`, top: `${top}px`, height: `${bottom - top}px` })
  }, { signal })
  canvas.addEventListener("pointerup", event => finish(at(event)), { signal })
  canvas.addEventListener("pointercancel", () => finish(null), { signal })
  document.addEventListener("keydown", event => { if (event.key === "Escape") finish(null) }, { signal })
}
