"""Every method reads back what it wrote; a few are checked against the bytes of a packet capture."""

from __future__ import annotations

import dataclasses

import pytest

from brokerctl.errors import AmqpSyntaxError, CommandInvalid
from brokerctl.wire import methods
from brokerctl.wire.methods import basic, queue

SAMPLES = {"shortstr": "größe", "longstr": b"\x00raw", "table": {"k": [1, None]}, "bit": True}


@pytest.mark.parametrize("cls", methods.METHODS.values(), ids=lambda cls: cls.name)
def test_method_survives_a_round_trip(cls: type[methods.Method]) -> None:
    arguments = {field.name: SAMPLES.get(field.metadata["kind"], 7) for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    method = cls(**arguments)

    assert methods.decode(methods.encode(method)) == method


def test_queue_declare_is_the_bytes_on_the_wire() -> None:
    declare = queue.Declare(queue="a", durable=True, nowait=True)

    assert methods.encode(declare) == b"\x00\x32\x00\x0a\x00\x00\x01a\x12\x00\x00\x00\x00"


def test_basic_ack_is_the_bytes_on_the_wire() -> None:
    assert methods.encode(basic.Ack(1, True)) == b"\x00\x3c\x00\x50\x00\x00\x00\x00\x00\x00\x00\x01\x01"


def test_unknown_method_is_a_command_error() -> None:
    with pytest.raises(CommandInvalid, match="no method 99 in class 60"):
        methods.decode(b"\x00\x3c\x00\x63")


@pytest.mark.parametrize("cut", range(4, 16))
def test_cut_method_is_a_syntax_error(cut: int) -> None:
    whole = methods.encode(queue.Declare(queue="abc"))

    with pytest.raises(AmqpSyntaxError):
        methods.decode(whole[:cut] if cut < len(whole) else whole[:-1])


@pytest.mark.parametrize("cls", methods.METHODS.values(), ids=lambda cls: cls.name)
def test_method_with_something_behind_its_arguments_is_a_syntax_error(cls: type[methods.Method]) -> None:
    with pytest.raises(AmqpSyntaxError, match="goes on after its arguments"):
        methods.decode(methods.encode(cls()) + b"\x00")
