"""Bodies that are not what their headers announced: refused, and never more memory than was agreed."""

from __future__ import annotations

import tracemalloc

import pytest

from brokerctl.protocol.connection import Connection, Limits
from brokerctl.protocol.events import Called, Failed, Published
from brokerctl.wire import frames, methods, properties, spec
from brokerctl.wire.methods import basic, channel, connection
from tests.support.reliability import evidence, runs

LIMITS = Limits(frame_max=131_072, channel_max=2047, max_message_bytes=1_000_000, unfinished_bytes=4_000_000)


def opened(channels: int = 1) -> Connection:
    conversation = Connection(LIMITS)
    conversation.receive(spec.PROTOCOL_HEADER)
    conversation.receive(frames.method(0, connection.StartOk()) + frames.method(0, connection.TuneOk()))
    conversation.tuned(LIMITS.frame_max, LIMITS.channel_max)
    conversation.receive(frames.method(0, connection.Open("/")))
    for number in range(1, channels + 1):
        conversation.receive(frames.method(number, channel.Open()))
    return conversation


def announced(number: int, size: int, **values: object) -> bytes:
    """A publish up to its content header."""
    header = properties.encode(values, size)
    return frames.method(number, basic.Publish(routing_key="q")) + frames.frame(spec.HEADER, number, header)


def body(number: int, chunk: bytes) -> bytes:
    return frames.frame(spec.BODY, number, chunk)


@pytest.mark.parametrize("size", [LIMITS.max_message_bytes + 1, 2**31, 2**63, 2**64 - 1])
def test_size_over_the_limit_closes_the_channel_before_anything_is_kept(size: int) -> None:
    conversation = opened()

    [event] = conversation.receive(announced(1, size) + body(1, b"x" * 1000))

    assert isinstance(event, Failed)
    assert event.error.code == 406
    assert conversation.unfinished.held_bytes == 0


def test_largest_message_goes_through_in_frames_of_any_size() -> None:
    conversation, whole = opened(), bytes(LIMITS.max_message_bytes)

    events = conversation.receive(announced(1, len(whole)) + b"".join(body(1, whole[:1000]) for _ in range(1000)))

    assert [type(event) for event in events] == [Published]
    assert conversation.unfinished.held_bytes == 0


def test_body_beyond_what_was_announced_closes_the_connection() -> None:
    [event] = opened().receive(announced(1, 10) + body(1, b"x" * 9) + body(1, b"xx"))

    assert isinstance(event, Failed)
    assert event.error.code == 501


@pytest.mark.reliability("c4")
def test_a_million_empty_body_frames_take_no_memory() -> None:
    count = runs(100_000, 1_000_000)
    with evidence("C4 empty body frames", "1,000,000 frames: memory flat") as figures:
        conversation = opened()
        conversation.receive(announced(1, 10))
        data = body(1, b"") * 1000

        figures["bytes"] = peak_bytes(conversation, [data] * (count // 1000))

        assert figures["bytes"] < 50_000
        assert [type(event) for event in conversation.receive(body(1, b"0123456789"))] == [Published]


def test_body_in_frames_of_one_byte_takes_about_its_size() -> None:
    conversation, size = opened(), 60_000
    conversation.receive(announced(1, size))

    peak = peak_bytes(conversation, [body(1, b"x") * 1000] * (size // 1000 - 1))

    assert peak < 2 * size


@pytest.mark.reliability("c4")
def test_unfinished_bodies_of_all_channels_together_are_bounded() -> None:
    with evidence("C4 unfinished bodies", "2,047 channels: at most the limit of the connection, then 506") as figures:
        conversation = opened(LIMITS.channel_max)
        chunk, events = bytes(100_000), []
        for number in range(1, LIMITS.channel_max + 1):
            events += conversation.receive(announced(number, 1_000_000, message_id="x" * 255) + body(number, chunk))
            figures["held_bytes"] = conversation.unfinished.held_bytes
            if events:
                break

        [event] = events
        assert isinstance(event, Failed)
        assert event.error.code == 506
        assert figures["held_bytes"] <= LIMITS.unfinished_bytes + len(chunk)


@pytest.mark.parametrize("ending", ["finished", "too large", "closing"])
def test_what_was_held_is_let_go_whatever_the_end(ending: str) -> None:
    conversation = opened(2)
    conversation.receive(announced(1, 100) + body(1, b"x" * 60) + announced(2, 50) + body(2, b"x" * 20))
    assert conversation.unfinished.held_bytes > 80

    if ending == "finished":
        conversation.receive(body(2, b"x" * 30) + body(1, b"x" * 40))
    elif ending == "too large":
        for number in (1, 2):
            conversation.channels[number].close()
            events = conversation.receive(frames.method(number, channel.CloseOk()))
            assert events == [Called(number, methods.channel.CloseOk())]
    else:
        conversation.closing()

    assert conversation.unfinished.held_bytes == 0


def peak_bytes(conversation: Connection, data: list[bytes]) -> int:
    """How much more memory receiving this takes at most."""
    tracemalloc.start()
    try:
        for each in data:
            assert conversation.receive(each) == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
