"""A shop on any broker, what its management API tells of it, and what the map draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pika
from playwright.sync_api import Page, expect

from brokerctl import names
from dashboard.demo.topology import Topology
from dashboard.topology.graph import Kind, Node
from tests.support.waiting import wait_until

CLIENTS = ("map producer", "map worker")
"""What the two clients call themselves."""


DRAWN = """
() => ({
  nodes: [...document.querySelectorAll(".flow [data-node]")].map(each => each.dataset.node).sort(),
  edges: [...document.querySelectorAll(".flow [data-edge]")].map(each => each.dataset.edge).sort(),
})
"""
COVERED = """
() => {
  const labels = [...document.querySelectorAll(".flow__label")]
  const nodes = document.querySelectorAll(".flow__node .flow__box:not(.flow__behind)")
  const boxes = [...labels.map(each => each.querySelector("rect")), ...nodes]
  const places = boxes.map(each => each.getBoundingClientRect())
  const found = []
  places.forEach((a, i) => places.slice(i + 1).forEach((b, j) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      found.push(`${boxes[i].parentNode.textContent} covers ${boxes[i + 1 + j].parentNode.textContent}`)
  }))
  for (const label of labels) {
    const room = label.querySelector("rect").getBoundingClientRect()
    const texts = [...label.querySelectorAll("text")].map(each => each.getBoundingClientRect())
    const isOut = texts.some(text => text.left < room.left || text.right > room.right)
    if (isOut || (texts.length > 1 && texts[0].right > texts[1].left)) found.push(`${label.textContent} is too long`)
  }
  return found.slice(0, 5)
}
"""
"""Labels and boxes that share room, and texts that leave their label."""


@contextmanager
def shop(connect: Callable[[str], pika.BlockingConnection]) -> Iterator[None]:
    """The demo's exchanges, queues and bindings, with one client that publishes and one that consumes."""
    producer, worker = (connect(name) for name in CLIENTS)
    made = Topology.declare_new(producer)
    publishing, consuming = producer.channel(), worker.channel()
    publishing.confirm_delivery()
    publishing.basic_publish("orders", "order.new", b"x")
    publishing.basic_publish("users", "", b"x")
    for queue in ("orders.ship", "notifications"):
        consuming.basic_consume(queue, lambda *_: None)
    try:
        yield
    finally:
        worker.close()
        made.remove(producer)
        producer.close()


def clear(api: httpx.Client) -> None:
    """Take what other tests left in vhost / away: the map of a large broker is grouped, and shows less."""
    for queue in api.get("/queues/%2F").json():
        if not queue["exclusive"]:
            _delete(api, names.path("queues", "/", queue["name"]))
    for exchange in api.get("/exchanges/%2F").json():
        if exchange["name"] and not exchange["name"].startswith("amq."):
            _delete(api, names.path("exchanges", "/", exchange["name"]))


def _delete(api: httpx.Client, path: str) -> None:
    """Or find it gone: RabbitMQ lists things for a moment longer than they are there."""
    answer = api.delete(path)
    if answer.status_code != httpx.codes.NOT_FOUND:
        answer.raise_for_status()


def told(api: httpx.Client) -> dict[str, list[str]] | None:
    """The nodes and edges of vhost / by its API, as the map names them; without what nobody uses.

    None: RabbitMQ has not told all of it yet. A connection is in its statistics later than what goes over it.
    """
    try:
        return _told(api)
    except (KeyError, TypeError):
        return None


def _told(api: httpx.Client) -> dict[str, list[str]]:
    nodes, edges = set(), set()
    clients = {
        each["name"]: each["client_properties"].get("connection_name") for each in api.get("/connections").json()
    }
    for queue in api.get("/queues/%2F").json():
        mine = _id(Kind.QUEUE, queue["name"])
        nodes.add(mine)
        if queue["arguments"].get("x-dead-letter-exchange") == "":
            edges.add(f"{mine}>{_id(Kind.QUEUE, queue['arguments']['x-dead-letter-routing-key'])}>dead-letter")
    for binding in api.get("/bindings/%2F").json():
        if binding["source"]:
            source, target = _id(Kind.EXCHANGE, binding["source"]), _id(Kind.QUEUE, binding["destination"])
            nodes.add(source)
            edges.add(f"{source}>{target}>binding")
    for consumer in api.get("/consumers/%2F").json():
        name = clients[consumer["channel_details"]["connection_name"]]
        nodes.add(_id(Kind.CONSUMER, name))
        edges.add(f"{_id(Kind.QUEUE, consumer['queue']['name'])}>{_id(Kind.CONSUMER, name)}>delivery")
    for channel in api.get("/channels").json():
        name = clients[channel["connection_details"]["name"]]
        if channel["vhost"] != "/" or not channel.get("message_stats", {}).get("publish"):
            continue
        nodes.add(_id(Kind.PRODUCER, name))
        for place in api.get(f"/channels/{channel['name']}").json()["publishes"]:
            edges.add(f"{_id(Kind.PRODUCER, name)}>{_id(Kind.EXCHANGE, place['exchange']['name'])}>publish")
    return {"nodes": sorted(nodes), "edges": sorted(edges)}


def expect_drawn_as_told(page: Page, broker: str, api: httpx.Client) -> None:
    """The map of the main vhost has exactly what the API tells; nothing covers anything."""
    page.goto(f"/brokers/{broker}/topology/?vhost=%2F")
    expect(page.locator("live-indicator")).to_contain_text("Live")
    worker = page.locator(f'[data-node="{_id(Kind.CONSUMER, CLIENTS[1])}"]')
    expect(worker).to_be_visible()
    wait_until(lambda: page.evaluate(DRAWN) == told(api))
    assert page.evaluate(COVERED) == []


def _id(kind: Kind, name: str) -> str:
    return Node(kind, "/", name).id
