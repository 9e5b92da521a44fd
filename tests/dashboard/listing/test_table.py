from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.http import QueryDict

from dashboard.listing import cells, export
from dashboard.listing.asked import Asked
from dashboard.listing.table import Listing, View, arrange
from dashboard.pages.queues import Listed
from dashboard.snapshot import Rates
from dashboard.tables.queues import TABLE
from dashboard.verdicts import Status, Verdict
from tests.dashboard.snapshots import row


def listed(name: str, status: Status = Status.IDLE, **values: Any) -> Listed:
    return Listed("bench", row(name, **values), Verdict(status, status.name.title()))


STUCK = listed("orders.in", Status.CRIT, rates=Rates(publish=9.5, deliver=None), messages_ready=1200, policy="ha")
CALM = listed("mails", Status.OK, vhost="shop", rates=Rates(publish=0.0, deliver=2.0), messages_ready=3)
QUIET = listed("Zebra")
ALL = [STUCK, CALM, QUIET]


def page(query: str = "", rows: list[Listed] | None = None, **options: Any) -> Listing[Listed]:
    return arrange(TABLE, ALL if rows is None else rows, Asked.read(QueryDict(query)), **options)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [STUCK, CALM, QUIET]),
        ("sort=-state", [QUIET, CALM, STUCK]),
        ("sort=name", [CALM, STUCK, QUIET]),
        ("sort=-name", [QUIET, STUCK, CALM]),
        ("sort=-ready", [STUCK, CALM, QUIET]),
        ("sort=out", [CALM, QUIET, STUCK]),
        ("sort=-in", [STUCK, CALM, QUIET]),
        ("sort=policy", [STUCK, QUIET, CALM]),
        ("sort=features", [STUCK, CALM, QUIET]),
        ("sort=password", [STUCK, CALM, QUIET]),
        ("vhost=shop", [CALM]),
        ("vhost=gone", []),
        ("q=-vhost:shop&sort=name", [STUCK, QUIET]),
    ],
)
def test_an_address_says_which_rows_come_in_which_order(query: str, expected: list[Listed]) -> None:
    assert list(page(query).rows) == expected


def test_the_worst_come_first_and_among_equals_the_fullest() -> None:
    full, empty = (listed(name, Status.CRIT, messages_ready=ready) for name, ready in (("a", 1), ("b", 9)))

    assert page(rows=[QUIET, full, CALM, empty]).matching == [empty, full, CALM, QUIET]


def test_pages_have_a_hundred_rows_and_a_number_beyond_the_last_is_the_last() -> None:
    many = [listed(f"q{number:03}") for number in range(250)]

    second, beyond, nonsense = (page(f"sort=name&page={text}", many) for text in ("2", "9", "²"))

    assert (second.first, second.last, second.count, second.pages) == (101, 200, 250, 3)
    assert second.rows[0].row.queue.name == "q100"
    assert (second.previous, second.next) == ("?sort=name", "?sort=name&page=3")
    assert (beyond.page, beyond.next, len(beyond.rows)) == (3, "", 50)
    assert nonsense.page == 1


def test_columns_come_from_the_address_then_from_the_person_then_from_the_table() -> None:
    def names(listing: Listing[Listed]) -> list[str]:
        return [column.name for column in listing.columns]

    assert names(page("columns=ready,nonsense,name,ready", chosen=("vhost",))) == ["name", "ready"]
    assert names(page(chosen=("vhost", "bytes"))) == ["name", "vhost", "bytes"]
    assert names(page()) == list(TABLE.shown)
    assert page(chosen=("vhost",)).is_chosen
    assert not page().is_chosen


def test_a_head_sorts_and_then_turns() -> None:
    heads = {head.column.name: head for head in page("q=e&sort=-ready&page=2").heads}

    assert (heads["ready"].direction, heads["ready"].href) == ("descending", "?q=e&sort=ready")
    assert (heads["name"].direction, heads["name"].href) == ("", "?q=e&sort=name")
    assert heads["in"].href == "?q=e&sort=-in"
    assert heads["features"].href == ""


def test_tabs_count_what_they_keep_and_know_when_they_are_shown() -> None:
    mine = View("Mine", Asked("orders", vhost="/", sort="-ready"), pk=7)

    tabs = {tab.title: tab for tab in page("q=state:idle", saved=[mine]).tabs}
    then = {tab.title: tab for tab in page(tabs["Mine"].href[1:], saved=[mine]).tabs}

    assert (tabs["All"].count, tabs["Needs attention"].count, tabs["Idle"].count, tabs["Mine"].count) == (3, 1, 1, 1)
    assert tabs["Idle"].is_current
    assert not tabs["Mine"].is_current
    assert then["Mine"].is_current
    assert not then["All"].is_current


def test_a_row_is_drawn_escaped_with_its_live_cells_and_its_box() -> None:
    nasty = listed('"><b>\u202e', messages_ready=0, policy="<i>")

    drawn = cells.row(page("columns=policy,ready,state"), nasty, is_selectable=True)
    plain = cells.row(page("columns=policy"), nasty, is_selectable=False)

    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "⟨U+202E⟩" in drawn
    assert '<td class="num" data-cell="ready" data-format="number"><span class="z">0</span></td>' in drawn
    assert 'data-cell="status"' in drawn
    assert 'name="row" value="~2F/~22~3E~3Cb~3E~E2~80~AE"' in drawn
    assert "checkbox" not in plain


def test_export_has_all_that_match_as_values_and_no_formulas() -> None:
    rows = [listed(f"q{number}", messages_ready=number) for number in range(150)] + [listed("=HYPERLINK(1)")]

    answer = export.response(page("columns=ready,out,features,durable&sort=-ready&q=-name:q1*", rows), "queues")

    lines = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == ["name", "ready", "out", "features", "durable"]
    assert lines[1] == ["q99", "99", "", "D", "yes"]
    assert lines[-2:] == [["'=HYPERLINK(1)", "0", "", "D", "yes"], ["q0", "0", "", "D", "yes"]]
    assert len(lines) == 1 + 150 - 61 + 1
