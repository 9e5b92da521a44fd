"""A queue's messages on their way to another place: taken unacked, published with confirms, acked when confirmed.

Both connections are driven by one loop, so that the destination confirms while the source delivers. Who carries says
for each message where it goes (`Decide`) and hears what became of it (`Settle`); the order, the windows and the promise
that nothing is acked which is not confirmed are kept here.

Taken are exactly as many messages as were asked for. A consumer is pushed `prefetch` messages beyond what it acked, so
acks that would let it have too many are held back until it is cancelled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from pika.adapters.select_connection import IOLoop

from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address, Decide, Settle, Taken
from brokerctl.errors import ClientError

WINDOW = 2000
"""Messages in flight: bounds what a crash can double, and fills the wire. RabbitMQ's shovel has half as many, and waits
for nobody but itself; this process must also get its turn on a busy machine."""

WINDOW_BYTES = 8 * 1024 * 1024
"""Or as many as fit into this."""

FIRST = 50
"""Messages that are got before anything is consumed: they tell how large the others may be, and whether the queue lets
anybody get at all."""

GETS = 200
"""Requests for single messages on their way at once."""

STALL_SECONDS = 0.2
"""A consumer that gets nothing for so long, while nothing is in flight: others took the rest, or get all of it."""


class Carrier:
    """brokerctl.clients.base.Carrier. Leaving it gives back what was taken and not settled, in order."""

    def __init__(self, source: Address, vhost: str, target: Address, target_vhost: str) -> None:
        self._loop = IOLoop()
        self._loop.activate_poller()
        self._source = PikaSession.open(source, vhost, self._loop)
        try:
            self._target = PikaSession.open(target, target_vhost, self._loop)
        except BaseException:
            self._source.close()
            raise
        self._flying: dict[int, int] = {}
        """Delivery tags of what is published and not answered, in order, with the bytes of each."""
        self._by_number: dict[int, Taken] = {}
        """The same messages by the number of their publish."""
        self._settled: list[int] = []
        """Delivery tags to be acked."""
        self._kept: dict[int, None] = {}
        """Delivery tags of what goes back to its place at the end."""
        self._bytes = self._all_bytes = 0
        self._queue = ""
        self._taken = self._total = 0
        self._may_ack: int | None = None
        """How many acks the consumer's window leaves; None: any number."""
        self._is_cut_short = self._keeps = False
        self._allowance: Callable[[], int] | None = None

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._give_back()
        finally:
            self._target.close()
            self._source.close()
            self._loop.deactivate_poller()
            self._loop.close()

    def count(self, queue: str) -> int:
        return self._source.count(queue)

    def carry(
        self,
        queue: str,
        total: int,
        decide: Decide,
        settle: Settle,
        *,
        keep: bool = False,
        consume: bool = True,
        is_stopped: Callable[[], bool] = lambda: False,
        allowance: Callable[[], int] | None = None,
    ) -> None:
        self._queue, self._total, self._allowance, self._keeps = queue, total, allowance, keep
        quiet = _Quiet(self._source, self._target)
        while not self._is_over:
            self._is_cut_short |= is_stopped()
            if self._source.is_consuming:
                self._end_consuming(quiet)
            elif not self._is_cut_short:
                consume = self._fetch(queue, consume)
            self._send(decide)
            if not self._target.answered and not self._is_over:
                quiet.turn(bool(self._flying) or self._source.is_asking)
            self._settle(settle, keep)
            self._ack()
            self._source.check()
            self._target.check()

    @property
    def _is_over(self) -> bool:
        ends = self._is_cut_short or self._taken >= self._total
        busy = self._flying or self._source.received or self._source.is_asking or self._source.is_consuming
        return ends and not busy and not self._target.answered

    # Taking

    def _fetch(self, queue: str, consume: bool) -> bool:
        """Ask for more; whether consuming may be tried later."""
        if self._source.is_empty:
            self._is_cut_short = True
            return False
        left = self._total - self._taken
        if consume and self._taken >= FIRST and left > GETS:
            if self._flying or self._source.is_asking or self._source.received:
                return True
            prefetch = min(WINDOW, left, WINDOW_BYTES * self._taken // max(self._all_bytes, 1))
            if prefetch >= GETS and len(self._kept) == 0:
                self._may_ack = left - prefetch
                self._source.consume(queue, prefetch)
                # Once it has ended there was a reason why.
            return False
        wanted = min(left, FIRST if consume and left > GETS else GETS, WINDOW - len(self._flying))
        if self._allowance is not None:
            wanted = min(wanted, self._allowance())
        if wanted > 0 and not self._source.is_asking and not self._source.received and self._bytes < WINDOW_BYTES:
            self._source.ask(queue, wanted)
        return consume

    def _end_consuming(self, quiet: _Quiet) -> None:
        has_all = self._taken + len(self._source.received) >= self._total
        is_stalled = not self._flying and not self._source.received and quiet.seconds >= STALL_SECONDS
        # What is kept stays in the consumer's window and would fill it.
        if has_all or is_stalled or self._is_cut_short or len(self._kept) >= GETS // 2:
            self._source.cancel()
            self._may_ack = None

    def _send(self, decide: Decide) -> None:
        received = self._source.received
        while received:
            message = received.popleft()
            self._taken += 1
            self._all_bytes += len(message.body)
            sent = decide(message)
            if sent is None:
                self._kept[message.delivery_tag] = None
                continue
            self._bytes += len(message.body)
            self._flying[message.delivery_tag] = len(message.body)
            self._by_number[self._target.send(sent)] = message
        self._target.flush()

    # Settling

    def _settle(self, settle: Settle, keep: bool) -> None:
        answered = self._target.answered
        for number in list(answered):
            result = answered.pop(number)
            message = self._by_number.pop(number)
            self._bytes -= self._flying.pop(message.delivery_tag)
            if result.confirmed and result.routed and not keep:
                self._settled.append(message.delivery_tag)
            else:
                self._kept[message.delivery_tag] = None
            settle(message, result)

    def _ack(self) -> None:
        settled = self._settled
        if self._may_ack is not None and len(settled) > self._may_ack:
            settled.sort()
            settled = settled[: self._may_ack]
        if not settled:
            return
        if self._kept:
            for tag in settled:
                self._source.ack(tag)
        else:
            # With one ack for all before the oldest that is in flight; the others wait for it.
            oldest = next(iter(self._flying), None)
            settled = settled if oldest is None else [tag for tag in settled if tag < oldest]
            if not settled:
                return
            self._source.ack(max(settled), multiple=True)
        done = set(settled)
        self._settled = [tag for tag in self._settled if tag not in done]
        if self._may_ack is not None:
            self._may_ack -= len(done)

    def _give_back(self) -> None:
        """A connection that broke has returned everything already."""
        try:
            # What was confirmed meanwhile has moved, whoever still wanted to hear of it.
            self._settle(lambda message, result: None, self._keeps)
            self._source.cancel()
            self._may_ack = None
            for tag in self._settled:
                self._source.ack(tag)
            left = len(self._kept) + len(self._flying) + len(self._source.received)
            self._source.give_back(self._queue, left)
        except ClientError:
            return


class _Quiet:
    """For how long the loop has waited, and nothing has come from either side. Time spent elsewhere does not count."""

    def __init__(self, *sessions: PikaSession) -> None:
        self._sessions = sessions
        self._heard = 0
        self.seconds = 0.0

    def turn(self, is_waiting: bool) -> None:
        """Let the loop work. Raises BrokerUnreachable when one who owes an answer has been silent for too long."""
        began = time.monotonic()
        self._sessions[0].turn(STALL_SECONDS)
        heard = sum(session.heard for session in self._sessions)
        self.seconds = self.seconds + time.monotonic() - began if heard == self._heard else 0.0
        self._heard = heard
        for session in self._sessions:
            if is_waiting and self.seconds > session.timeout:
                raise session.silent()
