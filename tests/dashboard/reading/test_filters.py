from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.reading.filters import FilterProblem, parse
from tests.dashboard.reading.letters import letter

NOW = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
ORDER = letter(
    b'{"status": "Time Out", "lines": [{"sku": "TEA", "count": 2}, {"sku": "MUG", "paid": true}]}',
    routing_key="order.new",
    exchange="orders",
    redelivered=True,
    properties={"content_type": "application/json", "timestamp": datetime(2026, 3, 12, 14, 0, tzinfo=UTC)},
    headers={"x-tenant": "acme", "x-attempt": 3, "x-death": [{"reason": "rejected"}]},
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "time",
        '"time out"',
        "acme",
        "X-TENANT",
        "routing_key:order.*",
        "routing_key=order.new",
        "exchange:orders",
        "content_type:*json",
        "reason:rejected",
        "redelivered:yes",
        "header.x-tenant=ac*",
        "header.x-attempt:3",
        'body~"time out"',
        'body.status="Time *"',
        "body.lines.sku=MUG",
        "body.lines.count:2",
        "body.lines.paid=true",
        "size>10",
        "size<1kB",
        "age>10m",
        "age<1h",
        "-exchange:users",
        "order -failed size<1MiB",
    ],
)
def test_these_terms_match(text: str) -> None:
    assert parse(text).matches(ORDER, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "invoice",
        "routing_key:order",
        "-time",
        "header.x-missing=*",
        "redelivered:no",
        "body~acme",
        "body.status=Time",
        "body.missing=*",
        "body.status.deeper=*",
        "size>1kB",
        "age>31m",
        "order exchange:users",
    ],
)
def test_these_terms_do_not_match(text: str) -> None:
    assert not parse(text).matches(ORDER, NOW)


def test_a_message_without_a_timestamp_has_no_age() -> None:
    assert not parse("age>1s").matches(letter(), NOW)
    assert not parse("age<1s").matches(letter(), NOW)


def test_what_is_looked_for_in_bodies_is_marked_there() -> None:
    assert parse('Time body~"Out" -No exchange:x').needles == ("time", "out")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size>big", "big is not a measure for size. Write a number with a unit, as in size>10kB."),
        ("age>10x", "10x is not a measure for age. Write a number with a unit, as in age>10m."),
        ("colour:red", "There is no filter colour:. Use routing_key:"),
        ("size:3", "There is no filter size:."),
    ],
)
def test_a_term_that_makes_no_sense_says_what_would(text: str, sentence: str) -> None:
    with pytest.raises(FilterProblem) as problem:
        parse(text)

    assert str(problem.value).startswith(sentence)


@pytest.mark.parametrize("body", [b"", b"plain text", b"\xff\xfe", b"3", b"[" * 100_000])
def test_a_body_that_is_no_json_object_has_no_fields(body: bytes) -> None:
    assert not parse("body.status=*").matches(letter(body), NOW)


def test_a_url_is_looked_for_as_text() -> None:
    assert parse('"http://example.com"').matches(letter(b"see http://example.com/a"), NOW)
