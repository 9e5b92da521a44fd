"""browse and search at the command line."""

from __future__ import annotations

import pytest

from brokerctl.cli.looking import parsed
from brokerctl.clients import content
from brokerctl.operations.search import Comparison, Condition
from tests.brokerctl.cli.conftest import Command
from tests.support.brokers import Place, numbered


def test_browse_shows_the_head_and_leaves_it(place: Place, cli: Command) -> None:
    queue = place.queue()
    place.fill(queue, [b"\x1b[31mred", b"\xff", *numbered(3)], content.encode({"priority": 3}, {"bin": b"\xff"}))

    table, document = cli("browse", queue, "--count", "2"), cli("browse", queue, "--json").document

    assert "\\x1b[31mred" in table.out
    assert table.err == "3 more are ready.\n"
    assert [each["position"] for each in document["messages"]] == [0, 1, 2, 3, 4]
    assert document["messages"][1]["body_base64"] == "/w=="
    assert (document["messages"][2]["body"], document["ready"]) == ("message 0", 5)
    assert document["messages"][2]["properties"] == {"priority": 3}
    assert place.count(queue) == 5


def test_search_finds_counts_and_says_when_there_is_nothing(place: Place, cli: Command) -> None:
    queue = place.queue()
    place.fill(queue, numbered(30))

    found = cli("search", queue, "body~ [12]5$", "--json")
    text = cli("search", queue, "message 7")
    nothing = cli("search", queue, "headers.tenant")

    assert [(each["position"], each["body"]) for each in found.document["messages"]] == [
        (15, "message 15"),
        (25, "message 25"),
    ]
    assert (text.code, text.err) == (0, "1 of 30 messages match.\n")
    assert (nothing.code, nothing.err.splitlines()[-1]) == (3, f"No message of {queue} matches.")
    assert place.bodies(queue) == numbered(30)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("timeout", Condition("body", Comparison.CONTAINS, "timeout")),
        ("a=b", Condition("body", Comparison.CONTAINS, "a=b")),
        ("body", Condition("body", Comparison.CONTAINS, "body")),
        ("body=x", Condition("body", Comparison.EQUALS, "x")),
        ("body.order.id=7", Condition("body.order.id", Comparison.EQUALS, "7")),
        ("headers.tenant~^a=b", Condition("headers.tenant", Comparison.MATCHES, "^a=b")),
        ("headers.tenant*=a~b", Condition("headers.tenant", Comparison.CONTAINS, "a~b")),
        ("properties.type", Condition("properties.type", Comparison.EXISTS)),
        ("routing_key=", Condition("routing_key", Comparison.EQUALS, "")),
    ],
)
def test_conditions_are_read_as_people_write_them(text: str, condition: Condition) -> None:
    assert parsed(text) == condition


def test_pattern_that_is_none_is_one_sentence(ours: Place, ours_cli: Command) -> None:
    said = ours_cli("search", ours.queue(), "body~(")

    assert (said.code, said.err) == (
        1,
        "'(' is not a regular expression, or one that takes too much to compile.\n",
    )
