"""The embedded broker: RabbitMQ's API with statistics that are always fresh, and what it can do beyond that."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from brokerctl.clients.base import Address, Inside, Peek, Peeked, Relocated, Taken
from brokerctl.clients.http import Http
from brokerctl.clients.models import Capabilities, Overview, Passed, Queue, Tap
from brokerctl.clients.rabbitmq import queues, read
from brokerctl.clients.rabbitmq.client import RabbitMQClient
from brokerctl.clients.rabbitmq.exchanges import in_path
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import UnexpectedReply


class EmbeddedClient(RabbitMQClient):
    """Its counters are read at the moment of the request, not every five seconds."""

    def __init__(self, address: Address, http: Http) -> None:
        super().__init__(address, http)
        self._announced: tuple[str, Capabilities] | None = None

    def overview(self) -> Overview:
        found = super().overview()
        return replace(found, capabilities=self._capabilities(found.version))

    def queues_named(self, keys: Sequence[tuple[str, str]]) -> list[Queue]:
        return queues.named(self.http, keys)

    def inside(self) -> Inside | None:
        found = self._announced[1] if self._announced else self.overview().capabilities
        return InsideEmbedded(self.http) if found.peek and found.move else None

    def tap(self, asked: Tap) -> Iterator[Passed]:
        """GET /api/vhosts/vhost/firehose."""
        if not self.overview().capabilities.firehose:
            return super().tap(asked)
        exchange = None if asked.exchange is None else in_path(asked.exchange)
        wanted = {"queue": asked.queue, "exchange": exchange, "routing_key": asked.routing_key}
        params = {key: value for key, value in wanted.items() if value is not None}
        params |= {"events": ",".join(asked.kinds), "payload": str(asked.payload_bytes)}
        found = self.http.events("vhosts", asked.vhost, "firehose", params=params)
        return (Passed(kind, values) for kind, values in found)

    def _capabilities(self, version: str) -> Capabilities:
        """What the broker announces. Asked for once per version: an older one may have answered before an update."""
        if self._announced is None or self._announced[0] != version:
            words = {word for item in self.http.get_list("extensions") for word in _announced(item)}
            found = Capabilities(
                peek="peek" in words,
                move={"move", "copy"} <= words,
                pause="pause" in words,
                firehose="firehose" in words,
                unacked="unacked" in words,
                only="only" in words,
                purge_count="purge-count" in words,
            )
            self._announced = version, found
        return self._announced[1]


class InsideEmbedded:
    """brokerctl.clients.base.Inside, by its management API."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def peek(self, vhost: str, queue: str, count: int, after: str | None = None, *, only_ids: bool = False) -> Peek:
        """POST /api/queues/vhost/name/peek."""
        body: Json = {"count": count, "after": after, "hash": only_ids, "payload": not only_ids}
        found = self._post(vhost, queue, "peek", body)
        return Peek(
            tuple(_peeked(item, only_ids) for item in read.items(found, "messages")),
            read.text(found, "next") or None,
            read.number(found, "messages_ready"),
        )

    def relocate(
        self,
        vhost: str,
        queue: str,
        destination: tuple[str, str | None, str | None],
        *,
        keep: bool,
        ids: Sequence[str] | None = None,
        limit: int | None = None,
        after: str | None = None,
        until: int | None = None,
    ) -> Relocated:
        """POST /api/queues/vhost/name/move or /copy."""
        to = dict(zip(("vhost", "exchange", "routing_key"), destination, strict=True))
        body: Json = {"destination": to, "after": after, "until": until}
        body |= {"all": True} if ids is None else {"ids": list(ids)}
        body |= {} if limit is None else {"limit": limit}
        found = self._post(vhost, queue, "copy" if keep else "move", body)
        return Relocated(
            {outcome: count for outcome, count in read.table(found, "counts").items() if isinstance(count, int)},
            tuple(
                (read.text(item, "id"), read.text(item, "hash"), read.text(item, "outcome"), read.text(item, "reason"))
                for item in read.items(found, "results")
            ),
            read.text(found, "next") or None,
            read.number(found, "until"),
        )

    def _post(self, vhost: str, queue: str, action: str, body: Json) -> Json:
        found = self._http.post("queues", vhost, queue, action, body=body)
        if not isinstance(found, dict):
            raise UnexpectedReply(f"the broker answered {action} of {queue} with something that is not an object")
        return found


def _announced(item: Json) -> list[Any]:
    """The words of an extension of ours; other brokers name pages of plugins."""
    words = read.table(item, "postroom").get("capabilities")
    return words if isinstance(words, list) else []


def _peeked(item: Json, only_ids: bool) -> Peeked:
    message = None
    if not only_ids:
        message = Taken(
            0,
            read.text(item, "exchange").encode(),
            read.text(item, "routing_key").encode(),
            read.flag(item, "redelivered"),
            _bytes(read.text(item, "header"), "base64"),
            _bytes(read.text(item, "payload"), read.text(item, "payload_encoding")),
        ).decoded()
    return Peeked(read.text(item, "id"), read.text(item, "hash"), message)


def _bytes(text: str, encoding: str) -> bytes:
    if encoding != "base64":
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnexpectedReply(f"the broker sent a message that is not base64: {error}") from error
