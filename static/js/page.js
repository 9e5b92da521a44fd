// What every page has: theme, drawer, dialogs, tabs, keys, and times in the viewer's zone.

import { localize } from "postroom/times"

const root = document.documentElement
const $ = (selector, from = document) => from.querySelector(selector)
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)]

// Theme: the other one than what is seen now
$("[data-theme-switch]")?.addEventListener("click", () => {
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  root.dataset.theme = localStorage.theme = isDark ? "light" : "dark"
  dispatchEvent(new Event("themechange"))
})

// What is chosen for good goes before what this browser remembers of its own switches
$("[data-settings]")?.addEventListener("submit", () => {
  for (const name of ["theme", "singleKeys"]) localStorage.removeItem(name)
})

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themechange")))

// Drawer
const menu = $(".top__menu")
menu?.addEventListener("click", () => menu.setAttribute("aria-expanded", $("#side").classList.toggle("is-open")))

// Dialogs
document.addEventListener("click", event => {
  const opener = event.target.closest("[data-open]")
  if (opener) document.getElementById(opener.dataset.open)?.showModal()
  if (event.target.matches("dialog[open]")) event.target.close()
  if (!event.target.closest("#side, .top__menu")) {
    $("#side")?.classList.remove("is-open")
    menu?.setAttribute("aria-expanded", false)
  }
})

// What a narrow page folds away behind a button
document.addEventListener("click", event => {
  const button = event.target.closest("[data-facets]")
  if (button) button.setAttribute("aria-expanded", document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open"))
})

// Tabs are links to #panel; without script all panels are shown one below the other.
for (const list of $$("[data-tabs]")) {
  const tabs = $$("a", list)
  list.setAttribute("role", "tablist")
  for (const tab of tabs) {
    tab.setAttribute("role", "tab")
    tab.setAttribute("aria-controls", tab.hash.slice(1))
    $(tab.hash).setAttribute("role", "tabpanel")
  }
  const show = () => {
    const current = tabs.find(tab => tab.hash === location.hash) ?? tabs[0]
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", tab === current)
      $(tab.hash).hidden = tab !== current
    }
  }
  addEventListener("hashchange", show)
  list.addEventListener("click", event => {
    const tab = event.target.closest("a")
    if (!tab) return
    event.preventDefault()
    history.replaceState(null, "", tab.hash)
    show()
  })
  show()
}

localize(document)

// Keys. None of them deletes anything, and none acts while somebody types.
const rows = () => $$("[data-rows] [data-row], [data-row].attn__row").filter(row => row.offsetParent)
const current = () => rows().findIndex(row => row.classList.contains("is-cur"))
function go(index) {
  const all = rows()
  if (!all.length) return
  const at = Math.max(0, Math.min(all.length - 1, index))
  all.forEach((row, i) => row.classList.toggle("is-cur", i === at))
  all[at].scrollIntoView({ block: "nearest" })
}
// A click beside everything puts the focus on main.
const isNowhere = target => target === document.body || target.id === "main"
function turn(by) {
  const tabs = $$(".tabs a")
  const at = tabs.findIndex(tab => tab.matches('[aria-selected="true"], [aria-current]'))
  tabs[at + by]?.click()
}
const places = {
  o: "overview", a: "attention", q: "queues", e: "exchanges", c: "connections", j: "jobs", t: "topology",
}
let went = 0
const keys = {
  "/": event => {
    event.preventDefault()
    $("[data-filter]")?.focus()
  },
  "?": () => $("#help")?.showModal(),
  j: () => go(current() + 1),
  k: () => go(current() - 1),
  g: () => { went = Date.now() },
  x: () => rows()[current()]?.querySelector("input.check")?.click(),
  // Where a range of rows can be ticked, the same as a click with Shift.
  X: () => rows()[current()]?.querySelector("input.check")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true })),
  u: () => $(".crumbs li:nth-last-child(2) a")?.click(),
  "[": () => turn(-1),
  "]": () => turn(1),
  Enter: event => { if (isNowhere(event.target)) rows()[current()]?.querySelector("a")?.click() },
  " ": event => {
    if (!isNowhere(event.target)) return
    event.preventDefault()
    $("live-indicator button")?.click()
  },
}
// Some people's software types what they say: single keys can be switched off (WCAG 2.1.4),
// for a person in the settings, and for one browser in the list of keys.
const areSingle = () => (localStorage.singleKeys ?? document.body.dataset.keys) !== "off"
const single = $("[data-single-keys]")
if (single) {
  single.checked = areSingle()
  single.addEventListener("change", () => { localStorage.singleKeys = single.checked ? "on" : "off" })
}
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !areSingle()) return
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return
  if (went && Date.now() - went < 900) {
    went = 0
    const address = document.body.dataset[places[event.key]]
    if (address) location.href = address
    return
  }
  if (keys[event.key]) keys[event.key](event)
  else if (/^[a-z0<>+-]$/.test(event.key)) $(`[data-key="${event.key}"]`)?.click()
})
