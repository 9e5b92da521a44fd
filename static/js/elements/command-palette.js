// <command-palette>: Ctrl K. A combobox with a list (WAI-ARIA APG): the focus stays in the field, the arrows choose.
// The server answers from what it knows, so it is asked at every pause in typing.

const PAUSE_MS = 120

customElements.define("command-palette", class extends HTMLElement {
  #timer = 0
  #asked = null
  #abort = new AbortController()

  connectedCallback() {
    const { signal } = this.#abort
    document.addEventListener("keydown", event => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return
      event.preventDefault()
      this.open()
    }, { signal })
    document.addEventListener("click", event => { if (event.target.closest("[data-palette]")) this.open() }, { signal })
    this.#input.addEventListener("input", () => this.#later(), { signal })
    this.#input.addEventListener("keydown", event => this.#key(event), { signal })
    this.#list.addEventListener("pointermove", event => this.#choose(event.target.closest("[role=option]")), { signal })
  }

  disconnectedCallback() {
    this.#abort.abort()
    this.#asked?.abort()
    clearTimeout(this.#timer)
  }

  open() {
    if (this.#dialog.open) return this.#input.select()
    this.#input.value = ""
    this.#dialog.showModal()
    this.#input.focus()
    this.#ask()
  }

  get #dialog() { return this.querySelector("dialog") }
  get #input() { return this.querySelector("input") }
  get #list() { return this.querySelector("[role=listbox]") }
  get #options() { return [...this.#list.querySelectorAll("[role=option]")] }
  get #chosen() { return this.#list.querySelector('[aria-selected="true"]') }

  #later() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS)
  }

  async #ask() {
    this.#asked?.abort()
    const asked = (this.#asked = new AbortController())
    const query = new URLSearchParams({ q: this.#input.value, broker: this.getAttribute("broker") })
    try {
      const answer = await fetch(`${this.getAttribute("address")}?${query}`, { signal: asked.signal, redirect: "error" })
      if (answer.ok) this.#show((await answer.json()).found)
    } catch (error) {
      // Typed on, or the server is away; the indicator says so.
      if (error.name !== "AbortError") this.#show([])
    }
  }

  #show(found) {
    const groups = new Map()
    for (const each of found) groups.set(each.kind, [...(groups.get(each.kind) ?? []), each])
    let number = 0
    this.#list.replaceChildren(...[...groups].map(([kind, items]) => {
      const group = element("div", { role: "group", "aria-label": kind })
      group.append(element("p", { class: "pal__group", "aria-hidden": "true" }, kind))
      for (const item of items) group.append(option(item, `palette-${number++}`))
      return group
    }))
    this.#input.setAttribute("aria-expanded", found.length > 0)
    this.querySelector("[data-none]").hidden = found.length > 0
    this.#choose(this.#options[0])
  }

  #choose(option) {
    if (!option || option === this.#chosen) return
    this.#chosen?.setAttribute("aria-selected", "false")
    option.setAttribute("aria-selected", "true")
    this.#input.setAttribute("aria-activedescendant", option.id)
  }

  #key(event) {
    const options = this.#options
    const at = options.indexOf(this.#chosen)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }[event.key]
    if (to !== undefined && options.length) {
      event.preventDefault()
      const isStep = Math.abs(to - at) === 1
      const next = isStep ? (to + options.length) % options.length : Math.max(0, Math.min(options.length - 1, to))
      this.#choose(options[next])
      options[next].scrollIntoView({ block: "nearest" })
    } else if (event.key === "Enter") {
      event.preventDefault()
      this.#chosen?.click()
    }
  }
})

function option({ label, detail, href, icon, status }, id) {
  const made = element("a", { class: "pal__item", role: "option", id, href, tabindex: "-1", "aria-selected": "false" })
  made.append(
    status ? drawn(`glyph glyph--${status === "off" ? "crit" : status}`, `#g-${status}`) : drawn("ico", `#i-${icon}`),
    element("span", { class: "trunc" }, label),
    element("span", { class: "dim sm push nowrap" }, detail),
  )
  return made
}

function element(name, attributes, text = "") {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.textContent = text
  return made
}

function drawn(css, symbol) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("class", css)
  svg.setAttribute("aria-hidden", "true")
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use")
  use.setAttribute("href", symbol)
  svg.append(use)
  return svg
}
