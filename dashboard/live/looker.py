"""Renews what somebody has on a screen, of one broker: the only part that asks for connections, nodes and the like.

One request at a time, each as often as the collector looks, and the less often the longer it takes: however many
watch, and whatever they watch, a broker spends a fifth of one client's time on it at most.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from brokerctl.errors import ClientError
from brokerctl.metrics.series import Series
from dashboard import brokers
from dashboard.live.feeds import Feeds
from dashboard.live.things import Watched
from dashboard.looks import charted, look
from dashboard.models import Broker
from dashboard.snapshot import BrokerState

log = logging.getLogger(__name__)

STEP_SECONDS = 0.25
"""How soon what somebody opened is asked for."""

FORGET_SECONDS = 30.0
"""A chart that nobody has watched for this long begins anew, with the past that the broker kept."""


class Looker:
    """One broker. Cancel `task` to end it."""

    def __init__(self, broker: Broker, feeds: Feeds, threads: ThreadPoolExecutor) -> None:
        self.broker = broker
        self._feeds = feeds
        self._threads = threads
        self._pause = settings.COLLECT_EMBEDDED_SECONDS if broker.is_embedded else settings.COLLECT_EXTERNAL_SECONDS
        self._due: dict[Hashable, float] = {}
        self._series: dict[str, tuple[Series, float]] = {}
        self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self._round()
            except Exception:
                # The top of a task that must outlive any single failure, as that of the collector.
                log.exception("looking at %s failed", self.broker.name)
            await asyncio.sleep(STEP_SECONDS)

    async def _round(self) -> None:
        watched = self._feeds.watched_looks(self.broker.slug)
        self._due = {key: at for key, at in self._due.items() if key in watched}
        self._forget(watched)
        if brokers.snapshot(self.broker).state is BrokerState.UNREACHABLE:
            # The collector finds out when it is back.
            return
        loop = asyncio.get_running_loop()
        for each in watched:
            if self._due.get(each, 0.0) > loop.time():
                continue
            await loop.run_in_executor(self._threads, self._ask, each)
            cost = look.cost(self.broker, each.kind, each.names)
            self._due[each] = loop.time() + max(self._pause, look.COST_FACTOR * cost)
            await self._feeds.looked(self.broker, each.feed)

    def _ask(self, each: Watched) -> None:
        """In a thread. That the broker refuses, or has no such thing, is told by what the feed says then."""
        try:
            found = look.renew(self.broker, each.kind, each.names, brokers.unwatched_seconds())
            if found.error or each.kind.name not in charted.CHARTED:
                return
            self._measure(each, found.value)
        except ClientError as error:
            log.debug("%s: %s", each.feed, error)
        except Exception:
            # One answer that nobody foresaw must not keep all that is looked at after it from its turn.
            log.exception("looking at %s failed", each.feed)

    def _measure(self, each: Watched, value: object) -> None:
        now = time.time()
        known = self._series.get(each.feed)
        if known is None:
            client = brokers.client(self.broker, brokers.unwatched_seconds())
            series = charted.past(client, each.kind.name, each.names, now)
            self._feeds.chart(each.feed, series)
        else:
            series = known[0]
        self._series[each.feed] = series, time.monotonic()
        series.add(now, charted.CHARTED[each.kind.name].measure(value))

    def _forget(self, watched: list[Watched]) -> None:
        feeds = {each.feed for each in watched}
        for feed, (_, used_at) in list(self._series.items()):
            if feed not in feeds and time.monotonic() - used_at > FORGET_SECONDS:
                del self._series[feed]
                self._feeds.chart(feed, None)
