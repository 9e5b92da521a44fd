"""/api/queues: list, one, declare, delete, purge."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from brokerctl.clients.details import QueueDetails
from brokerctl.clients.http import Http
from brokerctl.clients.models import Arguments, Consumer, Queue
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.consumers import parse as parse_consumer
from brokerctl.clients.rabbitmq.read import Json

COLUMNS = ",".join(
    (
        *("vhost", "name", "type", "durable", "auto_delete", "exclusive", "arguments", "state", "policy", "node"),
        *("effective_policy_definition", "members", "consumers", "consumer_capacity", "consumer_utilisation"),
        *("messages_ready", "messages_unacknowledged", "messages_persistent", "messages_ram"),
        *("message_bytes", "message_bytes_ready", "message_bytes_unacknowledged"),
        *("message_bytes_persistent", "message_bytes_ram", "head_message_timestamp", "oldest_ready_seconds"),
        *(f"message_stats.{name}" for name in ("publish", "deliver_get", "ack", "redeliver")),
    )
)
"""What `parse` reads. A list of ten thousand queues with everything takes a broker twice the time, and us as well."""

AT_ONCE = 1_000
"""Names in one request: MAX_ONLY of the broker's API."""

ADDRESS_BYTES = 48_000
"""Of one request's names: a thousand of the usual length, so that what ten pages ask is one request, too."""


def queues(http: Http, vhost: str | None) -> list[Queue]:
    """GET /api/queues[/vhost]."""
    params = {"columns": COLUMNS}
    found = http.get_list("queues", params=params) if vhost is None else http.get_list("queues", vhost, params=params)
    return [parse(item) for item in found]


def named(http: Http, keys: Sequence[tuple[str, str]]) -> list[Queue]:
    """GET /api/queues?only=…, of the embedded broker."""
    found: list[Queue] = []
    for only in _fitting(["/".join(quote(part, safe="") for part in key) for key in keys]):
        items = http.get_list("queues", params={"columns": COLUMNS, "only": only})
        found += [parse(item) for item in items]
    return found


def _fitting(names: list[str]) -> list[list[str]]:
    """In groups of which each fits into an address."""
    groups: list[list[str]] = []
    left = 0
    for name in names:
        size = len(quote(name)) + len("&only=")
        if size > left or len(groups[-1]) == AT_ONCE:
            groups.append([])
            left = ADDRESS_BYTES
        groups[-1].append(name)
        left -= size
    return groups


def queue(http: Http, vhost: str, name: str) -> Queue:
    """GET /api/queues/vhost/name."""
    return parse(http.get_object("queues", vhost, name))


def details(http: Http, vhost: str, name: str) -> QueueDetails:
    """GET /api/queues/vhost/name, with all it says."""
    item = http.get_object("queues", vhost, name)
    limit = item.get("delivery_limit")
    readers = item.get("readers")
    return QueueDetails(
        queue=parse(item),
        consumers=tuple(parse_consumer(each) for each in read.items(item, "consumer_details")),
        operator_policy=read.text(item, "operator_policy") or None,
        owner=read.text(read.table(item, "owner_pid_details"), "name"),
        exclusive_consumer_tag=read.text(item, "exclusive_consumer_tag"),
        single_active_consumer_tag=read.text(item, "single_active_consumer_tag"),
        idle_since=read.time(item, "idle_since"),
        memory_bytes=read.optional_number(item, "memory"),
        messages=_by_kind(item, MESSAGES),
        message_bytes=_by_kind(item, BYTES),
        leader=read.text(item, "leader"),
        members=read.texts(item, "members"),
        online=read.texts(item, "online"),
        delivery_limit=str(limit) if isinstance(limit, int | str) else "",
        publishers=read.optional_number(item, "publishers"),
        segments=read.optional_number(item, "segments"),
        readers=sum(each for each in readers.values() if isinstance(each, int)) if isinstance(readers, dict) else None,
        oldest_ready_seconds=read.optional_number(item, "oldest_ready_seconds"),
        oldest_unacked_seconds=read.optional_number(item, "oldest_unacked_seconds"),
        damaged_messages=read.number(item, "damaged_messages"),
        incoming=read.flows(item, "incoming", "exchange", "publish"),
    )


def pause(http: Http, vhost: str, name: str) -> None:
    """PUT /api/queues/vhost/name/pause, of LavinMQ and the embedded broker."""
    http.put("queues", vhost, name, "pause")


def resume(http: Http, vhost: str, name: str) -> None:
    """PUT /api/queues/vhost/name/resume."""
    http.put("queues", vhost, name, "resume")


def consumers(http: Http, vhost: str, name: str) -> list[Consumer]:
    """The consumer_details of GET /api/queues/vhost/name."""
    return [parse_consumer(item) for item in read.items(http.get_object("queues", vhost, name), "consumer_details")]


def declare(
    http: Http, vhost: str, name: str, *, durable: bool, auto_delete: bool, arguments: Arguments | None
) -> None:
    """PUT /api/queues/vhost/name. Always says durable: the API's own default is false."""
    body = {"durable": durable, "auto_delete": auto_delete, "arguments": arguments or {}}
    http.put("queues", vhost, name, body=body)


def delete(http: Http, vhost: str, name: str, *, if_empty: bool, if_unused: bool) -> None:
    """DELETE /api/queues/vhost/name."""
    conditions = {"if-empty": if_empty, "if-unused": if_unused}
    params = {condition: "true" for condition, wanted in conditions.items() if wanted}
    http.delete("queues", vhost, name, params=params)


def purge(http: Http, vhost: str, name: str, count: int | None = None) -> None:
    """DELETE /api/queues/vhost/name/contents; `count` as LavinMQ and the embedded broker take it."""
    http.delete("queues", vhost, name, "contents", params=None if count is None else {"count": str(count)})


MESSAGES = {
    "ready": "messages_ready",
    "unacked": "messages_unacknowledged",
    "total": "messages",
    "ram": "messages_ram",
    "persistent": "messages_persistent",
    "paged_out": "messages_paged_out",
    "returned": "messages_ready_returned",
    "delayed": "messages_delayed",
    "dead_lettered": "messages_dlx",
}
BYTES = {
    "ready": "message_bytes_ready",
    "unacked": "message_bytes_unacknowledged",
    "total": "message_bytes",
    "ram": "message_bytes_ram",
    "persistent": "message_bytes_persistent",
    "paged_out": "message_bytes_paged_out",
    "dead_lettered": "message_bytes_dlx",
}


def _by_kind(item: Json, keys: dict[str, str]) -> dict[str, int]:
    return {kind: found for kind, key in keys.items() if (found := read.optional_number(item, key)) is not None}


def parse(item: Json) -> Queue:
    # LavinMQ before 2.5 has only its own names.
    ready = _either(item, "messages_ready", "ready") or 0
    unacked = _either(item, "messages_unacknowledged", "unacked") or 0
    bytes_ready = _either(item, "message_bytes_ready", "ready_bytes")
    bytes_unacked = _either(item, "message_bytes_unacknowledged", "unacked_bytes")
    utilisation = read.share(item, "consumer_capacity")
    return Queue(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        type=read.text(item, "type") or _type(read.table(item, "arguments")),
        durable=read.flag(item, "durable"),
        auto_delete=read.flag(item, "auto_delete"),
        exclusive=read.flag(item, "exclusive"),
        arguments=read.table(item, "arguments"),
        state=read.text(item, "state", "running"),
        policy=read.text(item, "policy") or None,
        effective_policy=read.table(item, "effective_policy_definition"),
        messages_ready=ready,
        messages_unacknowledged=unacked,
        consumers=read.number(item, "consumers"),
        consumer_utilisation=read.share(item, "consumer_utilisation") if utilisation is None else utilisation,
        message_bytes=_all_bytes(item, bytes_ready, bytes_unacked),
        counters=read.counters(item),
        node=read.text(item, "node"),
        head_message_timestamp=read.seconds(item, "head_message_timestamp"),
        oldest_ready_seconds=read.share(item, "oldest_ready_seconds"),
        messages_persistent=read.optional_number(item, "messages_persistent"),
        messages_in_memory=read.optional_number(item, "messages_ram"),
        bytes_ready=bytes_ready,
        bytes_unacknowledged=bytes_unacked,
        bytes_persistent=read.optional_number(item, "message_bytes_persistent"),
        bytes_in_memory=read.optional_number(item, "message_bytes_ram"),
        members=len(members) if isinstance(members := item.get("members"), list) and members else 1,
    )


def _type(arguments: Arguments) -> str:
    """LavinMQ does not tell it; of what can be asked for it has streams only."""
    return "stream" if arguments.get("x-queue-type") == "stream" else "classic"


def _either(item: Json, *keys: str) -> int | None:
    return next((found for key in keys if (found := read.optional_number(item, key)) is not None), None)


def _all_bytes(item: Json, ready: int | None, unacked: int | None) -> int | None:
    told = _either(item, "message_bytes", "total_bytes")
    return ready + unacked if told is None and ready is not None and unacked is not None else told
