"""Bytes changed as somebody would who knows what they mean: lengths, type letters, cuts, copies, splices."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LETTERS = b"SIltbBsufdDTFAxViLU\x00\xff"
"""Type letters of field values, and some that are none."""

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds with one to four changes."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 4)):
        chance.choice(MUTATIONS)(chance, data, seeds)
    return bytes(data)


def change_length(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """A field that may well be a length: four bytes (or one) whose number is no more than what follows."""
    places = [at for at in range(len(data) - 4) if 0 < int.from_bytes(data[at : at + 4], "big") <= len(data) - at]
    if places and chance.random() < 0.7:
        at = chance.choice(places)
        old = int.from_bytes(data[at : at + 4], "big")
        new = chance.choice((old - 1, old + 1, old * 2, 0, 2**31 - 1, 2**31, 2**32 - 1))
        data[at : at + 4] = (new % 2**32).to_bytes(4, "big")
    elif data:
        at = chance.randrange(len(data))
        data[at] = (data[at] + chance.choice((-1, 1, 128))) % 256


def change_letter(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    places = [at for at, byte in enumerate(data) if byte in LETTERS]
    if places:
        data[chance.choice(places)] = chance.choice(LETTERS)


def change_byte(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((0, 1, 127, 128, 254, 255, chance.randrange(256)))


def cut(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def repeat(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    start = chance.randrange(len(data) + 1)
    stop = chance.randint(start, min(len(data), start + 64))
    data[start:start] = data[start:stop] * chance.choice((1, 1, 2, 20))


def splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = chance.choice(seeds)
    at = chance.randrange(len(data) + 1)
    data[at:] = other[chance.randrange(len(other) + 1) :]


MUTATIONS: tuple[Mutation, ...] = (change_length, change_length, change_letter, change_byte, cut, repeat, splice)
