// Addresses and requests. Names are escaped as dashboard/paths.py does it: change both together.

const encoder = new TextEncoder()

/** The path segment for an AMQP name: segment("a/b") is "a~2Fb", the empty name is "~". */
export function segment(name) {
  if (name === "") return "~"
  const keep = name === "." || name === ".." ? /[]/ : /[A-Za-z0-9._-]/
  return Array.from(encoder.encode(name), byte => {
    const char = String.fromCharCode(byte)
    return byte < 128 && keep.test(char) ? char : "~" + byte.toString(16).toUpperCase().padStart(2, "0")
  }).join("")
}

/** url`/brokers/${slug}/${vhost}/queues/${queue}/` with every value escaped. */
export const url = (parts, ...names) => parts.reduce((path, part, i) => path + segment(names[i - 1]) + part)

/** Fetch a piece of a page as a DOM fragment; throws when the server says no. */
export async function fragment(address) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" })
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), "text/html")
}
