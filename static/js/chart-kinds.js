// What charts show: per kind how a value is written, and its lines.

import { bytes, number, rate } from "postroom/format"

const perSecond = value => `${rate(value)}/s`
const bytesPerSecond = value => `${bytes(value)}/s`
export const KINDS = {
  // how a value is written, then per line: column of a point (or those that it is the sum of), label, colour token, fill, dash.
  // Columns of queues and brokers are those of dashboard/live/history.py, of the others dashboard/looks/charted.py.
  rates: [perSecond, [3, "In", "--data-1", 0.07, []], [4, "Out", "--data-2", 0, []], [5, "Ack", "--data-3", 0, [3, 3]]],
  depth: [number, [1, "Ready", "--data-1", 0.14, []], [2, "Unacked", "--data-3", 0.3, []]],
  queued: [number, [1, "Ready", "--data-1", 0.14, []], [2, "Unacked", "--data-3", 0.3, []], [[1, 2], "Total", "--data-2", 0, [3, 3]]],
  data: [bytesPerSecond, [1, "From client", "--data-1", 0.07, []], [2, "To client", "--data-2", 0, []]],
  "vhost-data": [bytesPerSecond, [6, "From clients", "--data-1", 0.07, []], [7, "To clients", "--data-2", 0, []]],
  exchange: [perSecond, [1, "In", "--data-1", 0.07, []], [2, "Out", "--data-2", 0, []]],
  channel: [perSecond, [1, "Publish", "--data-1", 0.07, []], [2, "Confirm", "--data-1", 0, [3, 3]], [3, "Deliver", "--data-2", 0, []], [4, "Ack", "--data-3", 0, [3, 3]], [5, "Redelivered", "--warn-fill", 0, []]],
  "broker-publish": [perSecond, [1, "Confirmed", "--data-1", 0.07, []], [2, "Unroutable, returned", "--data-2", 0, []], [3, "Unroutable, dropped", "--warn-fill", 0, []]],
  "broker-get": [perSecond, [4, "Got", "--data-1", 0.07, []], [5, "Got, no ack", "--data-2", 0, []], [6, "Got nothing", "--data-3", 0, [3, 3]], [7, "Redelivered", "--warn-fill", 0, []]],
  "broker-disk": [perSecond, [8, "Read", "--data-1", 0.07, []], [9, "Written", "--data-2", 0, []]],
  memory: [bytes, [1, "Memory", "--data-1", 0.14, []]],
  disk: [bytes, [2, "Disk free", "--data-1", 0.14, []]],
  handles: [number, [3, "File descriptors", "--data-1", 0.07, []], [4, "Sockets", "--data-2", 0, []]],
  "churn-connections": [perSecond, [6, "Opened", "--data-1", 0.07, []], [7, "Closed", "--data-2", 0, []]],
  "churn-channels": [perSecond, [8, "Opened", "--data-1", 0.07, []], [9, "Closed", "--data-2", 0, []]],
  "churn-queues": [perSecond, [10, "Declared", "--data-3", 0, [3, 3]], [11, "Created", "--data-1", 0.07, []], [12, "Deleted", "--data-2", 0, []]],
}
/** In a table the unit stands above the numbers, so that they can be copied as such: how they are written, and the unit. */
export const plain = write => (write === perSecond ? [rate, "/s"] : write === bytesPerSecond ? [bytes, "/s"] : [write, ""])

export const BYTES = new Set([bytes, bytesPerSecond])
