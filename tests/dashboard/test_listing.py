from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import listing
from dashboard.pages.queues import Listed
from dashboard.snapshot import Rates
from dashboard.verdicts import Status, Verdict
from tests.dashboard.snapshots import row

STUCK = Listed(
    row("orders.in", rates=Rates(publish=9.5, deliver=None), messages_ready=1200, type="quorum", policy="ha"),
    Verdict(Status.CRIT, "No consumers"),
)
CALM = Listed(
    row("mails", "/shop", Rates(publish=0.0, deliver=2.0), messages_ready=3, consumers=2, durable=False,
        arguments={"x-dead-letter-exchange": "dlx"}, consumer_utilisation=0.5),
    Verdict(Status.OK, "Flowing"),
)  # fmt: skip
QUIET = Listed(row("Zebra"), Verdict(Status.IDLE, "Idle"))
ALL = [STUCK, CALM, QUIET]


def kept(text: str) -> list[Listed]:
    found = listing.parse(text)
    assert found.error == ""
    return [each for each in ALL if found.keeps(each)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("   ", ALL),
        ("ORDERS", [STUCK]),
        ("name:zeb", [QUIET]),
        ("e", [STUCK, QUIET]),
        ("vhost:shop", [CALM]),
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
        ("util<1", [CALM]),
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
        ("ready>nan", []),
    ],
)
def test_terms_keep_what_they_say(text: str, expected: list[Listed]) -> None:
    assert kept(text) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ready>lots", "ready>lots: lots is not a number"),
        ("name>a", "name is not a number: write name:a"),
        ("state:angry", "state:angry is not known; use stuck, attention, idle, ok"),
        ("dlx:maybe", "dlx takes yes or no"),
        ("orders ready:x dlx:z", "ready:x: x is not a number"),
    ],
)
def test_a_term_that_is_wrong_is_named(text: str, error: str) -> None:
    assert listing.parse(text).error == error


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_filter_or_a_sentence(text: str) -> None:
    found = listing.parse(text)

    assert all(found.keeps(each) in (True, False) for each in ALL)


def test_the_worst_come_first_and_among_equals_the_fullest() -> None:
    full, empty = (
        Listed(row(name, messages_ready=ready), Verdict(Status.CRIT, "")) for name, ready in (("a", 1), ("b", 9))
    )

    assert listing.sort([QUIET, full, CALM, empty], "state", is_descending=False) == [empty, full, CALM, QUIET]


def test_numbers_that_are_not_known_are_last_both_ways() -> None:
    assert listing.sort(ALL, "out", is_descending=False) == [CALM, QUIET, STUCK]
    assert listing.sort(ALL, "util", is_descending=True)[0] is CALM


def test_texts_sort_without_case() -> None:
    assert listing.sort(ALL, "name", is_descending=False) == [CALM, STUCK, QUIET]
    assert listing.sort(ALL, "name", is_descending=True) == [QUIET, STUCK, CALM]
