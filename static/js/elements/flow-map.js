// <flow-map feed="topology:local:…" data-shape="…">: the map, live. The server draws it and decides what is drawn; here
// numbers, widths and states change in place, and when the picture itself is another one it is fetched again.

import { rate } from "postroom/format"
import { fragment, redraw } from "postroom/http"
import { live } from "postroom/live"
import { Outdated } from "postroom/outdated"

customElements.define("flow-map", class extends HTMLElement {
  #stop = () => {}
  #isOld = false
  #outdated = new Outdated({
    isSo: () => this.#isOld,
    fetch: () => this.#fetch(location.href),
    isBusy: () => this.matches(":hover") || this.contains(document.activeElement),
  })

  connectedCallback() {
    this.#stop = live.subscribe(this.getAttribute("feed"), data => this.#update(data))
    for (const kind of ["pointerover", "focusin"]) this.addEventListener(kind, event => this.#lightUp(event.target))
    for (const kind of ["pointerleave", "focusout"]) this.addEventListener(kind, () => this.#lightUp(null))
    document.addEventListener("click", this.#choose)
  }

  disconnectedCallback() {
    this.#outdated.stop()
    document.removeEventListener("click", this.#choose)
    this.#stop()
  }

  #update({ state, shape, nodes, edges }) {
    for (const each of this.querySelectorAll("[data-stales]")) each.classList.toggle("is-stale", state === "unreachable")
    if (!nodes) return
    for (const node of this.querySelectorAll("[data-node]")) drawNode(node, nodes[node.dataset.node])
    for (const edge of this.querySelectorAll("[data-edge]")) drawEdge(edge, edges[edge.dataset.edge])
    for (const label of this.querySelectorAll("[data-label]")) {
      const found = edges[label.dataset.label]
      if (!found) continue
      label.classList.toggle("flow__label--crit", found.stuck)
      write(label.querySelector("[data-rate]"), rate(found.rate))
    }
    this.#isOld = state === "live" && shape !== this.dataset.shape
    this.#outdated.look()
  }

  /** Put what this address shows into the places that are marked for it. Throws when the server is away. */
  async #fetch(address) {
    const page = await fragment(address)
    const fresh = page.querySelector("flow-map")
    if (!fresh) throw new Error(`there is no map at ${address}`)
    const feed = fresh.getAttribute("feed")
    if (redraw(page)) {
      this.dataset.shape = fresh.dataset.shape
      this.#isOld = false
    }
    if (feed === this.getAttribute("feed")) return
    this.setAttribute("feed", feed)
    this.#stop()
    this.#stop = live.subscribe(feed, data => this.#update(data))
  }

  /** A click on a node shows its panel without leaving the picture. */
  #choose = async event => {
    const link = event.target.closest?.("flow-map [data-node] a, [data-unchoose]")
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    const address = link.getAttribute("href")
    for (const node of this.querySelectorAll("[data-node]")) {
      const own = node.querySelector("a")
      node.classList.toggle("is-cur", own === link)
      if (own === link) own.setAttribute("aria-current", "true")
      else own.removeAttribute("aria-current")
    }
    try {
      await this.#fetch(address.split("#")[0])
    } catch {
      return (location.href = address)
    }
    history.replaceState(null, "", address)
    const panel = document.getElementById("chosen")
    panel?.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" })
  }

  /** Dim all but what the node is tied to, upstream and downstream. */
  #lightUp(target) {
    const node = target?.closest?.("[data-node]")
    const edges = [...this.querySelectorAll(".flow [data-edge]")]
    const lit = node && new Set([...along(node.dataset.node, edges, "from", "to"), ...along(node.dataset.node, edges, "to", "from")])
    for (const each of this.querySelectorAll(".flow [data-node]")) each.classList.toggle("is-dim", Boolean(lit) && !lit.has(each.dataset.node))
    for (const edge of edges) edge.classList.toggle("is-dim", Boolean(lit) && !(lit.has(edge.dataset.from) && lit.has(edge.dataset.to)))
    for (const label of this.querySelectorAll("[data-label]")) {
      const [from, to] = label.dataset.label.split(">")
      label.classList.toggle("is-dim", Boolean(lit) && !(lit.has(from) && lit.has(to)))
    }
  }
})

/** All nodes that can be reached from one, along edges in one direction. */
function along(start, edges, here, there) {
  const seen = new Set([start])
  for (const node of seen) for (const edge of edges) if (edge.dataset[here] === node) seen.add(edge.dataset[there])
  return seen
}

function drawNode(node, data) {
  if (!data) return
  write(node.querySelector("[data-note]"), data.note)
  write(node.querySelector("[data-rate]"), rate(data.rate))
  write(node.querySelector("[data-lost]"), rate(data.unroutable))
  const link = node.querySelector("a")
  if (link.getAttribute("aria-label") !== data.says) link.setAttribute("aria-label", data.says)
  node.classList.toggle("flow__node--crit", data.status === "crit")
  node.classList.toggle("flow__node--warn", data.status === "warn")
  const glyph = node.querySelector("[data-glyph]")
  if (glyph && glyph.getAttribute("href") !== `#g-${data.status}`) {
    glyph.setAttribute("href", `#g-${data.status}`)
    glyph.setAttribute("class", `glyph glyph--${data.status}`)
  }
  const fill = node.querySelector("[data-fill]")
  fill?.setAttribute("width", data.fullness ? Math.max(2, data.fullness * Number(fill.dataset.fill)) : 0)
}

function drawEdge(edge, data) {
  if (!data) return
  if (edge.matches("tr")) return write(edge.lastElementChild, rate(data.rate))
  edge.classList.toggle("flow__edge--crit", data.stuck)
  edge.dataset.pace = data.pace
  edge.querySelector(".flow__band").setAttribute("stroke-width", data.width)
}

function write(place, text) {
  if (place && place.textContent !== text) place.textContent = text
}
