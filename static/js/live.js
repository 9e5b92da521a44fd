// The one websocket of this tab: feeds in, numbers out. dashboard/live/protocol.py is the other end: change both together.
//
//   import { live } from "postroom/live"
//   const stop = live.subscribe("queues:local", (data, patch) => …, { only: ["~2F/orders"] })
//
// The callback gets all of the feed's data and, after the first time, what changed (a JSON merge patch).

const RENEW_MS = 15_000 // a third of the server's lease
const WAIT_MS = 3_000 // without a message for this long the state is "reconnecting"
const STALE_MS = 10_000
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000]
const HIDDEN_MS = 5_000 // a tab hidden for this long rests: it drops its feeds
const GLANCE_MS = 15_000 // and so often asks once how the brokers are
const GLANCE_FEED = "frame"
const NOT_LOGGED_IN = 4401

class Live extends EventTarget {
  #socket = null
  #feeds = new Map() // feed -> { only, query, data, callbacks }
  #heard = performance.now()
  #failures = 0
  #retry = 0
  #hiddenTimer = 0
  #glanceTimer = 0
  #isResting = false
  state = "wait"
  isPaused = false

  constructor() {
    super()
    setInterval(() => this.#renew(), RENEW_MS)
    setInterval(() => this.#judge(), 500)
    document.addEventListener("visibilitychange", () => this.#visibility())
    addEventListener("pagehide", () => this.#socket?.close())
  }

  /** Milliseconds since the server was last heard. */
  get age() {
    return performance.now() - this.#heard
  }

  /** Watch a feed; returns the function that stops it. */
  subscribe(feed, callback, { only, query } = {}) {
    const known = this.#feeds.get(feed)
    if (known) {
      known.callbacks.add(callback)
      if (known.data) callback(known.data, null)
    } else {
      this.#feeds.set(feed, { only, query, data: null, callbacks: new Set([callback]) })
      this.#connect()
      if (!this.#isResting) this.#send({ op: "subscribe", feed, only, query })
    }
    return () => this.#stop(feed, callback)
  }

  /** Pause: numbers stand still until it is called again. */
  toggle() {
    this.isPaused = !this.isPaused
    if (!this.isPaused) this.#subscribeAll()
    this.#judge()
  }

  #subscribeAll() {
    for (const [feed, { only, query }] of this.#feeds) this.#send({ op: "subscribe", feed, only, query })
  }

  #stop(feed, callback) {
    const known = this.#feeds.get(feed)
    known?.callbacks.delete(callback)
    if (known && !known.callbacks.size) {
      this.#feeds.delete(feed)
      this.#send({ op: "unsubscribe", feed })
    }
  }

  #connect() {
    if (this.#socket) return
    const scheme = location.protocol === "https:" ? "wss:" : "ws:"
    const socket = (this.#socket = new WebSocket(`${scheme}//${location.host}/live/`))
    socket.addEventListener("open", () => {
      this.#failures = 0
      if (this.#isResting) this.#glance()
      else this.#subscribeAll()
    })
    socket.addEventListener("message", event => this.#receive(JSON.parse(event.data)))
    socket.addEventListener("close", event => this.#closed(socket, event.code))
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return
    this.#socket = null
    if (code === NOT_LOGGED_IN) return location.reload()
    if (!this.#feeds.size) return
    const pause = BACKOFF_MS[Math.min(this.#failures++, BACKOFF_MS.length - 1)]
    clearTimeout(this.#retry)
    // Spread out: after a restart of the server all tabs come back.
    this.#retry = setTimeout(() => this.#connect(), pause * (0.5 + Math.random()))
  }

  #receive(message) {
    this.#heard = performance.now()
    const known = this.#feeds.get(message.feed)
    if (message.type === "refused") this.#feeds.delete(message.feed)
    else if (known && !this.isPaused) {
      if (message.type === "snapshot") known.data = message.data
      else if (known.data) merge(known.data, message.data)
      else return
      const patch = message.type === "delta" ? message.data : null
      for (const callback of known.callbacks) callback(known.data, patch)
    }
    if (known && this.#isResting) this.#send({ op: "unsubscribe", feed: message.feed })
    this.#judge()
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #renew() {
    this.#send({ op: "renew" })
  }

  #judge() {
    if (!this.#feeds.size) return
    const isOld = !this.#isResting || !this.#socket
    const state = this.isPaused ? "paused" : !isOld ? "live" : this.age > STALE_MS ? "stale" : this.age > WAIT_MS ? "wait" : "live"
    const changed = state !== this.state
    this.state = state
    this.dispatchEvent(new CustomEvent("state", { detail: { state, age: this.age, changed } }))
  }

  #visibility() {
    clearTimeout(this.#hiddenTimer)
    if (document.hidden) this.#hiddenTimer = setTimeout(() => this.#rest(), HIDDEN_MS)
    else if (this.#isResting) this.#wake()
  }

  /** Nobody looks: the socket stays, and carries one glance every fifteen seconds. */
  #rest() {
    this.#isResting = true
    for (const feed of this.#feeds.keys()) this.#send({ op: "unsubscribe", feed })
    this.#glanceTimer = setInterval(() => this.#glance(), GLANCE_MS)
  }

  #wake() {
    this.#isResting = false
    clearInterval(this.#glanceTimer)
    // Not stale: it was told nothing because nobody looked.
    this.#heard = performance.now()
    if (this.#socket) this.#subscribeAll()
    else this.#connect()
    this.#judge()
  }

  #glance() {
    if (this.#feeds.has(GLANCE_FEED)) this.#send({ op: "subscribe", feed: GLANCE_FEED })
  }
}

/** Apply an RFC 7396 merge patch in place. Keys are names that people chose: `__proto__` is one like any other. */
export function merge(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key]
    else if (isTable(value) && Object.hasOwn(target, key) && isTable(target[key])) merge(target[key], value)
    else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  }
  return target
}

const isTable = value => typeof value === "object" && value !== null && !Array.isArray(value)

export const live = new Live()
