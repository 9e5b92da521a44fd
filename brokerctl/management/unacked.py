"""Who holds the messages of a queue that are not acknowledged: one row for each message, or for each holder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from brokerctl.core import holding
from brokerctl.core.holding import Holding
from brokerctl.core.queue import Queue
from brokerctl.management import auth, paging, render, shown
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request
from brokerctl.management.peeking import age
from brokerctl.management.queues import known
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

GROUPS: dict[str, Callable[[Holding], tuple[str, ...]]] = {
    "user": lambda held: (held.channel.peer.user,),
    "connection": lambda held: (held.channel.peer.user, held.channel.peer.name),
    "channel": lambda held: (held.channel.peer.user, held.channel.peer.name, _channel_name(held)),
    "consumer": lambda held: (held.channel.peer.user, held.channel.peer.name, _channel_name(held), held.consumer_tag),
}
NAMES = ("user", "connection_name", "channel_name", "consumer_tag")


@dataclass(slots=True)
class Group:
    key: tuple[str, ...]
    messages: int = 0
    message_bytes: int = 0
    since: float = float("inf")


def _channel_name(held: Holding) -> str:
    return f"{held.channel.peer.name} ({held.channel.number})"


def _held_for(since: float, call: Call) -> int:
    return int(max(call.broker.context.clock.now - since, 0.0))


def _moment(since: float, call: Call) -> str:
    """In RFC 3339."""
    return (datetime.now(UTC) - timedelta(seconds=_held_for(since, call))).isoformat(timespec="seconds")


FIELDS: Fields[Holding] = {
    "id": lambda held, call: shown.identity(held.entry),
    "delivery_tag": lambda held, call: held.delivery_tag,
    "consumer_tag": lambda held, call: held.consumer_tag,
    "channel_name": lambda held, call: _channel_name(held),
    "connection_name": lambda held, call: held.channel.peer.name,
    "user": lambda held, call: held.channel.peer.user,
    "unacked_for_seconds": lambda held, call: _held_for(held.since, call),
    "since": lambda held, call: _moment(held.since, call),
    "in_transaction": lambda held, call: held.is_settled,
    "redelivered": lambda held, call: held.entry.is_redelivered,
    "exchange": lambda held, call: held.entry.message.exchange,
    "routing_key": lambda held, call: held.entry.message.routing_key,
    "payload_bytes": lambda held, call: len(held.entry.message.body),
    "age_seconds": lambda held, call: age(call, held.entry),
}
ROW = render.row_of(FIELDS)


async def list_all(call: Call) -> Response:
    queue = known(call)
    grouping = call.request.query_params.get("group_by")
    if grouping is not None and grouping not in GROUPS:
        raise bad_request(f"group_by takes one of {', '.join(GROUPS)}")
    held = await _held(call, queue)
    if grouping is None:
        return await paging.listing(call, held, ROW, lambda each: each.consumer_tag)
    groups = list((await _grouped(held, GROUPS[grouping])).values())
    return await paging.listing(call, groups, _group_row, lambda group: group.key[-1])


async def _held(call: Call, queue: Queue) -> list[Holding]:
    """As with consumers, those who may not see everybody's see their own."""
    sees_all = auth.is_monitor(call.user)
    now = call.broker.context.clock.now
    found: list[Holding] = []
    for channel in holding.holders(call.broker, queue):
        if not sees_all and channel.peer.user != call.user.name:
            continue
        for piece in holding.held_by(channel, queue, now):
            found += piece
            await asyncio.sleep(0)
    return found


async def _grouped(held: list[Holding], key: Callable[[Holding], tuple[str, ...]]) -> dict[tuple[str, ...], Group]:
    groups: dict[tuple[str, ...], Group] = {}
    for number, each in enumerate(held, 1):
        of = key(each)
        group = groups.setdefault(of, Group(of))
        group.messages += 1
        group.message_bytes += len(each.entry.message.body)
        group.since = min(group.since, each.since)
        if number % holding.AT_ONCE == 0:
            await asyncio.sleep(0)
    return groups


def _group_row(group: Group, call: Call, wanted: frozenset[str] | None) -> Json:
    return {
        **dict(zip(NAMES, group.key, strict=False)),
        "messages": group.messages,
        "message_bytes": group.message_bytes,
        "unacked_for_seconds": _held_for(group.since, call),
        "since": _moment(group.since, call),
    }


RESOURCES = [resource("/queues/{vhost}/{name}/unacked", get=(Level.VHOST, list_all))]
