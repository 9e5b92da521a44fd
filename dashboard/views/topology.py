"""The map of a broker: how messages get from producers to consumers, and where one would go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from brokerctl.errors import ClientError
from dashboard import access, paths
from dashboard.looks import look, shapes
from dashboard.looks.wiring import WIRES
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.topology import DrawnEdge, DrawnNode, Link, Panel, Row, Simulation, Step, TopologyPage
from dashboard.snapshot import Snapshot
from dashboard.topology import words
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way
from dashboard.topology.layout import Picture, picture
from dashboard.topology.message import Simulated, Typed
from dashboard.topology.shown import Shown, as_text, show
from dashboard.topology.wires import Wires

PAGE_ROWS = 100


def topology(request: HttpRequest, broker: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    wires, error = _wires(found)
    query = {name: str(value) for name, value in request.GET.items()}
    shown = show(taken, wires.only(access.visible_vhosts(request.user, found)), query, timezone.now())
    is_table = query.get("view") == "table"
    drawn = None if is_table or not shown.chosen.graph.nodes else picture(shown.chosen.graph)
    rows = _rows(shown) if is_table else []
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = min(_page(query.get("page", "")), pages)
    typed = shown.simulated.typed if shown.simulated else Typed(_likely_exchange(shown))
    page = TopologyPage(
        broker=found,
        snapshot=taken,
        error=error,
        shown=shown,
        is_table=is_table,
        picture=drawn,
        nodes=_nodes(drawn, shown),
        edges=_edges(drawn, shown),
        rows=tuple(rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]),
        count=len(rows),
        page=number,
        pages=pages,
        vhost=shown.wish.vhost,
        vhosts=tuple(sorted({*({shown.wish.vhost} - {""}), *taken.vhost_names})),
        panel=_panel(request, found, shown, taken),
        simulation=_simulation(shown.simulated),
        exchanges=_exchanges(shown.whole),
        typed_exchange=typed.exchange,
        typed_key=typed.key,
        typed_headers=typed.headers,
        feed=shapes.feed(WIRES.name, found.slug, as_text(query)),
        summary=_summary(shown.matching if is_table else shown.chosen.graph),
        focus_name=_focused(shown),
        lost_bindings=_lost(shown),
        folded=_folded(shown),
    )
    return render(request, "topology/topology.html", {"page": page})


def _wires(broker: Broker) -> tuple[Wires, str]:
    """What the broker says of bindings and clients, and why it is not newer or nothing at all."""
    try:
        seen = look.take(broker, WIRES)
    except ClientError as error:
        return Wires(), str(error)
    return seen.value, seen.error


def _nodes(drawn: Picture | None, shown: Shown) -> tuple[DrawnNode, ...]:
    graph, wish = shown.chosen.graph, shown.wish
    return tuple(
        DrawnNode(each, each.node.id == wish.selected, each.node.id in wish.path, words.of_node(each.node, graph))
        for each in (drawn.nodes if drawn else ())
    )


def _edges(drawn: Picture | None, shown: Shown) -> tuple[DrawnEdge, ...]:
    path = shown.simulated.edges if shown.simulated else frozenset()
    return tuple(
        DrawnEdge(each, each.edge.id in path, words.of_edge(each.edge, shown.chosen.graph))
        for each in (drawn.edges if drawn else ())
    )


def _rows(shown: Shown) -> list[Row]:
    graph, path = shown.matching, shown.simulated.edges if shown.simulated else frozenset()
    order = list(Way)
    rows = [Row(edge, graph.nodes[edge.source], graph.nodes[edge.target], edge.id in path) for edge in graph.edges]
    rows.sort(key=lambda row: (not row.is_on_path, not row.edge.is_stuck, order.index(row.edge.way), _names(row)))
    return rows


def _names(row: Row) -> tuple[str, str, str]:
    return row.source.vhost, row.source.name.lower(), row.target.name.lower()


def _panel(request: HttpRequest, broker: Broker, shown: Shown, taken: Snapshot) -> Panel | None:
    graph = shown.chosen.graph
    node = graph.nodes.get(shown.wish.selected)
    if node is None:
        return None
    facts = [("Vhost", node.vhost)] if len(taken.vhost_names) > 1 else []
    facts += _facts(node, graph, taken)
    may_operate = access.may(request.user, broker, node.vhost, Role.OPERATOR)
    return Panel(node, words.explained(node, graph), tuple(facts), tuple(_links(request, broker, node, may_operate)))


def _facts(node: Node, graph: Graph, taken: Snapshot) -> list[tuple[str, str]]:
    into = [edge for edge in graph.edges if edge.target == node.id and edge.way is not Way.DEAD_LETTER]
    facts = (
        [] if node.kind is Kind.PRODUCER else [("From", words.listed(_end(graph, edge) for edge in into) or "nothing")]
    )
    facts += [
        (verb.capitalize(), said.removeprefix(f"{verb} "))
        for said in words.leads(node, graph)
        for verb in [_verb(said)]
    ]
    label = {Kind.PRODUCER: "Publishes", Kind.CONSUMER: "Gets"}.get(node.kind, "In")
    facts.append((label, words.rate(node.rate)))
    if node.kind in (Kind.EXCHANGE, Kind.QUEUE):
        facts.append(("Out", words.rate(node.out)))
    row = taken.queues.get((node.vhost, node.name)) if node.kind is Kind.QUEUE else None
    if row is not None:
        facts.append(("Ready", f"{row.queue.messages_ready:,}"))
        facts.append(("Unacked", f"{row.queue.messages_unacknowledged:,}"))
    return [*facts, ("Here", node.note)] if node.kind in (Kind.PRODUCER, Kind.CONSUMER) else facts


def _verb(said: str) -> str:
    return next(verb for verb in words.WAYS.values() if said.startswith(verb))


def _end(graph: Graph, edge: Edge) -> str:
    key = f" ({edge.keys[0]})" if len(edge.keys) == 1 else ""
    return f"{words.named(graph.nodes[edge.source])}{key}"


def _links(request: HttpRequest, broker: Broker, node: Node, may_operate: bool) -> list[Link]:
    if node.members:
        return [Link("Show them", _changed(request, q=node.name, node="", focus=""), is_primary=True)]
    around = Link("Only what it is tied to", _changed(request, focus=node.id))
    names = (broker.slug, node.vhost, node.name)
    if node.kind is Kind.QUEUE:
        links = [Link("Open queue", reverse("queue", args=names), is_primary=True), around]
        return [*links, Link("Browse messages", reverse("messages", args=names))] if may_operate else links
    if node.kind is Kind.EXCHANGE:
        try_it = Link("Try a message", _changed(request, **{"from": paths.row_key(node.vhost, node.name)}) + "#try")
        return [Link("Open exchange", reverse("exchange", args=names), is_primary=True), around, try_it]
    return [around, Link("Connections", reverse("connections", args=[broker.slug]))]


def _changed(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"


def _simulation(simulated: Simulated | None) -> Simulation | None:
    if simulated is None:
        return None
    routes = simulated.routes
    if routes is None:
        return Simulation((), (), "", is_routed=False, problem=simulated.problem)
    steps = tuple(Step(hop.exchange or "(default)", words.of_hop(hop)) for hop in routes.hops)
    return Simulation(steps, routes.queues, words.of_routes(routes), is_routed=bool(routes.queues), problem="")


def _exchanges(graph: Graph) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    by_vhost: dict[str, list[tuple[str, str]]] = {}
    for node in sorted(graph.nodes.values(), key=lambda node: (node.vhost, node.name.startswith("amq."), node.name)):
        if node.kind is Kind.EXCHANGE and node.name:
            by_vhost.setdefault(node.vhost, []).append((paths.row_key(node.vhost, node.name), node.name))
    return tuple(
        (vhost, (*choices, (paths.row_key(vhost, ""), "(default)"))) for vhost, choices in sorted(by_vhost.items())
    )


def _likely_exchange(shown: Shown) -> str:
    """The selected one, else the busiest."""
    nodes = [node for node in shown.matching.nodes.values() if node.kind is Kind.EXCHANGE and node.name]
    nodes.sort(key=lambda node: (node.id != shown.wish.selected, -(node.rate or 0), node.name.startswith("amq.")))
    return paths.row_key(nodes[0].vhost, nodes[0].name) if nodes else ""


def _focused(shown: Shown) -> str:
    node = shown.whole.nodes.get(shown.wish.focus)
    return words.named(node) if node else "something that is gone"


def _lost(shown: Shown) -> tuple[tuple[Node, Node, str], ...]:
    nodes = shown.whole.nodes
    edges = shown.orphans.bindings[:PAGE_ROWS]
    return tuple((nodes[edge.source], nodes[edge.target], words.listed(edge.keys)) for edge in edges)


def _summary(graph: Graph) -> str:
    bindings = sum(len(edge.members) or 1 for edge in graph.edges if edge.way is Way.BINDING)
    counts = [(graph.count(Kind.QUEUE), "queue"), (graph.count(Kind.EXCHANGE), "exchange"), (bindings, "path")]
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts) + " in this view"


def _folded(shown: Shown) -> str:
    chosen = shown.chosen
    parts = []
    if chosen.idle:
        parts.append(f"{chosen.idle:,} idle {'is' if chosen.idle == 1 else 'are'} folded away")
    if chosen.is_grouped:
        parts.append("names that begin alike are put together")
    if chosen.left_out:
        parts.append(f"{chosen.left_out:,} more are not drawn: search for what you look for")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _page(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
