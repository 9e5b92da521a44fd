"""Messages to lines and back: what comes in again is what went out, byte for byte."""

from __future__ import annotations

import json

import pytest

from brokerctl.clients import content
from brokerctl.clients.base import Message
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations.export import check_lines, export, import_lines
from brokerctl.operations.lines import line_of, message_of
from brokerctl.operations.progress import Control, Outcome
from tests.support.brokers import VHOST, Place, numbered

HEADER = content.encode(
    {"delivery_mode": 2, "timestamp": content.Timestamp(1_700_000_000_123), "message_id": "größe"},
    {"double": 0.1, "binary": b"\xff\0", "void": None, "deep": {"list": [1, [True]]}},
)


def test_messages_come_back_byte_for_byte_and_the_originals_stay(place: Place) -> None:
    source, target = place.queue(), place.queue()
    bodies = [b"\0\xff", "größe\n\u2028".encode(), b"", *numbered(600)]
    place.fill(source, bodies, HEADER)
    lines: list[str] = []

    out = export(place.client, VHOST, source, lines.append)
    back = import_lines(place.client, VHOST, lines, lambda message: ("", target))

    assert (out.total, out.counts) == (603, {Outcome.READ: 603})
    assert back.counts == {Outcome.PUBLISHED: 603}
    seen = [each.message for each in place.look(target).seen]
    assert [each.body for each in seen] == bodies == place.bodies(source)
    assert {each.header for each in seen} == {HEADER}


def test_line_can_be_read_by_people_and_other_programs() -> None:
    message = Message("shop", "order.new", True, HEADER, "größe".encode(), {"priority": 3}, {"bin": b"\xff", "n": None})

    item = json.loads(line_of(message))

    assert item["body"] == "größe"
    assert (item["exchange"], item["routing_key"], item["redelivered"]) == ("shop", "order.new", True)
    assert (item["properties"], item["headers"]) == ({"priority": 3}, {"bin": {"base64": "/w=="}, "n": None})
    assert message_of(line_of(message)).header == HEADER


def test_line_written_by_hand_is_made_of_properties_and_headers(ours: Place) -> None:
    queue = ours.queue()
    line = json.dumps({"body": "x", "properties": {"priority": 3}, "headers": {"tenant": "a", "n": 1}})

    import_lines(ours.client, VHOST, [line, "", "  \n"], lambda message: ("", queue))

    [seen] = ours.look(queue).seen
    assert (seen.message.properties, seen.message.headers) == ({"priority": 3}, {"tenant": "a", "n": 1})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("7", "not a JSON object"),
        ("{}", "has neither body nor body_base64"),
        ('{"body": 7}', "body is not a text"),
        ('{"body": "\\ud800"}', "half a character"),
        ('{"body_base64": "?"}', "body_base64 is not base64"),
        ('{"body": "", "header": "?"}', "header is not base64"),
        ('{"body": "", "headers": []}', "headers is not an object"),
        ('{"body": "", "properties": {"priority": 256}}', "cannot be sent"),
        ('{"body": "", "exchange": 1}', "exchange is not a text"),
    ],
)
def test_line_that_is_no_message_is_named(line: str, problem: str) -> None:
    with pytest.raises(RequestRefused, match=f"line 2: .*{problem}"):
        check_lines(['{"body": "good"}', line])


def test_bad_line_ends_the_import_after_those_before_it(ours: Place) -> None:
    queue = ours.queue()
    lines = ['{"body": "1"}', '{"body": "2"}', "?", '{"body": "4"}']

    with pytest.raises(RequestRefused, match=r"line 3: not JSON .*; the 2 messages before it were published"):
        import_lines(ours.client, VHOST, lines, lambda message: ("", queue))

    assert ours.bodies(queue) == [b"1", b"2"]


def test_what_has_no_route_is_counted_with_its_line(place: Place) -> None:
    queue = place.queue()

    tally = import_lines(
        place.client,
        VHOST,
        ['{"body": "1"}', '{"body": "2", "routing_key": "nowhere"}'],
        lambda message: ("", message.routing_key or queue),
    )

    assert tally.counts == {Outcome.PUBLISHED: 1, Outcome.UNROUTABLE: 1}
    assert tally.problems[0].fingerprint == "line 2"


def test_cancelled_export_and_import_say_how_far_they_came(ours: Place) -> None:
    queue = ours.queue()
    ours.fill(queue, numbered(1200))
    stopped = Control(is_cancelled=lambda: True)

    with pytest.raises(OperationCancelled, match="after 500 messages"):
        export(ours.client, VHOST, queue, lambda line: None, control=stopped)
    with pytest.raises(OperationCancelled, match="the first 0 messages"):
        import_lines(ours.client, VHOST, ['{"body": ""}'], lambda message: ("", queue), stopped)

    assert ours.count(queue) == 1200
