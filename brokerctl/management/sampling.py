"""Reads every number at intervals, so that the API can tell rates. The clock and the broker are read here; what is
made of the readings is in series.py.

A pass over ten thousand queues costs some 40 ms of CPU every five seconds, and never more than a moment in one piece.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Any

from brokerctl.core.queue import Queue
from brokerctl.management import readings
from brokerctl.management.door import Door
from brokerctl.management.readings import Numbers
from brokerctl.management.series import Range, Series

INTERVAL_SECONDS = 5.0
"""RabbitMQ's collect_statistics_interval; tools choose their ranges as multiples of it."""

OBJECT_SECONDS = 60
"""Kept of each queue, exchange, connection and channel: what the pages of one object ask for."""

TOTAL_SECONDS = 600
"""Kept of the broker, its node and its vhosts, of which there are few."""

BATCH = 200
"""Objects read in one piece: about a millisecond of the loop."""


class Sampler:
    """The readings of everything there is. `run` takes them; `series` gives those of one object."""

    def __init__(self, door: Door, clock: Callable[[], float]) -> None:
        self._door = door
        self._clock = clock
        self._series: dict[int, Series] = {}
        """By identity: a series holds on to what it was read from, so no other object can have its number."""

    def series(self, source: object) -> Series | None:
        """The readings of this object; None when it is younger than the last pass."""
        return self._series.get(id(source))

    def reset(self) -> None:
        """Forget all readings. What was counted stays counted: the totals belong to the objects."""
        self._series.clear()

    @property
    def clock_offset(self) -> float:
        """Seconds to add to a reading's time to get seconds since 1970."""
        return time.time() - self._clock()

    async def run(self) -> None:
        """Take readings until cancelled."""
        while True:
            started = self._clock()
            for _ in self._pass(started):
                await asyncio.sleep(0)
            await asyncio.sleep(max(0.0, started + INTERVAL_SECONDS - self._clock()))

    def read_all(self) -> None:
        """One whole pass, now."""
        for _ in self._pass(self._clock()):
            pass

    def _pass(self, at: float) -> Iterator[None]:
        """Read everything once, giving way now and then; forget what is no more."""
        broker, of_vhosts = self._door.broker, list[Numbers]()
        for vhost in list(broker.vhosts.values()):
            lengths = yield from self._queues(list(vhost.queues.values()), at)
            for exchange in list(vhost.exchanges.values()):
                self._read(exchange, at, readings.of_exchange(exchange))
            of_vhosts.append(readings.of_vhost(vhost, broker, lengths))
            self._read(vhost, at, of_vhosts[-1], TOTAL_SECONDS)
            yield
        yield from self._connections(at)
        self._read(broker, at, readings.summed(of_vhosts), TOTAL_SECONDS)
        self._read(broker.context.churn, at, readings.of_churn(broker), TOTAL_SECONDS)
        self._read(self._door, at, readings.of_node(self._door.node(), broker), TOTAL_SECONDS)
        for key in [key for key, series in self._series.items() if series.read_at < at]:
            del self._series[key]

    def _queues(self, queues: list[Queue], at: float) -> Generator[None, None, tuple[int, int]]:
        """Ends with how many messages are ready and unacked in all of them: that needs no second look at each."""
        all_ready = all_unacked = 0
        for position, queue in enumerate(queues, 1):
            numbers = readings.of_queue(queue)
            _, ready, unacked, *_ = numbers
            all_ready, all_unacked = all_ready + ready, all_unacked + unacked
            self._read(queue, at, numbers).mix_capacity(queue.can_deliver)
            if position % BATCH == 0:
                yield
        return all_ready, all_unacked

    def _connections(self, at: float) -> Iterator[None]:
        connections, broker = self._door.connections(), self._door.broker
        for vhost, traffic in readings.of_traffic(broker.vhosts.values(), connections):
            self._read(vhost.closed_connections, at, traffic, TOTAL_SECONDS)
        for position, connection in enumerate(connections, 1):
            self._read(connection.peer, at, readings.of_connection(connection))
            for channel in list(connection.peer.channels.values()):
                self._read(channel, at, readings.of_channel(channel))
            if position % BATCH == 0:
                yield

    def _read(self, source: object, at: float, values: Numbers, keep_seconds: float = OBJECT_SECONDS) -> Series:
        series = self._series.get(id(source))
        if series is None:
            series = self._series[id(source)] = Series(source, keep_seconds)
        series.read(at, values)
        return series


class Rates:
    """Turns the numbers of one object into JSON: each with its `…_details`, over the range that was asked for."""

    def __init__(self, sampler: Sampler, asked: Range | None) -> None:
        self._sampler = sampler
        self._asked = asked
        self._offset = sampler.clock_offset

    def rate(self, source: object, names: tuple[str, ...], name: str) -> float:
        """Change per second of one number."""
        series = self._sampler.series(source)
        if series is None or not series.is_moving:
            return 0.0
        rate = series.rate(names.index(name))
        return rate if name in readings.GAUGES else max(0.0, rate)

    def details(self, source: object, names: tuple[str, ...], name: str) -> dict[str, Any]:
        """The `…_details` of one number of `source`, whose readings are in the order of `names`."""
        series = self._sampler.series(source)
        if series is None:
            return {"rate": 0.0} if self._asked is None else {"rate": 0.0, "samples": []}
        if self._asked is None and not series.is_moving:
            return {"rate": 0.0}
        found = series.details(names.index(name), self._asked, self._offset)
        if name not in readings.GAUGES:
            found["rate"] = max(0.0, found["rate"])
        return found

    def both(
        self, source: object, names: tuple[str, ...], values: Numbers, wanted: tuple[str, ...] | None = None
    ) -> dict[str, Any]:
        """The numbers, each followed by its details; all of them, or those `wanted`."""
        series = self._sampler.series(source)
        is_still = self._asked is None and (series is None or not series.is_moving)
        found: dict[str, Any] = {}
        for name, name_of_details, position in _columns(names, wanted or names):
            found[name] = values[position]
            found[name_of_details] = {"rate": 0.0} if is_still else self.details(source, names, name)
        return found


@lru_cache
def _columns(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[tuple[str, str, int]]:
    return [(name, f"{name}_details", names.index(name)) for name in wanted]
