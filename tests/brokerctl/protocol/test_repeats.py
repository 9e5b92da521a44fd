"""What is recognised without a look inside means the same as frame by frame."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from brokerctl.protocol.connection import Connection, Limits
from brokerctl.protocol.events import Acked, Event, Failed, Published, PublishedEach
from brokerctl.wire import frames, properties, spec
from brokerctl.wire.methods import basic, channel, connection

Step = tuple[str, int, int]
"""What was said, on which channel, and a number: a body's only byte, or a delivery tag."""

STEPS = st.tuples(
    st.sampled_from(["again", "other key", "other header", "empty", "ack", "ack all"]),
    st.integers(1, 2),
    st.integers(0, 3),
)


def opened() -> Connection:
    conversation = Connection(Limits(frame_max=4096, channel_max=10, max_message_bytes=1000))
    conversation.receive(spec.PROTOCOL_HEADER)
    conversation.receive(frames.method(0, connection.StartOk()) + frames.method(0, connection.TuneOk()))
    conversation.tuned(4096, 10)
    opening = b"".join(frames.method(number, channel.Open()) for number in (1, 2))
    conversation.receive(frames.method(0, connection.Open("/")) + opening)
    return conversation


def said(step: Step) -> bytes:
    kind, number, value = step
    if kind.startswith("ack"):
        return frames.method(number, basic.Ack(value, kind == "ack all"))
    body = b"" if kind == "empty" else bytes((value,))
    key = "k" if kind == "other key" else "q"
    header = properties.encode({"message_id": "m"} if kind == "other header" else {}, len(body))
    return frames.method(number, basic.Publish(routing_key=key)) + frames.content(number, header, body, 0)


def heard(events: list[Event]) -> list[Step]:
    """The events as the steps that they mean."""
    found: list[Step] = []
    for event in events:
        if isinstance(event, Acked):
            kind = "ack all" if event.multiple else "ack"
            found += [(kind, event.channel, tag) for tag in event.delivery_tags]
        elif isinstance(event, PublishedEach):
            contents = zip(event.headers, event.bodies, strict=True)
            found += [(_kind(event.routing_key, *content), event.channel, content[1][0]) for content in contents]
        else:
            assert isinstance(event, Published), event
            key, header = event.publication.routing_key, event.publication.header
            found += [(_kind(key, header, body), event.channel, body[0] if body else 0) for body in event.bodies]
    return found


def _kind(routing_key: str, header: bytes, body: bytes) -> str:
    if not body:
        return "empty"
    if routing_key == "k":
        return "other key"
    return "again" if len(header) == 14 else "other header"


@given(st.lists(STEPS, max_size=12), st.lists(st.integers(0, 700), max_size=6))
def test_a_stream_means_the_same_wherever_it_is_cut(steps: list[Step], cuts: list[int]) -> None:
    steps = [(kind, number, 0 if kind == "empty" else value) for kind, number, value in steps]
    data = b"".join(map(said, steps))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    conversation = opened()

    events = [event for start, stop in pairwise(edges) for event in conversation.receive(data[start:stop])]

    assert heard(events) == steps


def test_neighbours_with_a_header_of_their_own_are_one_event() -> None:
    steps: list[Step] = [(kind, 1, number) for number, kind in enumerate(["again", "other header"] * 3)]

    [event] = opened().receive(b"".join(map(said, steps)))

    assert isinstance(event, PublishedEach)
    assert heard([event]) == steps


def test_a_broken_end_among_neighbours_ends_the_connection_after_what_was_whole() -> None:
    one, other = said(("again", 1, 7)), said(("other header", 1, 8))

    *whole, failed = opened().receive(one + other + one[:-1] + b"\x00")

    assert heard(whole) == [("again", 1, 7), ("other header", 1, 8)]
    assert isinstance(failed, Failed)
    assert failed.error.code == 501


def test_repeats_share_one_publication() -> None:
    conversation = opened()
    one = said(("again", 1, 7))

    conversation.receive(one * 2)
    [first] = conversation.receive(one * 3)
    [second] = conversation.receive(one * 2)

    assert isinstance(first, Published)
    assert isinstance(second, Published)
    assert (len(first.bodies), len(second.bodies)) == (3, 2)
    assert first.publication is second.publication


def test_a_broken_end_among_repeats_ends_the_connection_after_what_was_whole() -> None:
    one = said(("again", 1, 7))
    conversation = opened()
    conversation.receive(one * 2)

    *whole, failed = conversation.receive(one * 2 + one[:-1] + b"\x00")

    assert heard(whole) == [("again", 1, 7)] * 2
    assert isinstance(failed, Failed)
    assert failed.error.code == 501


def test_repeats_on_a_channel_that_closes_are_dropped() -> None:
    one = said(("again", 1, 7))
    conversation = opened()
    conversation.receive(one * 2)

    conversation.channels[1].close()

    assert conversation.receive(one * 3) == []


def test_a_body_larger_than_allowed_in_one_frame_is_refused() -> None:
    large = bytes(1001)
    content = frames.content(1, properties.encode({}, len(large)), large, 0)

    [failed] = opened().receive(frames.method(1, basic.Publish(routing_key="q")) + content)

    assert isinstance(failed, Failed)
    assert failed.error.code == 406
