"""What each feed contains, and who may have it. The middle between the collector and the sockets.

Feeds:
    frame                            what stands around every page: how the brokers are, and how many jobs run
    brokers                          cards of the overview, by slug, and a point of everybody's rates
    broker:<broker>                  a point of the charts of the whole broker
    queues:<broker>                  rows of the list, by row key; `only` limits them, `query` asks for their order
    queue:<broker>:<vhost>:<queue>   tiles of one queue, and a point of its charts
    exchanges:<broker>               rates of the exchanges
    connections:<broker> …           what is asked for only while somebody watches: dashboard.live.things
    topology:<broker>:<what is drawn>  the map: dashboard.live.flow
    jobs, job:<id>                   progress of jobs
Names are path segments (dashboard.paths), so that a colon in a queue's name is not one of ours.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from operator import or_

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from brokerctl.metrics.series import GRAINS, Series
from dashboard import access, brokers, paths, verdicts
from dashboard.live import flow, rows, things
from dashboard.live.database import asked
from dashboard.live.history import BrokerHistory, Key
from dashboard.live.protocol import LEASE_SECONDS, Data, encode
from dashboard.live.subscriptions import Sender, Stream, StreamKey, Subscriptions, push
from dashboard.live.things import Watched
from dashboard.models import Broker, Operation
from dashboard.models.operation import OperationQuerySet
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.tables.queues import order

JOBS_SHOWN = 100
ORDER_ROWS = 1_000
ORDER_SECONDS = 5.0
"""How often the order of a list of more than ORDER_ROWS queues is worked out, however many watch it."""

JOB_NUMBER = re.compile(r"[0-9]{1,18}")
"""What fits the database's 64 bits."""


class Refused(Exception):
    """There is no such feed for this person."""


class Feeds:
    """One per web process."""

    def __init__(self, send: Sender) -> None:
        self._send = send
        self.subscriptions = Subscriptions(LEASE_SECONDS)
        self._histories: dict[str, BrokerHistory] = {}
        self._rows: list[Broker] = []
        self._charts: dict[str, Series] = {}
        """Of looked-at things, by feed."""

    # For sockets

    async def subscribe(
        self,
        socket: str,
        user: AbstractBaseUser | AnonymousUser,
        feed: str,
        only: tuple[str, ...] | None,
        query: str = "",
    ) -> None:
        """Check, register, then send everything. Raises Refused."""
        scope = await asked(_scope, user, feed)
        key = StreamKey(feed, scope, None if only is None else frozenset(only), query)
        stream = self.subscriptions.subscribe(socket, key, time.monotonic())
        await self._refresh(stream)

    async def renew(self, socket: str, user: AbstractBaseUser | AnonymousUser) -> None:
        """Keep the socket's feeds, with what the person may see now; those that are no longer for them are refused."""
        keys = self.subscriptions.keys(socket)
        scopes = await asked(_scopes, user, [key.feed for key in keys])
        for key in keys:
            if key.feed not in scopes:
                self.subscriptions.unsubscribe(socket, key.feed)
                await self.refuse(socket, key.feed)
            elif scopes[key.feed] != key.scope:
                now = StreamKey(key.feed, scopes[key.feed], key.only, key.query)
                await self._refresh(self.subscriptions.subscribe(socket, now, time.monotonic()))
        self.subscriptions.renew(socket, time.monotonic())

    async def refuse(self, socket: str, feed: str) -> None:
        await self._send(socket, encode("refused", feed=feed, reason="no such feed"))

    # For the collector

    def remember(self, broker: Broker, history: BrokerHistory) -> None:
        self._histories[broker.slug] = history

    @property
    def is_watched(self) -> bool:
        """Whether any page is open."""
        return bool(self.subscriptions.sockets)

    def watched_queues(self, slug: str) -> set[Key]:
        """Queues of this broker that somebody has open."""
        watched = set()
        for stream in self.subscriptions.streams(f"queue:{slug}:"):
            _, _, vhost, queue = stream.key.feed.split(":")
            watched.add((paths.name(vhost), paths.name(queue)))
        return watched

    def listed_queues(self, slug: str) -> set[Key]:
        """Queues of this broker that stand in a list on somebody's screen."""
        listed: set[Key] = set()
        for stream in self.subscriptions.streams(f"queues:{slug}"):
            if stream.key.feed == f"queues:{slug}":
                listed.update(_names(stream.key.only or ()))
        return listed

    def wants_exchanges(self, slug: str) -> bool:
        return any(self.subscriptions.streams(f"{kind}:{slug}") for kind in ("exchanges", flow.KIND))

    def watched_looks(self, slug: str) -> list[Watched]:
        """What somebody has on a screen and the collector does not ask for."""
        feeds = dict.fromkeys(stream.key.feed for stream in self.subscriptions.streams(""))
        parts = ((feed, *feed.split(":", 2)[:2]) for feed in feeds)
        return [
            things.watched(feed) if kind in things.THINGS else flow.watched(feed)
            for feed, kind, *named in parts
            if (kind in things.THINGS or kind == flow.KIND) and named == [slug]
        ]

    def chart(self, feed: str, series: Series | None) -> None:
        """The past of a looked-at thing; None: there is none any more."""
        if series is None:
            self._charts.pop(feed, None)
            return
        self._charts[feed] = series
        for stream in self.subscriptions.streams(feed):
            if stream.key.feed == feed:
                stream.start_over()

    async def looked(self, broker: Broker, feed: str) -> None:
        """The broker was asked for this."""
        for stream in self.subscriptions.streams(feed):
            if stream.key.feed == feed:
                await self._refresh(stream)

    async def broker_changed(self, broker: Broker) -> None:
        """A new snapshot is there: refresh what shows it."""
        slug = broker.slug
        for prefix in (f"broker:{slug}", f"queues:{slug}", f"queue:{slug}:", f"exchanges:{slug}"):
            for stream in self.subscriptions.streams(prefix):
                if stream.key.feed == prefix or prefix.endswith(":"):
                    await self._refresh(stream)

    async def tick(self, known: list[Broker]) -> None:
        """Once a second: what belongs to no single broker, and a sign of life for everybody."""
        self._rows = known
        self.subscriptions.expire(time.monotonic())
        of_all = (stream for kind in ("frame", "brokers", "job") for stream in self.subscriptions.streams(kind))
        for stream in list(of_all):
            await self._refresh(stream)
        text = encode("tick", at=time.time())
        for socket in self.subscriptions.sockets:
            await self._send(socket, text)

    # What is in them

    async def _refresh(self, stream: Stream) -> None:
        kind, *names = stream.key.feed.split(":")
        # A subscription and a tick can meet here: without turns, older data could overtake newer.
        async with stream.turn:
            if kind in ("jobs", "job"):
                data = await asked(self._jobs, stream.key)
            elif kind == "frame":
                running = await asked(_jobs_within(stream.key.scope).unfinished().count)
                data = {"brokers": self._beside_names(stream.key), "jobs": running}
            elif kind == flow.KIND:
                # Of a broker with ten thousand queues it takes half a second.
                data = await asyncio.to_thread(self._data, kind, names, stream.key)
            else:
                data = self._data(kind, names, stream.key)
                if kind == "queues" and stream.key.query:
                    data["order"] = await self._order(names[0], stream)
            await push(stream, data, lambda: self._past(kind, names, stream.key, data), time.time(), self._send)

    def _data(self, kind: str, names: list[str], key: StreamKey) -> Data:
        now = datetime.now(UTC)
        if kind == "brokers":
            return self._brokers(key, now)
        broker = next((row for row in self._rows if row.slug == names[0]), None)
        if broker is None:
            return {"state": "connecting"}
        if kind == flow.KIND:
            return flow.data(broker, key, now)
        if kind in things.THINGS:
            found = things.data(broker, key, now)
            # A chart is one for all who name it: those who may not see the thing get nothing of that, either.
            return found | {"points": {} if found["gone"] else self._latest(self._charts.get(key.feed))}
        taken = brokers.snapshot(broker).only(key.scope)
        if kind == "broker":
            points, marks = self._latest(self._series(broker.slug, None)), self._marks(broker.slug, None)
            return {"state": taken.state.value, "points": points, "marks": marks}
        if kind == "queue":
            name = paths.name(names[1]), paths.name(names[2])
            data = rows.queue_detail(taken.queues.get(name), taken, now)
            return data | {"points": self._latest(self._series(names[0], name)), "marks": self._marks(names[0], name)}
        if kind == "exchanges":
            found = {
                row_key: rows.exchange_cells(rates)
                for name, rates in taken.exchange_rates.items()
                if (row_key := paths.row_key(*name)) and (key.only is None or row_key in key.only)
            }
            return {"state": taken.state.value, "count": len(taken.exchanges), "rows": found}
        shown = {each: rows.queue_cells(row, taken, now) for each, row in _rows(taken, key.only)}
        ready = verdicts.summary(taken, now).ready
        return {"state": taken.state.value, "count": len(taken.queues), "messages": ready, "rows": shown}

    async def _order(self, slug: str, stream: Stream) -> list[str]:
        """Which rows stand on the watched page of the list now. In a thread: of many queues it takes some 50 ms."""
        broker = next((row for row in self._rows if row.slug == slug), None)
        at = time.monotonic()
        if broker is not None:
            taken = brokers.snapshot(broker).only(stream.key.scope)
            pause = ORDER_SECONDS if len(taken.queues) > ORDER_ROWS else 0.0
            if at - stream.order_at >= pause:
                stream.order = await asyncio.to_thread(order, slug, taken, stream.key.query)
                stream.order_at = at
        return stream.order

    def _brokers(self, key: StreamKey, now: datetime) -> Data:
        cards, points, marks = {}, {}, {}
        for broker, taken in self._seen(key):
            cards[broker.slug] = rows.card(taken, now)
            if taken.is_whole:
                points[broker.slug] = self._latest(self._series(broker.slug, None))
                marks[broker.slug] = self._marks(broker.slug, None)
        return {"brokers": cards, "points": points, "marks": marks}

    def _beside_names(self, key: StreamKey) -> Data:
        now = datetime.now(UTC)
        return {broker.slug: rows.beside_its_name(taken, now) for broker, taken in self._seen(key)}

    def _seen(self, key: StreamKey) -> Iterator[tuple[Broker, Snapshot]]:
        """Every broker of a feed of several, as far as its watchers may see it."""
        for broker in self._rows:
            is_whole, vhosts = _parts(key.scope, broker.slug)
            if is_whole or vhosts:
                yield broker, brokers.snapshot(broker).only(None if is_whole else vhosts)

    def _jobs(self, key: StreamKey) -> Data:
        wanted = _jobs_within(key.scope)
        if key.feed != "jobs":
            wanted = wanted.filter(pk=int(key.feed.split(":")[1]))
        return {
            "jobs": {
                str(operation.pk): rows.job(operation) for operation in wanted.defer("items", "parameters")[:JOBS_SHOWN]
            }
        }

    def _series(self, slug: str, queue: Key | None) -> Series | None:
        history = self._histories.get(slug)
        if history is None:
            return None
        return history.series if queue is None else history.queue_series(queue)

    def _marks(self, slug: str, queue: Key | None) -> int:
        """How many marks its charts got so far: when it grows, the page asks for them."""
        history = self._histories.get(slug)
        return history.marks_seen(queue) if history else 0

    def _latest(self, series: Series | None) -> Data:
        """The newest point of every range: a chart adds it, or replaces the one in progress."""
        return {grain: rows.last_point(series, grain) for grain in GRAINS}

    def _past(self, kind: str, names: list[str], key: StreamKey, data: Data) -> Data:
        """For snapshots: everything the charts of this feed show."""
        if kind in ("broker", "queue"):
            queue = (paths.name(names[1]), paths.name(names[2])) if kind == "queue" else None
            series = self._series(names[0], queue)
            return {"history": {grain: rows.points(series, grain) for grain in GRAINS}}
        if key.feed in self._charts and not data.get("gone"):
            return {"history": {grain: rows.points(self._charts[key.feed], grain) for grain in GRAINS}}
        if kind == "brokers":
            slugs = [row.slug for row in self._rows if _parts(key.scope, row.slug)[0]]
            return {
                "history": {
                    slug: {grain: rows.points(self._series(slug, None), grain) for grain in GRAINS} for slug in slugs
                }
            }
        return {}


def _rows(taken: Snapshot, only: frozenset[str] | None) -> Iterator[tuple[str, QueueRow]]:
    """The rows a feed is limited to, by key; looked up one by one, because there may be thousands of others."""
    names = taken.queues if only is None else _names(only)
    for name in names:
        row = taken.queues.get(name)
        if row is not None:
            yield paths.row_key(*name), row


def _names(keys: Iterable[str]) -> Iterator[Key]:
    """What row keys name. A browser may send anything; what is no key names nothing."""
    for key in keys:
        with suppress(ValueError):
            yield paths.row_names(key)


def _scope(user: AbstractBaseUser | AnonymousUser, feed: str) -> frozenset[str] | None:
    """What of this feed the person may see; None: all of it. Raises Refused.

    For feeds of one broker these are vhosts; for those of several 'slug' for a whole broker, 'slug:vhost' for a part.
    """
    kind, *names = feed.split(":")
    expected = {"frame": 0, "brokers": 0, "broker": 1, "queues": 1, "exchanges": 1, "queue": 3, flow.KIND: 2}
    expected |= {"jobs": 0, "job": 1} | {name: thing.names + 1 for name, thing in things.THINGS.items()}
    if expected.get(kind) != len(names) or not user.is_authenticated:
        raise Refused("no such feed")
    if kind in ("frame", "brokers"):
        return _brokers_scope(user)
    if kind in ("jobs", "job"):
        return _jobs_scope(user, names)
    broker = access.visible_brokers(user).filter(slug=names[0]).first()
    if broker is None:
        raise Refused("no such feed")
    vhosts = access.visible_vhosts(user, broker)
    named = [_named(name) for name in names[1:]]
    is_of_broker = kind == "broker" or (kind in things.THINGS and things.THINGS[kind].is_of_broker)
    if is_of_broker and vhosts is not None:
        raise Refused("no such feed")
    if kind == "queue" or (kind in things.THINGS and things.THINGS[kind].is_of_vhost):
        vhost = named[0]
        if vhosts is not None and vhost not in vhosts:
            raise Refused("no such feed")
        # Whoever may see the queue sees all of it: one stream serves them all.
        return None
    return None if vhosts is None else frozenset(vhosts)


def _scopes(user: AbstractBaseUser | AnonymousUser, feeds: list[str]) -> dict[str, frozenset[str] | None]:
    """Of those feeds that the person may have; all in one go, because every tab asks for it every few seconds."""
    scopes = {}
    for feed in feeds:
        with suppress(Refused):
            scopes[feed] = _scope(user, feed)
    return scopes


def _brokers_scope(user: AbstractBaseUser | AnonymousUser) -> frozenset[str]:
    parts = set()
    for broker in access.visible_brokers(user):
        vhosts = access.visible_vhosts(user, broker)
        parts |= {broker.slug} if vhosts is None else {f"{broker.slug}:{vhost}" for vhost in vhosts}
    return frozenset(parts)


def _jobs_within(scope: frozenset[str] | None) -> OperationQuerySet:
    wanted = Operation.objects.all()
    if scope is None:
        return wanted
    parts = [part.partition(":") for part in scope]
    seen = [Q(broker__slug=slug, vhost=vhost) if colon else Q(broker__slug=slug) for slug, colon, vhost in parts]
    return wanted.filter(reduce(or_, seen, Q(pk__in=())))


def _jobs_scope(user: AbstractBaseUser | AnonymousUser, names: list[str]) -> frozenset[str] | None:
    if names:
        if not JOB_NUMBER.fullmatch(names[0]) or not access.visible_operations(user).filter(pk=int(names[0])).exists():
            raise Refused("no such feed")
        # As the page of the job: whoever may see it sees all of it.
        return None
    return None if getattr(user, "is_superuser", False) else _brokers_scope(user)


def _named(segment: str) -> str:
    try:
        return paths.name(segment)
    except ValueError:
        raise Refused("no such feed") from None


def _parts(scope: frozenset[str] | None, slug: str) -> tuple[bool, frozenset[str]]:
    if scope is None:
        return True, frozenset()
    vhosts = {part.split(":", 1)[1] for part in scope if part.startswith(f"{slug}:")}
    return slug in scope, frozenset(vhosts)
