"""The map in words: for screen readers, the table, and the panel of a chosen node."""

from __future__ import annotations

from collections.abc import Iterable

from brokerctl.operations.routes import Hop, Routes
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way
from dashboard.words import visible

LISTED = 5
"""Names in a sentence, before it says how many more there are."""

WAYS = {
    Way.PUBLISH: "publishes to",
    Way.BINDING: "leads to",
    Way.DELIVERY: "delivers to",
    Way.ALTERNATE: "what no binding takes goes to",
    Way.DEAD_LETTER: "dead letters go to",
}

TYPES = {
    "direct": "A binding takes a message whose routing key is the binding’s.",
    "fanout": "Every binding takes every message.",
    "topic": "A binding takes a message whose routing key fits its pattern: * is one word, # any number of them.",
    "headers": "A binding takes a message whose headers are as its arguments say.",
}


def named(node: Node) -> str:
    """'orders', '(default)', 'orders…' of a group."""
    return f"{visible(node.name)}…" if node.members else visible(node.name) or "(default)"


def rate(value: float | None) -> str:
    """'14.9/s'; as static/js/format.js writes it."""
    if value is None:
        return "rate not told"
    return f"{value:.1f}/s" if 0.1 <= value < 100 else "<0.1/s" if 0 < value < 0.1 else f"{round(value):,}/s"


def of_node(node: Node, graph: Graph) -> str:
    """'queue orders.ship, no ack for 6 min, 12.0/s; delivers to Shipping Service'."""
    parts = [f"{node.kind.value} {named(node)}", node.note]
    if node.words and node.words != node.note:
        parts.append(node.words)
    if node.unroutable:
        parts.append(f"{rate(node.unroutable)} unroutable")
    parts.append(rate(node.rate))
    return ", ".join(part for part in parts if part) + "".join(f"; {part}" for part in leads(node, graph))


def leads(node: Node, graph: Graph) -> list[str]:
    """'leads to a, b and 3 more', for each way out of the node."""
    found = []
    for way, verb in WAYS.items():
        targets = [graph.nodes[edge.target] for edge in graph.edges if edge.source == node.id and edge.way is way]
        if targets:
            found.append(f"{verb} {listed(named(each) for each in targets)}")
    return found


def of_edge(edge: Edge, graph: Graph) -> str:
    """'orders → orders.new, order.new, 30.0/s'."""
    source, target = named(graph.nodes[edge.source]), named(graph.nodes[edge.target])
    said = {Way.DEAD_LETTER: "dead letters", Way.ALTERNATE: "what no binding takes"}.get(edge.way, "")
    keys = listed(edge.keys)
    flowing = "" if edge.way in (Way.DEAD_LETTER, Way.ALTERNATE) else rate(edge.rate)
    return ", ".join(part for part in (f"{source} → {target}", said, keys, flowing) if part)


def listed(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - LISTED
    return ", ".join(found[:LISTED]) + (f" and {more:,} more" if more > 0 else "")


def explained(node: Node, graph: Graph) -> str:
    """Why it is as it is, in a sentence or two."""
    if node.members:
        return f"{node.note.capitalize()} whose names begin with {visible(node.name)}. Show them to see each by itself."
    match node.kind:
        case Kind.PRODUCER if node.is_untold:
            return (
                "This broker does not count which exchanges a channel publishes to. RabbitMQ does with "
                "management.rates_mode = detailed in its configuration."
            )
        case Kind.PRODUCER:
            return f"Clients that call themselves so, and have published. It {'; '.join(leads(node, graph))}."
        case Kind.EXCHANGE:
            return _exchange(node, graph)
        case Kind.QUEUE:
            return "" if node.status in ("ok", "idle") else "See what holds it up on its page."
    return "Clients that call themselves so, with all their consumers here."


def _exchange(node: Node, graph: Graph) -> str:
    bindings = [edge for edge in graph.edges if edge.source == node.id and edge.way is Way.BINDING]
    if node.unroutable:
        lost = f"{rate(node.unroutable)} of what is published here reach no queue"
        alternate = any(edge.source == node.id and edge.way is Way.ALTERNATE for edge in graph.edges)
        remedy = "" if alternate else " An alternate exchange would catch them."
        return f"{lost}: no binding takes them, so they are dropped, or returned if their publisher asked.{remedy}"
    if not bindings and node.name:
        return "It has no bindings: whatever is published here is dropped, or returned if its publisher asked for that."
    if not node.name:
        return "Every queue is bound to it by its own name."
    return TYPES.get(node.type, "Its type comes from a plugin, which decides what its bindings take.")


def of_hop(hop: Hop) -> str:
    """What one exchange does with a simulated message."""
    if not hop.is_certain:
        return "its type decides by what cannot be told beforehand: any of its bindings may take the message"
    if not hop.matched:
        where = "the default exchange" if hop.alternate == "" else hop.alternate
        return (
            f"no binding takes it; its alternate exchange is {where}"
            if hop.alternate is not None
            else "no binding takes it"
        )
    if not hop.exchange:
        return f"delivers to the queue of that name: {hop.matched[0].destination}"
    told = (
        f"{each.destination} ({each.routing_key})" if each.routing_key else each.destination for each in hop.matched
    )
    count = len(hop.matched)
    which = "its one binding" if hop.looked_at == 1 else f"{count:,} of its {hop.looked_at:,} bindings"
    return f"{which} {'takes' if count == 1 else 'take'} it: {listed(told)}"


def of_routes(routes: Routes) -> str:
    """The outcome of a simulated message."""
    count = len(routes.queues)
    if not count:
        return f"Unroutable. {routes.reason}"
    if not routes.is_certain:
        return f"It may reach {'this queue' if count == 1 else f'any of these {count:,} queues'}."
    return f"It reaches {count:,} queue{'' if count == 1 else 's'}."
