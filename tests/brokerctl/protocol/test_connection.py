"""Bytes in, events out: the legal moves, and what each illegal one is called."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.protocol.connection import Connection, Limits
from brokerctl.protocol.events import Acked, Called, Event, Failed, Publication, Published, RightHeader, WrongHeader
from brokerctl.wire import frames, properties, spec
from brokerctl.wire.methods import Method, basic, channel, connection

BODY = b"hello"
HEADER = properties.encode({"delivery_mode": 2}, len(BODY))
PUBLISH = frames.method(1, basic.Publish(exchange="", routing_key="q"))
WHOLE = PUBLISH + frames.content(1, HEADER, BODY, 0)


def opened(max_message_bytes: int = 1000) -> Connection:
    """A connection past its handshake with channel 1 open."""
    conversation = Connection(Limits(frame_max=4096, channel_max=10, max_message_bytes=max_message_bytes))
    conversation.receive(spec.PROTOCOL_HEADER)
    conversation.receive(said(0, connection.StartOk(), connection.TuneOk()))
    conversation.tuned(4096, 10)
    conversation.receive(said(0, connection.Open("/")) + said(1, channel.Open()))
    return conversation


def said(number: int, *methods: Method) -> bytes:
    return b"".join(frames.method(number, method) for method in methods)


def failure(events: list[Event]) -> Failed:
    assert isinstance(events[-1], Failed), events
    return events[-1]


def test_protocol_header_is_recognised_in_pieces() -> None:
    conversation = Connection(Limits())

    assert conversation.receive(b"AMQP") == []
    assert conversation.receive(b"\x00\x00\x09\x01") == [RightHeader()]


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"AMQP\x01\x01\x00\x0a", b"AMQX"])
def test_other_protocols_are_turned_away(data: bytes) -> None:
    assert Connection(Limits()).receive(data) == [WrongHeader()]


def test_publish_is_one_event_with_header_and_body_untouched() -> None:
    assert opened().receive(WHOLE) == [Published(1, Publication("", "q", False, False, HEADER), [BODY])]


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=8))
def test_publish_is_the_same_wherever_the_bytes_are_cut(cuts: list[int]) -> None:
    conversation = opened()
    edges = [0, *sorted(cuts), len(WHOLE)]

    events = [event for start, stop in pairwise(edges) for event in conversation.receive(WHOLE[start:stop])]

    assert events == [Published(1, Publication("", "q", False, False, HEADER), [BODY])]


def test_body_in_several_frames_is_joined() -> None:
    body = bytes(range(256)) * 3
    content = frames.content(1, properties.encode({}, len(body)), body, frame_max=108)

    [event] = opened().receive(PUBLISH + content)

    assert isinstance(event, Published)
    assert event.bodies == [body]


def test_ack_is_read_without_a_method_object() -> None:
    assert opened().receive(said(1, basic.Ack(7, True))) == [Acked(1, [7], True)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frames.frame(spec.METHOD, 1, b"\x00\x3c\x00\x63"), 503),
        (said(5, basic.Ack(1)), 504),
        (said(1, channel.Open()), 504),
        (said(0, connection.StartOk()), 504),
        (frames.frame(spec.BODY, 1, b"x"), 505),
        (frames.frame(spec.HEADER, 1, HEADER), 505),
        (PUBLISH + said(1, basic.Ack(1)), 505),
        (PUBLISH + frames.frame(spec.HEADER, 1, HEADER) + frames.frame(spec.BODY, 1, BODY + b"more"), 501),
        (PUBLISH + frames.frame(spec.HEADER, 1, HEADER[:10]), 502),
        (frames.frame(9, 1, b""), 501),
        (frames.frame(spec.HEARTBEAT, 1, b""), 501),
        (frames.HEAD.pack(spec.METHOD, 1, 5000), 501),
        (PUBLISH[:-1] + b"\x00", 501),
    ],
)
def test_broken_rule_ends_the_connection_with_its_code(data: bytes, code: int) -> None:
    assert failure(opened().receive(data)).error.code == code


def test_channels_are_counted_whatever_their_numbers() -> None:
    conversation = opened()

    events = conversation.receive(said(500, channel.Open()) + b"".join(said(n, channel.Open()) for n in range(2, 11)))

    assert [type(event) for event in events] == [Called] * 9 + [Failed]
    assert "number of channels opened (10)" in failure(events).error.text


def test_message_over_the_limit_closes_only_the_channel_and_its_body_is_dropped() -> None:
    conversation = opened(max_message_bytes=3)

    events = conversation.receive(WHOLE + said(0, connection.Close()))

    assert failure(events[:1]).error.code == 406
    assert events[1:] == [Called(0, connection.Close())]


def test_frames_larger_than_8_kib_are_refused_before_login() -> None:
    conversation = Connection(Limits())
    conversation.receive(spec.PROTOCOL_HEADER)

    assert failure(conversation.receive(frames.HEAD.pack(spec.METHOD, 0, 100_000))).error.code == 501


def test_everything_but_the_answer_is_ignored_while_closing() -> None:
    conversation = opened()
    conversation.closing()

    events = conversation.receive(WHOLE + said(1, basic.Ack(1)) + said(0, connection.CloseOk()))

    assert events == [Called(0, connection.CloseOk())]


@given(st.binary(max_size=300))
def test_any_bytes_after_the_handshake_give_events_or_one_failure(data: bytes) -> None:
    events = opened().receive(data)

    assert not any(isinstance(event, Failed) for event in events[:-1])
