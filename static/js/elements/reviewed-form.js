// <reviewed-form>: what changes after a review makes the review stale; its button waits for a new one.
// The server checks the same, so this only says it sooner. Also draws header rows and arms a typed confirmation.

class ReviewedForm extends HTMLElement {
  #abort = new AbortController()

  connectedCallback() {
    const { signal } = this.#abort
    this.addEventListener("input", this.#onInput, { signal })
    this.addEventListener("click", this.#onClick, { signal })
    this.#show()
  }

  disconnectedCallback() {
    this.#abort.abort()
  }

  #onInput = (event) => {
    const name = event.target.closest("[data-confirm-name]")
    if (!name) this.#staleReview()
    this.#show()
  }

  #onClick = (event) => {
    const add = event.target.closest("button[name=add_header]")
    if (add) {
      event.preventDefault()
      const rows = this.querySelector("[data-header-rows]")
      const row = rows.lastElementChild.cloneNode(true)
      for (const field of row.querySelectorAll("input")) field.value = ""
      rows.append(row)
      row.querySelector("input").focus()
      return
    }
    const remove = event.target.closest("[data-remove-row]")
    if (!remove) return
    const row = remove.closest("[data-header-row]")
    if (row.parentElement.children.length > 1) row.remove()
    else for (const field of row.querySelectorAll("input")) field.value = ""
    this.#staleReview()
  }

  #staleReview() {
    const review = this.querySelector("[data-review]")
    if (!review || review.classList.contains("is-stale")) return
    review.classList.add("is-stale")
    for (const button of this.querySelectorAll("[data-do]")) {
      button.disabled = true
      button.title = "You changed something. Review again first."
    }
  }

  #show() {
    for (const part of this.querySelectorAll("[data-shown-for]")) {
      const [name, value] = part.dataset.shownFor.split("=")
      part.hidden = this.querySelector(`[name="${name}"]:checked`)?.value !== value
    }
    for (const field of this.querySelectorAll("[data-confirm-name]")) {
      for (const button of this.querySelectorAll("[data-do]")) button.disabled = field.value !== field.dataset.confirmName
    }
  }
}

customElements.define("reviewed-form", ReviewedForm)
