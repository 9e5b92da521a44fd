"""The list of queues: every column, and the views that everybody has. Worst first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter

from django.http import QueryDict
from django.utils.safestring import SafeString

from dashboard import outlook, paths, verdicts
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View, arrange
from dashboard.pages.queues import Listed
from dashboard.snapshot import Snapshot
from dashboard.tables.links import link
from dashboard.templatetags import amqp
from dashboard.verdicts import Status


def _name(each: Listed) -> SafeString:
    queue = each.row.queue
    return link("queue", each.slug, queue.vhost, queue.name)


def of_queue(name: str) -> Callable[[Listed], Value]:
    """A field of the queue; attrgetter, because a filter reads it ten thousand times."""
    return attrgetter(f"row.queue.{name}")


def of_rates(name: str) -> Callable[[Listed], Value]:
    return attrgetter(f"row.rates.{name}")


def _features(each: Listed) -> tuple[str, ...]:
    return tuple(letters for _, letters in amqp.feature_marks(each.row))


def _marks(each: Listed) -> SafeString:
    return amqp.features(each.row)


def _oldest(each: Listed) -> float | None:
    return outlook.oldest_seconds(each.row.queue, datetime.now(UTC))


def _dead_letters(each: Listed) -> bool:
    return verdicts.argument(each.row, "dead-letter-exchange") is not None


def _state(each: Listed) -> tuple[int, int]:
    # A plain number: ten thousand comparisons of an IntEnum take twice as long.
    return each.verdict.status.value, -each.row.queue.messages_ready


STATES: dict[str, Callable[[Listed], bool]] = {
    "stuck": lambda each: each.verdict.status is Status.CRIT,
    "attention": lambda each: each.verdict.needs_attention,
    "warn": lambda each: each.verdict.status is Status.WARN,
    "ok": lambda each: each.verdict.status is Status.OK,
    "idle": lambda each: each.verdict.status is Status.IDLE,
    "unknown": lambda each: each.verdict.status is Status.OFF,
}

LETTERS = (
    "D durable, AD auto-delete, Ex exclusive, TTL, DLX, Lim length limit, Pri priorities, SAC single active consumer"
)
AGAIN = "Delivered again after a nack, a requeue or a lost connection"
BUSY = "Consumer capacity: the share of time in which the queue can deliver at once"
OLDEST = "How long the oldest message waits, where the broker or the message's own timestamp says so"

COLUMNS: tuple[Column[Listed], ...] = (
    Column("name", "Name", Kind.TEXT, of_queue("name"), draw=_name, is_searched=True),
    Column("vhost", "Vhost", Kind.TEXT, of_queue("vhost"), is_wide=True),
    Column("type", "Type", Kind.TEXT, of_queue("type"), "classic, quorum or stream", is_wide=True),
    Column("features", "Features", Kind.TAGS, _features, LETTERS, is_wide=True, is_sortable=False, draw=_marks),
    Column("policy", "Policy", Kind.TEXT, of_queue("policy"), is_shown=False),
    Column(
        "state", "State", Kind.WORD, lambda each: each.verdict.text, "Worst first", words=STATES, order=_state,
        draw=lambda each: amqp.status(each.verdict), attribute='data-cell="status"',
    ),
    Column("running", "Broker’s state", Kind.TEXT, of_queue("state"), "As the broker calls it", is_shown=False),
    Column("node", "Node", Kind.TEXT, of_queue("node"), is_shown=False),
    Column("members", "Members", Kind.NUMBER, of_queue("members"), "Nodes that keep a copy", is_shown=False),
    Column("ready", "Ready", Kind.NUMBER, of_queue("messages_ready"), is_live=True),
    Column("unacked", "Unacked", Kind.NUMBER, of_queue("messages_unacknowledged"), is_live=True),
    Column("total", "Total", Kind.NUMBER, of_queue("messages"), "Ready and unacked", is_live=True),
    Column("in", "In/s", Kind.RATE, of_rates("publish"), "Published to the queue", is_live=True),
    Column("out", "Out/s", Kind.RATE, of_rates("deliver"), "Delivered to consumers, or got", is_live=True),
    Column("ack", "Ack/s", Kind.RATE, of_rates("ack"), is_live=True),
    Column("redelivered", "Redeliv/s", Kind.RATE, of_rates("redeliver"), AGAIN, is_live=True, is_shown=False),
    Column("consumers", "Cons", Kind.NUMBER, of_queue("consumers"), "Consumers", is_live=True),
    Column("utilisation", "Util", Kind.SHARE, of_queue("consumer_utilisation"), BUSY, is_live=True, is_shown=False),
    Column("oldest", "Oldest", Kind.SECONDS, _oldest, OLDEST, is_live=True),
    Column("bytes", "Bytes", Kind.BYTES, of_queue("message_bytes"), "Of all bodies", is_live=True, is_shown=False),
    Column("bytes_ready", "Ready bytes", Kind.BYTES, of_queue("bytes_ready"), is_live=True, is_shown=False),
    Column(
        "bytes_unacked", "Unacked bytes", Kind.BYTES, of_queue("bytes_unacknowledged"), is_live=True, is_shown=False
    ),
    Column("persistent", "Persistent", Kind.NUMBER, of_queue("messages_persistent"), is_live=True, is_shown=False),
    Column(
        "bytes_persistent", "Persistent bytes", Kind.BYTES, of_queue("bytes_persistent"), is_live=True, is_shown=False
    ),
    Column("memory", "In memory", Kind.NUMBER, of_queue("messages_in_memory"), is_live=True, is_shown=False),
    Column("bytes_memory", "Bytes in memory", Kind.BYTES, of_queue("bytes_in_memory"), is_live=True, is_shown=False),
    Column("dlx", "Dead-letters", Kind.FLAG, _dead_letters, "Has a dead-letter exchange", is_shown=False),
    Column("durable", "Durable", Kind.FLAG, of_queue("durable"), is_shown=False),
    Column("exclusive", "Exclusive", Kind.FLAG, of_queue("exclusive"), is_shown=False),
    Column(
        "depth", "Depth, 5 min", Kind.NUMBER, of_queue("messages"), "Ready and unacked, the last five minutes",
        is_sortable=False, draw=lambda each: amqp.spark(each.row.depth), attribute='data-spark="depth"',
    ),
)  # fmt: skip

TABLE: Table[Listed] = Table(
    name="queues",
    noun="queue",
    nouns="queues",
    columns=COLUMNS,
    key=lambda each: paths.row_key(*each.row.key),
    sort="state",
    tie=lambda each: (each.row.queue.name, each.row.queue.vhost),
    views=(
        View("All", Asked()),
        View("Needs attention", Asked("state:attention")),
        View("No consumers", Asked("consumers:0 ready>0")),
        View("Idle", Asked("state:idle")),
    ),
    example="Filter: name, or state:stuck  type:quorum  ready>1000  consumers:0  name~^orders",
)


def rows_of(slug: str, taken: Snapshot, now: datetime) -> list[Listed]:
    """Every queue of a broker with its verdict, in the order of the tie: the collector keeps them so."""
    return [Listed(slug, row, verdicts.of_queue(row, taken, now)) for row in taken.queues.values()]


def order(slug: str, taken: Snapshot, query: str) -> list[str]:
    """The keys of the rows that stand on the page with this address."""
    listing = arrange(
        TABLE, rows_of(slug, taken, datetime.now(UTC)), Asked.read(QueryDict(query)), counts=False, is_tied=True
    )
    return [TABLE.key(each) for each in listing.rows]
