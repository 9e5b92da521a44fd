"""Frames that AMQP forbids: their ends, sizes, types, order."""

from __future__ import annotations

from brokerctl.wire import fields, frames, properties, spec
from brokerctl.wire.methods import access, basic, channel, confirm, queue
from tests.rabbitmq.steps import Scenario, Step, end, hear_any_order, on, publish, raw, scenario

PUBLISH = frames.method(1, basic.Publish(routing_key="q"))
OPEN = on("a1", channel.Open())


def header(size: int, class_id: int = 60, flags: int = 0, rest: bytes = b"", weight: int = 0) -> bytes:
    payload = spec_prefix(class_id, weight, size) + flags.to_bytes(2, "big") + rest
    return frames.frame(spec.HEADER, 1, payload)


def spec_prefix(class_id: int, weight: int, size: int) -> bytes:
    return properties.PREFIX.pack(class_id, weight, size)


def body(data: bytes) -> bytes:
    return frames.frame(spec.BODY, 1, data)


def method(ids: tuple[int, int], rest: bytes = b"") -> bytes:
    return frames.frame(spec.METHOD, 1, ids[0].to_bytes(2, "big") + ids[1].to_bytes(2, "big") + rest)


def declare_with(table: bytes) -> bytes:
    """queue.declare whose arguments are these bytes."""
    return method((50, 10), b"\0\0" + b"\x01q" + b"\0" + fields.encode_long_bytes(table))


def fails(name: str, data: bytes, *before: Step) -> Scenario:
    """The connection ends after these bytes."""
    return scenario(name, OPEN, *before, raw(data), end(), stands_alone=True)


SCENARIOS = [
    fails("a frame without its end byte", frames.method(1, queue.Declare(queue="q"))[:-1] + b"\0"),
    fails("a frame larger than agreed", frames.HEAD.pack(spec.METHOD, 1, 200_000)),
    fails("a body frame larger than agreed", PUBLISH + header(200_000) + frames.HEAD.pack(spec.BODY, 1, 131_073)),
    *(scenario(f"a body frame of {size} bytes", queue.Declare(queue="q"),
               raw(PUBLISH + header(size) + body(b"x" * size)), basic.Get(queue="q", no_ack=True))
      for size in (131_064, 131_072)),
    fails("a frame of an unknown type", frames.frame(7, 1, b"")),
    fails("a frame of type 0", frames.frame(0, 1, b"\0\0\0\0")),
    scenario("a heartbeat", raw(frames.HEARTBEAT_FRAME, place="a0"), queue.Declare(queue="q")),
    fails("a heartbeat on a channel", frames.frame(spec.HEARTBEAT, 1, b"")),
    fails("a heartbeat with a payload", frames.frame(spec.HEARTBEAT, 0, b"x")),
    fails("a method frame without a method", frames.frame(spec.METHOD, 1, b"")),
    fails("a method frame of three bytes", frames.frame(spec.METHOD, 1, b"\0\x32\0")),
    fails("a class that is not there", method((77, 10))),
    fails("a method that is not there", method((50, 77))),
    scenario("a ticket of AMQP 0-8", access.Request("/data", read=True)),
    fails("a method cut in its arguments", method((50, 10), b"\0\0\x09q")),
    fails("a method with bytes after its arguments", method((20, 20), b"\x01\x02\x03")),
    fails("a header without a publish", header(1)),
    fails("a body without a publish", body(b"x")),
    fails("a method between publish and header", PUBLISH + frames.method(1, queue.Declare(queue="q"))),
    fails("a method between header and body", PUBLISH + header(2) + frames.method(1, queue.Declare(queue="q"))),
    fails("a body before its header", PUBLISH + body(b"x")),
    fails("a second header instead of a body", PUBLISH + header(2) + header(2)),
    fails("a body longer than announced", PUBLISH + header(2) + body(b"xyz")),
    fails("a header of another class", PUBLISH + header(1, class_id=50)),
    fails("a header cut before its flags", PUBLISH + frames.frame(spec.HEADER, 1, b"\0\x3c\0\0")),
    fails("a header cut in a property", PUBLISH + header(1, flags=0x8000, rest=b"\x09te") + body(b"x")),
    scenario("a header with a weight", queue.Declare(queue="q"), raw(PUBLISH + header(1, weight=3) + body(b"x")),
             basic.Get(queue="q", no_ack=True)),
    scenario("a body in many frames", queue.Declare(queue="q"),
             raw(PUBLISH + header(6) + body(b"ab") + body(b"") + body(b"cdef")), basic.Get(queue="q", no_ack=True)),
    scenario("an empty body has no frame", queue.Declare(queue="q"), publish("q", b""),
             basic.Get(queue="q", no_ack=True)),
    scenario("contents of two channels interleave", queue.Declare(queue="q"), confirm.Select(),
             on("a2", confirm.Select()),
             raw(PUBLISH + frames.method(2, basic.Publish(routing_key="q")) + header(1)
                 + frames.frame(spec.HEADER, 2, spec_prefix(60, 0, 1) + b"\0\0")
                 + frames.frame(spec.BODY, 2, b"y") + body(b"x")),
             hear_any_order(2), queue.Declare(queue="q", passive=True)),
    scenario("an unfinished content ends with its channel", queue.Declare(queue="q"), raw(PUBLISH + header(5)),
             raw(frames.method(1, channel.Close(200)), 1), queue.Declare(queue="q", passive=True)),
    fails("a table with a value of unknown type", declare_with(b"\x01kZ")),
    fails("a table longer than its frame", method((50, 10), b"\0\0\x01q\0" + b"\0\0\xff\xff")),
    fails("a table that ends in a value", declare_with(b"\x01kI\0\0")),
    scenario("a table with every type of value", raw(declare_with(
        b"\x01aI\0\0\0\x01" + b"\x01bt\x01" + b"\x01cD\x02\0\0\0\x05" + b"\x01dT\0\0\0\0\0\0\0\x01"
        + b"\x01eF\0\0\0\0" + b"\x01fA\0\0\0\0" + b"\x01gV" + b"\x01hd" + bytes(8) + b"\x01if" + bytes(4)
        + b"\x01js\0\x01" + b"\x01kl" + bytes(8) + b"\x01mx\0\0\0\x01\xff" + b"\x01nb\x01" + b"\x01oB\x01"
        + b"\x01pu\0\x01" + b"\x01qi\0\0\0\x01"), 1)),
    scenario("a key of a table twice", raw(declare_with(b"\x0dx-message-ttlI\0\0\0\x01" * 2), 1)),
]  # fmt: skip
