"""Declarations of tables: what is live has its value in the feed, under the column's name."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard import tables
from dashboard.live.rows import queue_cells
from dashboard.tables.queues import order
from tests.dashboard.snapshots import row, snapshot


def test_every_live_column_of_queues_is_in_their_feed() -> None:
    queues = tables.named("queues")
    assert queues is not None

    cells = queue_cells(row(), snapshot(row()), datetime.now(UTC))

    live = {column.name for column in queues.columns if column.is_live}
    assert live <= cells.keys()


def test_order_is_that_of_the_page_with_the_same_address() -> None:
    taken = snapshot(*(row(name, messages_ready=ready) for name, ready in (("a", 1), ("b", 3), ("c", 2))))

    assert order("x", taken, "sort=-ready") == ["~2F/b", "~2F/c", "~2F/a"]
    assert order("x", taken, "q=ready%3E1&sort=name") == ["~2F/b", "~2F/c"]
