// A selection of rows: boxes, Shift for a range, "this page", then "all that match". The bar appears with the first.
// Without script the same form works with its boxes and the select.

import { number } from "postroom/format"

customElements.define("select-rows", class extends HTMLElement {
  #last = null
  #abort = new AbortController()

  connectedCallback() {
    const { signal } = this.#abort
    if (!this.#bar) return
    this.addEventListener("click", event => this.#range(event), { signal })
    this.addEventListener("change", event => this.#changed(event), { signal })
    this.addEventListener("redrawn", () => this.#show(), { signal })
    this.querySelector("[data-none]").addEventListener("click", () => this.#tick(false), { signal })
    document.addEventListener("keydown", event => {
      if (event.key === "Escape" && !this.#bar.hidden && !document.querySelector("dialog[open]")) this.#tick(false)
    }, { signal })
    // Coming back, the browser ticks what was ticked, and tells nobody.
    addEventListener("pageshow", () => this.#show(), { signal })
    this.#show()
  }

  disconnectedCallback() {
    this.#abort.abort()
  }

  get #bar() {
    return this.querySelector("[data-bulk]")
  }

  get #boxes() {
    return [...this.querySelectorAll("input[name=row]")]
  }

  #range(event) {
    const box = event.target.closest("input[name=row]")
    if (!box) return
    const boxes = this.#boxes
    const [from, to] = [boxes.indexOf(this.#last), boxes.indexOf(box)].sort((a, b) => a - b)
    if (event.shiftKey && from >= 0) for (const each of boxes.slice(from, to + 1)) each.checked = box.checked
    this.#last = box
  }

  #changed({ target }) {
    if (target.matches("[data-all]")) this.#tick(target.checked)
    else if (target.name === "scope") {
      if (target.value !== "ticked") for (const box of this.#boxes) box.checked = true
    } else if (target.name === "row") this.querySelector("[name=scope]").value = "ticked"
    this.#show()
  }

  #tick(isTicked) {
    for (const box of this.#boxes) box.checked = isTicked
    this.querySelector("[name=scope]").value = "ticked"
    this.#show()
  }

  #show() {
    const boxes = this.#boxes
    const ticked = boxes.filter(box => box.checked)
    for (const box of boxes) box.closest("tr").classList.toggle("is-sel", box.checked)
    const all = this.querySelector("[data-all]")
    if (all) {
      all.checked = boxes.length > 0 && ticked.length === boxes.length
      all.indeterminate = ticked.length > 0 && !all.checked
    }
    const scope = this.querySelector("[name=scope]")
    const count = scope.value === "all" ? Number(this.querySelector("[data-count]").dataset.count) : ticked.length
    const { one, more } = this.querySelector("[data-selected]").dataset
    this.querySelector("[data-selected]").textContent = `${number(count)} ${count === 1 ? one : more}`
    this.#bar.hidden = ticked.length === 0
  }
})
