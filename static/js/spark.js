// Sparklines go on where the server's drawing ended. The same picture as templatetags/amqp.py: spark; change both together.

const KEPT = 61

/** Add a value to the sparkline in `cell`, or replace the one in progress. */
export function push(cell, value, isNew) {
  const svg = cell?.querySelector("svg.spark")
  if (!svg) return
  const values = svg.dataset.values ? svg.dataset.values.split(",").map(text => (text === "" ? null : Number(text))) : []
  if (isNew || !values.length) values.push(value)
  else values[values.length - 1] = value
  while (values.length > KEPT) values.shift()
  svg.dataset.values = values.map(each => each ?? "").join(",")
  draw(svg, values)
}

function draw(svg, values) {
  const { width, height } = svg.viewBox.baseVal
  const scale = (height - 2) / Math.max(10, ...values.filter(value => value !== null))
  const step = width / Math.max(values.length - 1, 1)
  const runs = [[]]
  values.forEach((value, i) => {
    if (value === null) runs.push([])
    else if (i === 0 || i === values.length - 1 || values[i - 1] !== value || values[i + 1] !== value) runs.at(-1).push(`${(i * step).toFixed(1)} ${(height - 1 - value * scale).toFixed(1)}`)
  })
  const lines = runs.filter(run => run.length > 1)
  const area = run => `M${run.join("L")}L${run.at(-1).split(" ")[0]} ${height}L${run[0].split(" ")[0]} ${height}z`
  svg.replaceChildren(
    ...lines.map(run => path("spark__a", area(run))),
    ...lines.map(run => path("spark__l", `M${run.join("L")}`)),
  )
}

function path(name, d) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "path")
  made.setAttribute("class", name)
  made.setAttribute("d", d)
  return made
}
