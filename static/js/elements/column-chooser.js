// The list of columns: its order in the form is the order in the table, so moving a line is all there is to do.

customElements.define("column-chooser", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", event => {
      const line = event.target.closest("[data-up]")?.closest("li")
      // The first column stays where it is: it names the row.
      const above = line?.previousElementSibling
      if (!above?.previousElementSibling) return
      above.before(line)
      line.querySelector("[data-up]").focus()
    })
  }
})
