"""Messages are cut out of bytes the same whether they come whole, one frame each, or in any pieces."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.clients.base import Taken
from brokerctl.clients.contents import CHANNEL, Cutter, Returned, frame_at
from brokerctl.errors import FrameError
from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic
from brokerctl.wire.spec import BODY, HEADER, METHOD

HEADERS = [properties.encode({}, 0)[12:], properties.encode({"headers": {"a": 1}, "delivery_mode": 2}, 0)[12:]]


@dataclass
class Heard:
    """A Receiver that writes down what it is told."""

    told: list[object] = field(default_factory=list)

    def taken(self, message: Taken) -> None:
        self.told.append(message)

    def got_nothing(self) -> None:
        self.told.append("nothing")

    def returned(self, message: Returned) -> None:
        self.told.append(message)

    def confirmed(self, last: int, is_multiple: bool, is_positive: bool) -> None:
        self.told.append((last, is_multiple, is_positive))


def content(header: bytes, body: bytes, frame_max: int = 64) -> bytes:
    return frames.content(CHANNEL, properties.PREFIX.pack(60, 0, len(body)) + header, body, frame_max)


messages = st.builds(
    lambda tag, exchange, key, redelivered, header, body: (
        frames.method(CHANNEL, basic.Deliver("tag", tag, redelivered, exchange, key)) + content(header, body),
        Taken(tag, exchange.encode(), key.encode(), redelivered, header, body),
    ),
    st.integers(1, 2**63),
    st.sampled_from(["", "orders", "ü" * 20]),
    st.sampled_from(["", "a.b", "k" * 255]),
    st.booleans(),
    st.sampled_from(HEADERS),
    st.binary(max_size=150),
)
confirms = st.builds(
    lambda tag, multiple: (frames.method(CHANNEL, basic.Ack(tag, multiple)), (tag, multiple, True)),
    st.integers(1, 9),
    st.booleans(),
)
empties = st.just((frames.method(CHANNEL, basic.GetEmpty("")), "nothing"))


def feed(cutter: Cutter, data: bytes, *, at_once: bool) -> bytes:
    """As Stream does with what it receives; what is left over."""
    at = 0
    while True:
        start = cutter.deliveries(data, at) if at_once else at
        found = frame_at(data, start, 0)
        if found is None:
            return data[start:]
        kind, _, at = found
        cutter.frame(kind, data[start + 7 : at - 1])


@given(st.lists(messages | confirms | empties, max_size=12), st.lists(st.integers(0, 4000), max_size=6), st.booleans())
def test_all_is_told_in_order_however_it_is_cut(
    sent: list[tuple[bytes, object]], cuts: list[int], at_once: bool
) -> None:
    heard, data = Heard(), b"".join(each for each, _ in sent)
    cutter, left = Cutter(heard), b""

    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(data)], strict=True):
        left = feed(cutter, left + data[begin:end], at_once=at_once)

    assert heard.told == [expected for _, expected in sent]
    assert left == b""


DELIVERY = frames.method(CHANNEL, basic.Deliver("tag", 7, False, "orders", "key")) + content(HEADERS[0], b"body")
METHOD_SIZE = DELIVERY.index(frames.END) + 1


@pytest.mark.parametrize(
    "spoilt",
    [
        DELIVERY[:-1],
        DELIVERY[:-1] + b"\0",
        DELIVERY[: METHOD_SIZE - 1] + b"\0" + DELIVERY[METHOD_SIZE:],
        DELIVERY[:11] + b"\xff" + DELIVERY[12:],
        DELIVERY[:24] + b"\xff" + DELIVERY[25:],
        DELIVERY[:METHOD_SIZE] + frames.frame(HEADER, CHANNEL, b"\0\x3c"),
        DELIVERY[:METHOD_SIZE] + frames.frame(BODY, CHANNEL, b"body"),
        frames.frame(1, CHANNEL + 1, DELIVERY[7 : METHOD_SIZE - 1]) + DELIVERY[METHOD_SIZE:],
    ],
)
def test_what_is_not_whole_or_looks_wrong_is_left_to_be_read_frame_by_frame(spoilt: bytes) -> None:
    heard = Heard()

    assert Cutter(heard).deliveries(DELIVERY + spoilt + b"\0" * 300, 0) == len(DELIVERY)
    assert len(heard.told) == 1


def test_a_broker_that_would_fill_our_memory_is_not_waited_for() -> None:
    endless = properties.PREFIX.pack(60, 0, 2**62)
    cutter = Cutter(Heard())
    cutter.frame(METHOD, frames.method(CHANNEL, basic.Deliver("tag", 1, False, "", "q"))[7:-1])

    with pytest.raises(FrameError, match="more than any can have"):
        cutter.frame(HEADER, endless)
    for kind in (HEADER, BODY):
        with pytest.raises(FrameError, match="belongs to no message"):
            Cutter(Heard()).frame(kind, endless)


def test_a_frame_that_is_larger_than_agreed_is_not_waited_for() -> None:
    begun = frames.HEAD.pack(BODY, CHANNEL, 4089) + b"x"

    assert frame_at(begun, 0, 4097) is None
    assert frame_at(begun, 0, 0) is None
    with pytest.raises(FrameError, match="4,097 bytes, though 4,096"):
        frame_at(begun, 0, 4096)
