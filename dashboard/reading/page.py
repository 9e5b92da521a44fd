"""What the page of messages shows: a read, narrowed by filter and facets, and one message opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from dashboard.reading import bodies, values
from dashboard.reading.bodies import Body, View
from dashboard.reading.deaths import Death, deaths
from dashboard.reading.entries import Entry
from dashboard.reading.facets import FACETS, Facet, facets, narrow
from dashboard.reading.filters import Filter, FilterProblem, parse
from dashboard.reading.reads import Read

TABS = ("body", "properties", "headers", "deaths")


@dataclass(slots=True, frozen=True)
class Asked:
    """What the address asks for. Everything that the page shows is in its address."""

    filter: Filter
    problem: str
    chosen: dict[str, list[str]]
    message: str
    tab: str
    view: View | None

    @property
    def query(self) -> str:
        """Filter and facets as a query string, for links that keep them."""
        pairs = [("q", self.filter.text)] if self.filter.text else []
        pairs += [(name, value) for name, chosen in self.chosen.items() for value in chosen]
        return urlencode(pairs)


def asked(query: QueryDict) -> Asked:
    text = query.get("q", "").strip()
    try:
        found, problem = parse(text), ""
    except FilterProblem as error:
        found, problem = Filter(text, (), ()), str(error)
    wanted = query.get("view", "")
    return Asked(
        filter=found,
        problem=problem,
        chosen={name: query.getlist(name) for name in FACETS if query.getlist(name)},
        message=query.get("message", ""),
        tab=query.get("tab", "") if query.get("tab") in TABS else TABS[0],
        view=View(wanted) if wanted in list(View) else None,
    )


@dataclass(slots=True, frozen=True)
class Detail:
    """One opened message."""

    entry: Entry
    tab: str
    body: Body
    properties: tuple[values.Shown, ...]
    headers: tuple[values.Shown, ...]
    deaths: tuple[Death, ...]
    previous: str = ""
    """Fingerprint of the neighbour in the list; empty at its ends."""
    next: str = ""

    @property
    def properties_set(self) -> int:
        return sum(1 for shown in self.properties if shown.type)


@dataclass(slots=True, frozen=True)
class Listing:
    read: Read
    entries: list[Entry]
    """Those that match."""
    facets: tuple[Facet, ...]
    detail: Detail | None
    missing: bool = False
    """The address names a message that this read does not hold."""
    needles: tuple[str, ...] = field(default=())

    @property
    def size_bytes(self) -> int:
        return sum(entry.size_bytes for entry in self.entries)


def listing(read: Read, asked: Asked, now: datetime) -> Listing:
    matching = [entry for entry in read.entries if asked.filter.matches(entry, now)]
    entries = narrow(matching, asked.chosen)
    opened = read.find(asked.message) if asked.message else (entries[0] if entries else None)
    detail = _detail(opened, entries, asked) if opened else None
    is_missing = bool(asked.message) and opened is None
    return Listing(read, entries, facets(matching, asked.chosen), detail, is_missing, asked.filter.needles)


def _detail(entry: Entry, listed: Sequence[Entry], asked: Asked) -> Detail:
    message = entry.message
    died = deaths(message)
    at = next((index for index, each in enumerate(listed) if each is entry), None)
    tab = asked.tab if died or asked.tab != "deaths" else TABS[0]
    return Detail(
        entry=entry,
        tab=tab,
        body=bodies.show(message.body, asked.view),
        properties=values.properties(message.properties),
        headers=values.headers(message.headers),
        deaths=died,
        previous=listed[at - 1].fingerprint if at else "",
        next=listed[at + 1].fingerprint if at is not None and at + 1 < len(listed) else "",
    )
