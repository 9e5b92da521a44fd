// <message-list>: keys and selection over messages that were read. Rows are links and checkboxes and work without it.
// Opening a message fetches its page and swaps the detail pane, so that ticked boxes and the scroll position stay.

import { formats } from "postroom/format"
import { fragment } from "postroom/http"

const ROW = "[data-message]"

class MessageList extends HTMLElement {
  #abort = new AbortController()
  #opening = null
  #anchor = null

  connectedCallback() {
    const { signal } = this.#abort
    this.addEventListener("change", this.#onChange, { signal })
    this.addEventListener("click", this.#onClick, { signal })
    document.addEventListener("keydown", this.#onKey, { signal })
    addEventListener("popstate", () => location.reload(), { signal })
    for (const box of this.querySelectorAll("[data-select-all]")) box.hidden = false
    this.#count()
  }

  disconnectedCallback() {
    this.#abort.abort()
    this.#opening?.abort()
  }

  get #rows() {
    return [...this.querySelectorAll(ROW)]
  }

  get #current() {
    return this.querySelector(`${ROW}.is-cur`)
  }

  #onChange = (event) => {
    if (event.target.matches("[data-select-all]")) {
      for (const row of this.#rows) this.#select(row, event.target.checked)
    }
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit()
    this.#count()
  }

  #onClick = (event) => {
    const box = event.target.closest(`${ROW} .check`)
    if (box) {
      this.#selectRange(box.closest(ROW), event.shiftKey)
      return
    }
    const link = event.target.closest("a[data-opens]")
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    this.#open(link.href)
  }

  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest("input:not(.check), textarea, select, dialog")) return
    const keys = {
      j: () => this.#step(1),
      k: () => this.#step(-1),
      x: () => this.#toggle(event.shiftKey),
      X: () => this.#toggle(true),
      Escape: () => this.#clear(),
    }
    keys[event.key]?.()
  }

  #step(by) {
    const rows = this.#rows
    if (!rows.length) return
    const at = rows.indexOf(this.#current)
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
    row.scrollIntoView({ block: "nearest" })
    this.#open(row.querySelector("a[data-opens]").href)
  }

  #toggle(isRange) {
    const row = this.#current
    if (!row) return
    this.#select(row, !row.querySelector(".check").checked)
    this.#selectRange(row, isRange)
    this.#count()
  }

  #clear() {
    for (const row of this.#rows) this.#select(row, false)
    this.#count()
  }

  #select(row, isOn) {
    row.querySelector(".check").checked = isOn
  }

  // Shift selects from the row touched last to this one, as lists everywhere do.
  #selectRange(row, isRange) {
    const rows = this.#rows
    if (isRange && this.#anchor?.isConnected) {
      const isOn = row.querySelector(".check").checked
      const [from, to] = [rows.indexOf(this.#anchor), rows.indexOf(row)].sort((a, b) => a - b)
      for (const between of rows.slice(from, to + 1)) this.#select(between, isOn)
    }
    this.#anchor = row
  }

  #count() {
    let count = 0
    let bytes = 0
    const rows = this.#rows
    for (const row of rows) {
      const isOn = row.querySelector(".check").checked
      row.classList.toggle("is-sel", isOn)
      if (!isOn) continue
      count += 1
      bytes += Number(row.dataset.size)
    }
    const all = this.querySelector("[data-select-all]")
    if (all) {
      all.checked = count > 0 && count === rows.length
      all.indeterminate = count > 0 && count < rows.length
    }
    for (const bar of this.querySelectorAll("[data-selection]")) bar.hidden = count === 0
    for (const bar of this.querySelectorAll("[data-no-selection]")) bar.hidden = count > 0
    for (const output of this.querySelectorAll("[data-count]")) output.textContent = formats.number(count)
    for (const output of this.querySelectorAll("[data-noun]")) output.textContent = count === 1 ? "message" : "messages"
    for (const output of this.querySelectorAll("[data-bytes]")) output.textContent = formats.bytes(bytes)
    for (const button of this.querySelectorAll("[data-one-only]")) button.hidden = count !== 1
  }

  async #open(href) {
    this.#opening?.abort()
    this.#opening = new AbortController()
    const pane = this.querySelector(".pane--detail")
    pane.setAttribute("aria-busy", "true")
    try {
      const page = await fragment(href, { isPartial: true, signal: this.#opening.signal })
      const fresh = page.querySelector(".pane--detail")
      if (!fresh) throw new Error("not a message")
      pane.replaceWith(document.adoptNode(fresh))
      history.replaceState(null, "", href)
      this.#mark(new URL(href).searchParams.get("message"))
    } catch (error) {
      // The page itself knows best what went wrong: signed out, forgotten, or the server is gone.
      if (error.name !== "AbortError") location.assign(href)
    }
  }

  #mark(fingerprint) {
    for (const row of this.#rows) {
      const isCurrent = row.dataset.message === fingerprint
      row.classList.toggle("is-cur", isCurrent)
      row.querySelector("a[data-opens]").toggleAttribute("aria-current", isCurrent)
    }
  }
}

customElements.define("message-list", MessageList)
