"""What a broker promises about queues, as plain lists: the reference of the model test.

It does not say which consumer gets a message, only that somebody with credit gets the first one, at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Letter:
    """One message in one queue. Numbers grow in the order of publishing."""

    number: int
    size: int
    is_persistent: bool
    is_redelivered: bool = False
    is_certain: bool = False
    """Confirmed, or known to be on disk: a kill may not take it."""


@dataclass(eq=False)
class Consumer:
    queue: Queue
    needs_ack: bool
    prefetch: int
    unacked: int = 0

    @property
    def credit(self) -> int:
        return self.prefetch - self.unacked if self.needs_ack and self.prefetch else 1_000_000


@dataclass(eq=False)
class Queue:
    name: str
    is_durable: bool
    max_length: int | None
    ready: list[Letter] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)
    ghosts: list[Letter] = field(default_factory=list)
    """Done with, but perhaps not yet on disk: a kill may bring them back."""
    is_deleted: bool = False

    @property
    def due(self) -> int:
        """How many messages must be on their way to consumers."""
        return min(len(self.ready), sum(consumer.credit for consumer in self.consumers))

    def push(self, letter: Letter) -> None:
        self.ready.append(letter)
        while self.max_length is not None and len(self.ready) - self.due > self.max_length:
            self.end(self.ready.pop(self.due))

    def give_back(self, letters: list[Letter]) -> None:
        """To the places they had; nobody takes anything in between."""
        for letter in letters:
            letter.is_redelivered = True
        if self.is_deleted:
            return
        self.ready = sorted([*self.ready, *letters], key=lambda letter: letter.number)
        # What comes back counts against the limit before anybody gets it (RabbitMQ, too, drops the head then).
        while self.max_length is not None and len(self.ready) > self.max_length:
            self.end(self.ready.pop(0))

    def purge(self) -> int:
        count = len(self.ready)
        for letter in self.ready:
            self.end(letter)
        self.ready = []
        return count

    def end(self, letter: Letter) -> None:
        """Acknowledged, dropped or purged."""
        if self.is_durable and letter.is_persistent:
            self.ghosts.append(letter)

    def outlives(self, found: list[int]) -> None:
        """After a kill it holds these. What is certain must be among them, and nothing that is certainly gone."""
        possible = {letter.number: letter for letter in [*self.ready, *self.ghosts] if letter.is_persistent}
        most = len(possible) if self.max_length is None else self.max_length
        # What was done with and is back is younger than some, and then pushes them out.
        youngest = sorted(possible)[max(len(possible) - most, 0) :]
        certain = [letter.number for letter in self.ready if letter.is_certain and letter.number in youngest]
        assert len(found) <= most, f"more than its limit of {most}: {found}"
        assert found == sorted(set(found)), f"doubled or out of order: {found}"
        assert set(certain) <= set(found), f"confirmed and lost: {set(certain) - set(found)}"
        assert set(found) <= possible.keys(), f"nobody sent, or gone for good: {set(found) - possible.keys()}"
        self.ready, self.ghosts = [possible[number] for number in found], []
        for letter in self.ready:
            letter.is_certain = letter.is_redelivered = True


@dataclass(eq=False)
class Delivery:
    queue: Queue
    letter: Letter
    consumer: Consumer | None


@dataclass(eq=False)
class Channel:
    number: int
    last_tag: int = 0
    held: dict[int, Delivery] = field(default_factory=dict)
    consumers: dict[str, Consumer] = field(default_factory=dict)
    confirms: bool = False
    published: int = 0
    unconfirmed: dict[int, list[Letter]] = field(default_factory=dict)

    def hand_out(self, delivery: Delivery, needs_ack: bool) -> None:
        self.last_tag += 1
        if needs_ack:
            self.held[self.last_tag] = delivery
        else:
            delivery.queue.end(delivery.letter)

    def settle(self, tag: int, multiple: bool, requeue: bool) -> None:
        """Acknowledge or refuse (`requeue` False), or give back."""
        tags = [held for held in self.held if held <= tag or not tag] if multiple else [tag]
        back: dict[Queue, list[Letter]] = {}
        for delivery in [self.held.pop(held) for held in tags]:
            if delivery.consumer is not None:
                delivery.consumer.unacked -= 1
            if requeue:
                back.setdefault(delivery.queue, []).append(delivery.letter)
            else:
                delivery.queue.end(delivery.letter)
        for queue, letters in back.items():
            queue.give_back(letters)

    def close(self) -> None:
        for consumer in self.consumers.values():
            if consumer in consumer.queue.consumers:
                consumer.queue.consumers.remove(consumer)
        if self.held:
            self.settle(0, multiple=True, requeue=True)

    def confirmed(self, sequence: int, multiple: bool) -> None:
        """Whatever is confirmed is confirmed once, and only what was published."""
        numbers = [each for each in self.unconfirmed if each <= sequence] if multiple else [sequence]
        for number in numbers:
            for letter in self.unconfirmed.pop(number):
                letter.is_certain = True
