"""How an operation is written down: what it does, takes and answers. Errors, login and paths come from the route."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

LIST_QUERY = ("sort", "sort_reverse", "columns")
PAGE_QUERY = ("page", "page_size", "name", "use_regex", *LIST_QUERY)
RANGES = tuple(
    f"{family}_{part}" for family in ("lengths", "msg_rates", "data_rates", "node_stats") for part in ("age", "incr")
)

QUERY: dict[str, tuple[str, str]] = {
    "page": ("int", "Number of the page, from 1: then the answer is an object with `items`."),
    "page_size": ("int", "1 to 500; 100 unless given."),
    "name": ("text", "Part of the names to list; only with a page."),
    "use_regex": ("flag", "Whether `name` is a regular expression."),
    "sort": ("text", "Key to sort by; steps into objects are parted by dots."),
    "sort_reverse": ("flag", "Largest first."),
    "columns": ("text", "Keys to answer, with commas; steps into objects are parted by dots."),
    **{
        name: ("int", "Seconds to look back." if name.endswith("age") else "Seconds between two samples.")
        for name in RANGES
    },
    "if-unused": ("flag", "Refuse when it is in use."),
    "if-empty": ("flag", "Refuse when it has messages."),
    "count": ("int", "The first so many only. Ours, as LavinMQ has it."),
    "group_by": ("text", "One row for each user, connection, channel or consumer."),
    "queue": ("text", "Only what goes to, or comes from, this queue."),
    "exchange": ("text", "Only what was published to this exchange; amq.default for the default one."),
    "routing_key": ("text", "Only messages with this routing key."),
    "events": ("text", "published, delivered, or both with a comma."),
    "payload": ("int", "Bytes of each body to send; none unless given."),
    "memory": ("flag", "Add the memory by what it is used for."),
    "disable_stats": ("flag", "Without numbers."),
    "enable_queue_totals": ("flag", "With lengths, also without numbers."),
    "only": ("text", "Only this queue: vhost/name, both percent-encoded. May be given 1000 times. Ours."),
    "download": ("text", "Name of the file to save it as."),
    "vhost": ("text", "Only this vhost."),
    "family": ("text", "Families of metrics; may come several times."),
}


@dataclass(slots=True, frozen=True)
class Operation:
    summary: str
    answers: dict[int, str | None]
    """Status → shape of the body; None: no body. Errors are added."""
    body: str | None = None
    query: tuple[str, ...] = ()
    more: dict[str, str] = field(default_factory=dict)
    """Headers of the request that it reads, with a sentence."""


def listed(summary: str, of: str, *query: str) -> Operation:
    """A list that comes whole."""
    return Operation(summary, {200: f"[{of}]"}, query=(*LIST_QUERY, *query))


def paged(summary: str, of: str, *query: str) -> Operation:
    """A list that may be asked for page by page."""
    return Operation(summary, {200: f"[{of}]|Page"}, query=(*PAGE_QUERY, *query))


def shown(summary: str, of: str, *query: str) -> Operation:
    return Operation(summary, {200: of}, query=("columns", *query))


def answered(summary: str, of: str, body: str | None = None, *query: str) -> Operation:
    return Operation(summary, {200: of}, body, query)


def put(summary: str, body: str) -> Operation:
    """201 when it is new, 204 when it was there."""
    return Operation(summary, {201: None, 204: None}, body)


def done(summary: str, body: str | None = None, *query: str) -> Operation:
    return Operation(summary, {204: None}, body, query)


def blocked(operation: Operation) -> Operation:
    """It publishes, so an alarm stops it."""
    return replace(operation, answers={**operation.answers, 503: "Error"})


def check(summary: str) -> Operation:
    """A health check."""
    return Operation(summary, {200: "Health", 503: "Health"})
