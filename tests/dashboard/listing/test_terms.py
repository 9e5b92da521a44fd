from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.listing import terms
from dashboard.listing.columns import Column, Kind
from dashboard.listing.table import match
from dashboard.pages.queues import Listed
from dashboard.snapshot import Rates
from dashboard.tables.queues import TABLE
from dashboard.verdicts import Status, Verdict
from tests.dashboard.snapshots import row

STUCK = Listed(
    "bench",
    row("orders.in", rates=Rates(publish=9.5, deliver=None), messages_ready=1200, type="quorum", policy="ha"),
    Verdict(Status.CRIT, "No consumers"),
)
CALM = Listed(
    "bench",
    row("mails", "/shop", Rates(publish=0.0, deliver=2.0), messages_ready=3, consumers=2, durable=False,
        arguments={"x-dead-letter-exchange": "dlx"}, consumer_utilisation=0.5,
        message_bytes=3 * 2**20, oldest_ready_seconds=90.0),
    Verdict(Status.OK, "Flowing"),
)  # fmt: skip
QUIET = Listed("bench", row("Zebra"), Verdict(Status.IDLE, "Idle"))
ALL = [STUCK, CALM, QUIET]


def kept(text: str) -> list[Listed]:
    found, error = match(TABLE, ALL, text)
    assert error == ""
    return list(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("   ", ALL),
        ("ORDERS", [STUCK]),
        ("name:zeb", []),
        ("name:zeb*", [QUIET]),
        ("name:?ails", [CALM]),
        ("name~^orders", [STUCK]),
        ('name~"^(orders|mails)"', [STUCK, CALM]),
        ("name~^Orders", []),
        ("e", [STUCK, QUIET]),
        ('"ders.i"', [STUCK]),
        ("vhost:/shop", [CALM]),
        ("vhost:/", [STUCK, QUIET]),
        ("-vhost:/", [CALM]),
        ("type:quorum", [STUCK]),
        ("type=quorum", [STUCK]),
        ("policy:ha", [STUCK]),
        ("ready>1000", [STUCK]),
        ("ready>=1200", [STUCK]),
        ("ready<3", [QUIET]),
        ("ready<=3", [CALM, QUIET]),
        ("ready:3", [CALM]),
        ("consumers=0", [STUCK, QUIET]),
        ("in>9", [STUCK]),
        ("out<5", [CALM]),
        ("-out<5", [STUCK, QUIET]),
        ("utilisation<60%", [CALM]),
        ("utilisation>=50", [CALM]),
        ("ready>1k", [STUCK]),
        ("ready>1,000", [STUCK]),
        ("bytes>2MiB", [CALM]),
        ("bytes>4MiB", []),
        ("oldest>1m", [CALM]),
        ("oldest>2min", []),
        ("features:dlx", [CALM]),
        ("features:D -features:DLX", [STUCK, QUIET]),
        ('policy:"*"', [STUCK]),
        ("-policy:*", [CALM, QUIET]),
        ("state~^No", [STUCK]),
        ("state:stuck", [STUCK]),
        ("state:attention", [STUCK]),
        ("state:ok", [CALM]),
        ("-state:idle", [STUCK, CALM]),
        ("dlx:yes", [CALM]),
        ("dlx:no", [STUCK, QUIET]),
        ("durable:no", [CALM]),
        ("exclusive:yes", []),
        ("consumers:0 ready>0", [STUCK]),
        ("a:b", []),
        ("-", []),
    ],
)
def test_terms_keep_what_they_say(text: str, expected: list[Listed]) -> None:
    assert kept(text) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ready>lots", "lots is not a number for ready. Write one, as in ready>1000."),
        ("ready>nan", "nan is not a number for ready. Write one, as in ready>1000."),
        ("bytes>2parsec", "2parsec is not a number for bytes. Write one, as in bytes>10MiB."),
        ("ready~1", "ready is a number: compare it, as in ready>1000."),
        ("name>a", "name is not a number: write name:a, or name~a for a pattern."),
        ("name~(", "This is not a regular expression: missing ) at position 1. Write a regular expression, "
                   "as in name~^a."),
        ("state:angry", "state:angry is not known. There are stuck, attention, warn, ok, idle, unknown."),
        ("dlx:maybe", "dlx takes yes or no, as in dlx:yes."),
        ("orders ready:x dlx:z", "x is not a number for ready. Write one, as in ready>1000."),
        ("redy:0", 'There is no column redy. Did you mean ready? Put it in quotes to look for "redy:0".'),
        ("ready>", 'ready> has no value. Write it behind the sign, as in ready>x, or "ready>" in quotes.'),
    ],
)  # fmt: skip
def test_a_term_that_is_wrong_is_named(text: str, error: str) -> None:
    assert match(TABLE, ALL, text)[1] == error


def test_a_colon_in_a_name_is_no_column() -> None:
    named = Listed("bench", row("Shop:Ordered"), Verdict(Status.IDLE, "Idle"))

    assert match(TABLE, [*ALL, named], "Shop:Ordered") == ([named], "")


def test_what_comes_before_a_wrong_term_holds() -> None:
    assert match(TABLE, ALL, "orders ready:x")[0] == [STUCK]


def test_a_pattern_that_takes_too_long_is_a_sentence_and_soon() -> None:
    slow = [Listed("bench", row("a" * 200 + "!"), Verdict(Status.IDLE, "Idle"))] * 100

    kept, error = match(TABLE, slow, "name~^(a|a|aa)+$")

    assert kept == ()
    assert error.startswith("The pattern ^(a|a|aa)+$ takes too long.")


@pytest.mark.parametrize("bomb", ["(((a{100}){100}){100}){100}", "(?:(?:(?:a{99}|b){99}|c){99}|d){99}", "a{100000000}"])
def test_a_pattern_that_would_take_gigabytes_is_not_tried(bomb: str) -> None:
    kept, error = match(TABLE, ALL, f"name~{bomb}")

    assert kept == ALL
    assert error.startswith("The pattern repeats something thousands of times")


def test_all_patterns_of_a_filter_share_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count()
    monkeypatch.setattr("dashboard.listing.terms.time.perf_counter", lambda: next(clock) * 0.1)

    assert match(TABLE, [STUCK], "name~o name~r name~d") == ([STUCK], "")
    assert match(TABLE, [STUCK], "name~o name~r name~d name~e")[1].startswith("The pattern e takes too long.")


def test_ages_are_compared_as_people_say_them() -> None:
    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    since: Column[timedelta] = Column("since", "Since", Kind.SINCE, lambda age: now - age)
    ages = [timedelta(minutes=5), timedelta(hours=3)]

    assert terms.parse("since>1h", [since], now).keep(ages) == ages[1:]
    assert terms.parse("since<10m", [since], now).keep(ages) == ages[:1]


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_filter_or_a_sentence(text: str) -> None:
    kept, error = match(TABLE, ALL, text)

    assert set(map(id, kept)) <= set(map(id, ALL))
    assert error == "" or error.endswith((".", "?"))
