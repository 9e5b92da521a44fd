"""A7: definitions change at once or not at all, and an acknowledged change survives SIGKILL."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.definitions import AmqpWriter, ApiWriter, State, Writer, api, found, password
from tests.reliability.lives import JOIN_SECONDS, die
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.reliability import SEED, evidence, runs

KILLS = runs(short=10, long=150)
WRITERS = runs(short=6, long=50)
LIFE_SECONDS = (0.05, 0.5)
LIVES_TO_BREAK = 80
"""The first few find it; on a machine so busy that a life ends before much happened in it, more."""
BROKEN = ("tests.reliability.broken",)


class Definitions:
    """A home, and what each of its writers knows."""

    def __init__(self, home: Path, command: tuple[str, ...] = embedded.SERVE, **settings: str) -> None:
        self.home, self.command, self.settings = home, command, settings
        self.known: dict[str, State] = {f"w{number}": {} for number in range(WRITERS)}
        self.wrong: Counter[str] = Counter()
        self.changes = 0
        self._broker = self._started()

    def live(self, seed: int) -> None:
        """Writers at work on the running broker until it is killed; then what is there is compared."""
        choice = random.Random(seed)  # noqa: S311 (to repeat, not to keep secret)
        kinds = (AmqpWriter, ApiWriter)
        writers = [
            kinds[number % 2](self._broker, name, seed, known)
            for number, (name, known) in enumerate(self.known.items())
        ]
        for writer in writers:
            writer.start()
        die(self._broker, choice.uniform(*LIFE_SECONDS))
        for writer in writers:
            writer.join(JOIN_SECONDS)
            self.changes += writer.changes
        self._broker = self._started()
        there = found(self._broker)
        for writer in writers:
            self._compare(writer, {key: value for key, value in there.items() if key[1].startswith(f"{writer.name}.")})
        self._log_in(choice)

    def end(self) -> None:
        self._broker.kill()

    def _started(self) -> EmbeddedBroker:
        return embedded.start(self.home, self.command, **self.settings)

    def _compare(self, writer: Writer, there: State) -> None:
        if there not in (writer.known, writer.wanted):
            self.wrong["half a change"] += all(
                there.get(key) in (writer.known.get(key), writer.wanted.get(key))
                for key in there.keys() | writer.known.keys()
            )
            self.wrong["acknowledged and not there"] += len(writer.known.keys() & writer.wanted.keys() - there.keys())
            self.wrong["deleted and there"] += len(there.keys() - writer.known.keys() - writer.wanted.keys())
            self.wrong["other values"] += sum(
                there[key] not in (writer.known.get(key), writer.wanted.get(key))
                for key in there.keys() & (writer.known.keys() | writer.wanted.keys())
            )
        self.known[writer.name] = there

    def _log_in(self, choice: random.Random) -> None:
        """One of the users, with the password that belongs to its tag."""
        users = sorted(
            (key[1], number) for known in self.known.values() for key, number in known.items() if key[0] == "user"
        )
        if users:
            name, number = choice.choice(users)
            with api(self._broker, name, password(number)) as client:
                self.wrong["password of another time"] += client.get("whoami").status_code != 200


@pytest.mark.reliability("a7")
def test_acknowledged_definitions_survive_sigkill_whole(home: Path) -> None:
    definitions = Definitions(home)
    try:
        with evidence("A7 definitions over the wire", f"{KILLS} SIGKILLs, {WRITERS} writers, nothing wrong") as figures:
            for number in range(KILLS):
                definitions.live(SEED + number)
                figures |= {"kills": number + 1, "acknowledged changes": definitions.changes, **definitions.wrong}
                again = f"again: make reliability TEST=a7 SEED={SEED + number}"
                assert not +definitions.wrong, f"{+definitions.wrong}; {again}"
    finally:
        definitions.end()

    assert definitions.changes > KILLS


@pytest.mark.reliability("a7")
@pytest.mark.parametrize(
    ("broken", "seen_as"),
    [
        ("undead_policies", "deleted and there"),
        ("half_users", "password of another time"),
        ("close_before_ack", "acknowledged and not there"),
    ],
)
def test_broken_broker_is_found_out(broken: str, seen_as: str, home: Path) -> None:
    definitions = Definitions(home, BROKEN, REL_BREAK=broken)
    try:
        for number in range(LIVES_TO_BREAK):
            definitions.live(SEED + number)
            if definitions.wrong[seen_as]:
                break
    finally:
        definitions.end()

    assert definitions.wrong[seen_as]
