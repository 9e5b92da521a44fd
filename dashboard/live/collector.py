"""Asks every broker in turn, keeps what it said, and tells whoever watches. The only part that polls.

One task per broker with its own pace and timeout, so a slow broker delays nobody; clients are sync and run in threads.
What a broker is asked does not depend on how many people watch.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Overview, Queue
from brokerctl.errors import ClientError
from dashboard import brokers, verdicts
from dashboard.live.database import asked
from dashboard.live.feeds import Feeds
from dashboard.live.history import BrokerHistory, Key
from dashboard.live.keeper import Keeper
from dashboard.live.looker import Looker
from dashboard.live.marks import happened
from dashboard.looks import look
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, Rates, Snapshot

log = logging.getLogger(__name__)

THREADS = 8
"""Brokers asked at the same moment; a hanging one keeps a thread for its timeout."""

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 15.0)
"""Pause after the first, second… failure in a row; the last is kept. Short: a person waits for it to come back."""

ROWS_SECONDS = 1.0
"""How soon a broker that was added, edited or removed is noticed; sooner where others are asked more often."""

DETAIL_EVERY = 5
"""Nodes, vhosts and exchanges change slowly: asked every so many steps."""

SOON_SECONDS = 0.1
"""A list of queues that takes less is asked for at every step."""

REST = 4
"""For so many times what a longer one took it is not asked for again: a fifth of the time at most goes into it."""

MAX_NAMED = 1_000
"""Queues on screens that are asked for by name; with more, all are."""


class Collector:
    """`start` and `stop` belong to the web process's lifespan."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="collector")
        self._watchers: dict[int, Watcher] = {}
        self._lookers: dict[int, Looker] = {}
        self._keeper = Keeper(self._marked)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        tasks = [watcher.task for watcher in self._watchers.values()]
        tasks += [looker.task for looker in self._lookers.values()]
        if self._task is not None:
            tasks.append(self._task)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._keeper.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        while True:
            try:
                rows = await asked(lambda: list(Broker.objects.all()))
                self._match(rows)
                await self._feeds.tick(rows)
                await self._keeper.write()
            except Exception:
                # The top of a task that must outlive any single failure (a locked database, a full disk).
                log.exception("a step of the collector failed")
            await asyncio.sleep(min(ROWS_SECONDS, settings.COLLECT_EXTERNAL_SECONDS))

    def _match(self, rows: list[Broker]) -> None:
        known = {row.pk: row for row in rows}
        for pk, watcher in list(self._watchers.items()):
            row = known.get(pk)
            if row is None or fingerprint(row) != fingerprint(watcher.broker):
                watcher.task.cancel()
                del self._watchers[pk]
                self._lookers.pop(pk).task.cancel()
                self._keeper.close(pk)
                brokers.forget(pk)
                look.forget(watcher.broker.slug)
        for pk, row in known.items():
            if pk not in self._watchers:
                self._watchers[pk] = Watcher(row, self._feeds, self._threads, self._keeper)
                self._lookers[pk] = Looker(row, self._feeds, self._threads)

    def _marked(self, broker_id: int, queue: Key | None) -> None:
        watcher = self._watchers.get(broker_id)
        if watcher is not None:
            watcher.history.marked(queue)


class Watcher:
    """One broker: ask, remember, tell, pause. Without a keeper nothing is written."""

    def __init__(self, broker: Broker, feeds: Feeds, threads: ThreadPoolExecutor, keeper: Keeper | None = None) -> None:
        self.broker = broker
        self._feeds = feeds
        self._keeper = keeper
        self._threads = threads
        self._pause = settings.COLLECT_EMBEDDED_SECONDS if broker.is_embedded else settings.COLLECT_EXTERNAL_SECONDS
        self.history = BrokerHistory(broker.is_embedded, self._pause)
        self._steps = 0
        self._failures = 0
        self._all_due = 0.0
        """When all queues are to be asked for again, on the monotonic clock; before that only those on screens."""
        self._all_count = -1
        """Queues by the broker's own count, when all were asked for."""
        self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        await self._remember()
        while True:
            started = loop.time()
            try:
                await self._look_and_tell(loop)
            except Exception:
                # The top of a task that must outlive any single failure, as that of the collector.
                log.exception("telling of %s failed", self.broker.name)
            # A broker that is away may take long to fail: it is left alone from then on, as its card says.
            since = loop.time() if self._failures else started
            await asyncio.sleep(max(0.05, since + self._next_pause() - loop.time()))

    async def _remember(self) -> None:
        """What a process before this one wrote."""
        if self._keeper is None:
            return
        try:
            self.history.begin(await self._keeper.open(self.broker))
        except DatabaseError:
            # Without a past the charts begin now.
            log.exception("the past of %s cannot be read", self.broker.name)

    async def _look_and_tell(self, loop: asyncio.AbstractEventLoop) -> None:
        self.history.watched = self._feeds.watched_queues(self.broker.slug)
        taken = await loop.run_in_executor(self._threads, self._step)
        brokers.remember(self.broker.pk, taken)
        self._feeds.remember(self.broker, self.history)
        await self._feeds.broker_changed(self.broker)

    def _next_pause(self) -> float:
        if not self._failures:
            is_quick = self.broker.is_embedded and self._feeds.is_watched
            return min(self._pause, settings.COLLECT_WATCHED_SECONDS) if is_quick else self._pause
        return BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS)) - 1]

    def _step(self) -> Snapshot:
        """One look, in a thread. Failing is a state, not an exception."""
        before = brokers.snapshot(self.broker)
        try:
            taken = self._look(brokers.client(self.broker, brokers.unwatched_seconds()), before)
        except ClientError as error:
            return self._failed(before, str(error))
        except Exception:
            log.exception("asking %s failed", self.broker.name)
            return self._failed(before, "Postroom could not understand this broker's answer; its log says how")
        if self._failures:
            log.info("%s answers again", self.broker.name)
        self._failures = 0
        self._steps += 1
        self._record(before, taken)
        return taken

    def _record(self, before: Snapshot, taken: Snapshot) -> None:
        if self._keeper is None or taken.taken_at is None:
            return
        at, pk = taken.taken_at.timestamp(), self.broker.pk
        if taken.overview is not None:
            counts = taken.overview.messages_ready, taken.overview.messages_unacknowledged
            self._keeper.add(pk, None, at, (*counts, *_measured(taken.rates)))
        for key, row in taken.queues.items():
            if row is not before.queues.get(key):
                counts = row.queue.messages_ready, row.queue.messages_unacknowledged
                is_watched = key in self.history.watched
                self._keeper.add(pk, key, at, (*counts, *_measured(row.rates)), is_watched=is_watched)
        for queue, label in happened(before, taken):
            self._keeper.mark(pk, queue, taken.taken_at, label)

    def _look(self, client: BrokerClient, before: Snapshot) -> Snapshot:
        overview = client.overview()
        is_detailed = self._steps % DETAIL_EVERY == 0 or not before.nodes or not before.is_live
        nodes = tuple(client.nodes()) if is_detailed else before.nodes
        vhosts = tuple(client.vhosts()) if is_detailed else before.vhosts
        exchanges = tuple(client.exchanges()) if is_detailed or self._feeds.wants_exchanges(self.broker.slug) else None
        queues, is_whole = self._queues(client, before, overview)
        at, wall, now = time.monotonic(), time.time(), datetime.now(UTC)
        rates = self.history.broker(overview, at, wall)
        rows = self.history.queues(queues, at, wall, now, is_whole=is_whole)
        judged = {key: verdicts.judge(row, now) for key, row in rows.items()}
        series = self.history.series
        taken = Snapshot(
            state=BrokerState.LIVE,
            taken_at=now,
            overview=overview,
            nodes=nodes,
            vhosts=vhosts,
            rates=rates,
            depth=tuple(_sum(values[0], values[1]) for _, values in series.points("10m")),
            publish=series.column("10m", 2),
            deliver=series.column("10m", 3),
            ack=series.column("10m", 4),
            queues=rows if is_whole else before.queues | rows,
            verdicts=judged if is_whole else {**before.verdicts, **judged},
            exchanges=before.exchanges if exchanges is None else exchanges,
            exchange_rates=before.exchange_rates if exchanges is None else self.history.exchanges(list(exchanges), at),
        )
        # Here, in the thread: whoever renders or sends it finds it ready.
        verdicts.summary(taken, now)
        return taken

    def _queues(self, client: BrokerClient, before: Snapshot, overview: Overview) -> tuple[list[Queue], bool]:
        """All queues, or only those that somebody looks at; and whether it is all.

        A list of ten thousand takes the broker and this process half a second. So when all of them took long, it is
        some time until they are asked for again. Meanwhile those on screens are, unless queues came or went.
        """
        began = time.monotonic()
        if began < self._all_due and before.is_live and overview.queues == self._all_count:
            names = self._feeds.listed_queues(self.broker.slug) | self.history.watched
            if overview.capabilities.only and len(names) <= MAX_NAMED:
                return client.queues_named(sorted(names)) if names else [], False
        # By name: the order in which every list breaks ties.
        queues = sorted(client.queues(), key=lambda queue: (queue.name, queue.vhost))
        took = time.monotonic() - began
        self._all_count = overview.queues
        self.history.rest_seconds = took * (1 + REST) if took > SOON_SECONDS else 0.0
        self._all_due = began + self.history.rest_seconds
        return queues, True

    def _failed(self, before: Snapshot, reason: str) -> Snapshot:
        self._failures += 1
        now = datetime.now(UTC)
        if self._failures == 1:
            log.warning("%s: %s", self.broker.name, reason)
        return replace(
            before,
            state=BrokerState.UNREACHABLE,
            error=reason,
            failed_at=before.failed_at if before.state is BrokerState.UNREACHABLE else now,
            retry_at=now + timedelta(seconds=self._next_pause()),
            attempts=self._failures,
        )


def fingerprint(row: Broker) -> tuple[object, ...]:
    """Changes when the collector must connect anew."""
    return (
        row.slug,
        row.host,
        row.amqp_port,
        row.amqp_tls,
        row.api_port,
        row.api_tls,
        row.verify_tls,
        row.username,
        bytes(row.password_encrypted),
        bytes(row.tls_encrypted),
    )


def _measured(rates: Rates) -> tuple[float | None, float | None, float | None]:
    return rates.publish, rates.deliver, rates.ack


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
