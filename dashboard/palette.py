"""What the command palette finds: pages, brokers, queues, exchanges, and what can be done with the best queue.

Answers from what the collector last learned, so typing asks no broker anything; and little at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from heapq import nsmallest
from typing import Any, TypeVar

from django.urls import reverse

from brokerctl.clients.models import Exchange
from dashboard import access, verdicts
from dashboard.access import Person
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.status import Verdict
from dashboard.words import visible

MOST = 8
"""Of each kind: more are not read, they are typed for."""

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Found:
    kind: str
    """'Pages', 'Brokers', 'Queues', 'Exchanges' or 'Actions'."""
    label: str
    detail: str
    href: str
    icon: str
    status: str = ""
    """The glyph of a queue's verdict."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


PAGES = (("Overview", "overview", "overview"), ("Needs attention", "attention", "alert"), ("Jobs", "jobs", "jobs"))
OF_BROKER = (
    ("Queues", "queues", "queue"),
    ("Exchanges", "exchanges", "exchange"),
    ("Bindings", "bindings", "link"),
    ("Connections", "connections", "plug"),
    ("Channels", "channels", "plug"),
    ("Consumers", "consumers", "plug"),
    ("Vhosts", "vhosts", "overview"),
    ("Policies", "policies", "policy"),
    ("Topology", "topology", "topology"),
)
OF_WHOLE_BROKER = (
    ("Nodes", "nodes", "node", Role.VIEWER),
    ("Features", "features", "node", Role.VIEWER),
    ("Shovels and federation", "shovels", "node", Role.VIEWER),
    ("Users", "users", "key", Role.ADMIN),
    ("Limits", "limits", "key", Role.ADMIN),
)
"""For those who have the role on all vhosts together."""
ACTIONS = (
    ("Browse messages of", "messages", "eye", Role.OPERATOR),
    ("Publish to", "queue-publish", "send", Role.OPERATOR),
    ("Move messages of", "move", "move", Role.OPERATOR),
    ("Purge", "purge", "purge", Role.OPERATOR),
    ("Delete", "queue-delete", "trash", Role.ADMIN),
)

Seen = Sequence[tuple[Broker, Snapshot]]


def find(user: Person, seen: Seen, text: str, current: str, now: Any) -> list[Found]:
    """What fits the text best, kind by kind. `current` is the slug of the broker whose page this is, or ''."""
    wanted = text.strip().lower()
    # The broker that one looks at comes first.
    seen = sorted(seen, key=lambda each: each[0].slug != current)
    queues = _queues(seen, wanted)
    verdict = {id(row): verdicts.of_queue(row, taken, now) for _, taken, row in queues}
    return [
        *(_queue(broker, row, verdict[id(row)]) for broker, _, row in queues),
        *(_actions(user, queues[0][0], queues[0][2]) if queues else ()),
        *_pages(user, seen, wanted, current),
        *(_broker(broker) for broker in _best([broker for broker, _ in seen], wanted, lambda each: each.name)),
        *(_exchange(broker, exchange) for broker, exchange in _exchanges(seen, wanted)),
    ]


def _best(things: Iterable[T], wanted: str, name: Callable[[T], str], most: int = MOST) -> list[T]:
    """Those whose names hold the text: the same, then beginning so, then the shortest."""
    hits = ((name(each).lower(), each) for each in things)
    fitting = ((text != wanted, not text.startswith(wanted), len(text), text, number, each)
               for number, (text, each) in enumerate(hits) if wanted in text)  # fmt: skip
    return [found[-1] for found in nsmallest(most, fitting, key=lambda each: each[:-1])]


def _queues(seen: Seen, wanted: str) -> list[tuple[Broker, Snapshot, QueueRow]]:
    if not wanted:
        return []
    rows = ((broker, taken, row) for broker, taken in seen for row in taken.queues.values())
    return _best(rows, wanted, lambda each: each[2].queue.name)


def _exchanges(seen: Seen, wanted: str) -> list[tuple[Broker, Exchange]]:
    if not wanted:
        return []
    known = ((broker, exchange) for broker, taken in seen for exchange in taken.exchanges if exchange.name)
    return _best(known, wanted, lambda each: each[1].name)


def _pages(user: Person, seen: Seen, wanted: str, current: str) -> list[Found]:
    pages = [Found("Pages", title, "", reverse(page), icon) for title, page, icon in PAGES]
    for broker, _ in seen:
        # Of all brokers only when something is typed: a hundred pages to choose from are none.
        if wanted or broker.slug == current:
            pages += [
                Found("Pages", title, broker.name, reverse(page, args=[broker.slug]), icon)
                for title, page, icon in (*OF_BROKER, *_of_whole(user, broker, wanted))
            ]
    return _best(pages, wanted, lambda each: each.label)


def _of_whole(user: Person, broker: Broker, wanted: str) -> list[tuple[str, str, str]]:
    """Of those that fit only: asking for a role costs a look into the database."""
    fitting = [each for each in OF_WHOLE_BROKER if wanted and wanted in each[0].lower()]
    role = access.role_on(user, broker) if fitting else None
    return [each[:3] for each in fitting if role is not None and access.RANKS[role] >= access.RANKS[each[3]]]


def _broker(broker: Broker) -> Found:
    return Found("Brokers", broker.name, "", reverse("queues", args=[broker.slug]), "plug")


def _queue(broker: Broker, row: QueueRow, verdict: Verdict) -> Found:
    where = f"{verdict.text} · {broker.name} · {row.queue.vhost}"
    href = reverse("queue", args=[broker.slug, *row.key])
    return Found("Queues", visible(row.queue.name), where, href, "queue", verdict.status.glyph)


def _exchange(broker: Broker, exchange: Exchange) -> Found:
    href = reverse("exchange", args=[broker.slug, exchange.vhost, exchange.name])
    return Found(
        "Exchanges", visible(exchange.name), f"{exchange.type} · {broker.name} · {exchange.vhost}", href, "exchange"
    )


def _actions(user: Person, broker: Broker, row: QueueRow) -> list[Found]:
    """With the queue that fits best. Each leads to a page that asks first."""
    role = access.role_on(user, broker, row.queue.vhost)
    rank = access.RANKS[role] if role is not None else 0
    return [
        Found("Actions", f"{verb} {visible(row.queue.name)}", "", reverse(page, args=[broker.slug, *row.key]), icon)
        for verb, page, icon, needed in ACTIONS
        if rank >= access.RANKS[needed]
    ]
