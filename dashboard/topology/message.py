"""A message as it is typed into the simulator, and the way it would take on the map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brokerctl.names import MAX_NAME_BYTES, fits_shortstr
from brokerctl.operations.routes import Routes, Wiring, route
from dashboard import paths
from dashboard.snapshot import Snapshot
from dashboard.topology.graph import Way, exchange_id, queue_id
from dashboard.topology.wires import Wires

MAX_HEADERS_BYTES = 16_384


@dataclass(slots=True, frozen=True)
class Typed:
    """The form as it was sent."""

    exchange: str = ""
    """A row key: vhost and exchange."""
    key: str = ""
    headers: str = ""


@dataclass(slots=True, frozen=True)
class Simulated:
    typed: Typed
    vhost: str = ""
    exchange: str = ""
    routes: Routes | None = None
    """None: what was typed cannot be sent, and `problem` says why."""
    problem: str = ""

    @property
    def nodes(self) -> frozenset[str]:
        """Of the map, on its way."""
        if self.routes is None:
            return frozenset()
        hops = [exchange_id(self.vhost, hop.exchange) for hop in self.routes.hops]
        return frozenset([*hops, *(queue_id(self.vhost, queue) for queue in self.routes.queues)])

    @property
    def edges(self) -> frozenset[str]:
        if self.routes is None:
            return frozenset()
        found = set()
        for hop in self.routes.hops:
            source = exchange_id(self.vhost, hop.exchange)
            for binding in hop.matched:
                to = queue_id if binding.destination_type == "queue" else exchange_id
                found.add(f"{source}>{to(self.vhost, binding.destination)}>{Way.BINDING.value}")
            if hop.alternate is not None:
                found.add(f"{source}>{exchange_id(self.vhost, hop.alternate)}>{Way.ALTERNATE.value}")
        return frozenset(found)


def simulate(typed: Typed, snapshot: Snapshot, wires: Wires) -> Simulated:
    """Follow what was typed. `snapshot` and `wires` are what the person may see."""
    try:
        vhost, exchange = paths.row_names(typed.exchange)
        headers = parsed(typed.headers)
        if not fits_shortstr(typed.key):
            raise ValueError(f"The routing key is longer than {MAX_NAME_BYTES} bytes, which AMQP does not take.")
    except ValueError as error:
        return Simulated(typed, problem=str(error))
    wiring = Wiring.of(
        [each for each in wires.exchanges if each.vhost == vhost],
        [name for of_vhost, name in snapshot.queues if of_vhost == vhost],
        [each for each in wires.bindings if each.vhost == vhost],
        [each for each in wires.policies if each.vhost == vhost],
    )
    return Simulated(typed, vhost, exchange, route(wiring, exchange, typed.key, headers))


def parsed(text: str) -> dict[str, Any]:
    """Headers as a JSON object or as lines of name: value. Raises ValueError with a sentence."""
    if len(text) > MAX_HEADERS_BYTES:
        raise ValueError("These are more headers than a try needs; 16 KiB at most.")
    if not text.strip():
        return {}
    if text.lstrip().startswith("{"):
        return _of_json(text)
    headers = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip():
            raise ValueError(f"Headers are a JSON object or lines of name: value; this line is neither: {line.strip()}")
        headers[name.strip()] = _value(value.strip())
    return headers


def _of_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The headers are not JSON: {error}.") from None
    assert isinstance(found, dict), "it begins with a brace"
    return found


def _value(text: str) -> Any:
    """A number, true, false, null or a list where it is one in JSON; else the text itself."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found


def from_query(query: Mapping[str, str]) -> Typed | None:
    """What the address has of a simulation; None when there is none."""
    if "from" not in query:
        return None
    return Typed(query["from"], query.get("key", ""), query.get("headers", ""))
