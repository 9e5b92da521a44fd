"""LavinMQ, where it differs from RabbitMQ; tried with 1.0.0 and 2.9.1.

Its HTTP get destroys messages with RabbitMQ's ack modes (http_api §11), so messages are only ever taken by AMQP, as
with every broker here. Its channels close with what they hold requeued, as AMQP says.
"""

from __future__ import annotations

import re
from dataclasses import replace

from brokerctl.clients.details import Held
from brokerctl.clients.models import Capabilities, Limits, Overview, Queue, TopicPermission, Vhost
from brokerctl.clients.rabbitmq import queues, read
from brokerctl.clients.rabbitmq.client import RabbitMQClient
from brokerctl.errors import ObjectNotFound, RequestRefused

CAPABILITIES = Capabilities(pause=True, unacked=True, cancel_consumer=True, purge_count=True)

UNACKED_SINCE = (1, 3)
"""Who holds what is told from this version on."""

COLUMNS = ",".join(
    (
        *("vhost", "name", "durable", "auto_delete", "exclusive", "arguments", "state", "policy"),
        *("effective_policy_definition", "consumers", "messages_ready", "ready", "messages_unacknowledged", "unacked"),
        *("messages_persistent", "total_bytes", "message_bytes_ready", "ready_bytes"),
        *("message_bytes_unacknowledged", "unacked_bytes", "message_stats"),
    )
)
"""What `queues.parse` reads. A column within another, as message_stats.publish, it leaves out without a word."""

MOST_AT_ONCE = 10_000
"""So many it tells when nobody asks for a page, and does not say that there are more."""

VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})")


class LavinMQClient(RabbitMQClient):
    """The same requests; the differences of its answers are absorbed by rabbitmq.read."""

    def overview(self) -> Overview:
        found = super().overview()
        return replace(found, capabilities=replace(CAPABILITIES, unacked=_version(found.version) >= UNACKED_SINCE))

    def queues(self, vhost: str | None = None) -> list[Queue]:
        where = ("queues",) if vhost is None else ("queues", vhost)
        found = self.http.get_list(*where, params={"columns": COLUMNS})
        page = 1
        while len(found) == page * MOST_AT_ONCE:
            page += 1
            paged = {"columns": COLUMNS, "page": str(page), "page_size": str(MOST_AT_ONCE)}
            found += read.items(self.http.get_object(*where, params=paged), "items")
        return [queues.parse(item) for item in found]

    def unacked(self, vhost: str, name: str) -> list[Held]:
        found = super().unacked(vhost, name)
        if not found:
            return found
        # It names the channel only, and in another way than it names the channel's connection.
        known = {channel.name: channel for channel in self.channels()}
        return [
            replace(held, connection_name=channel.connection_name, user=channel.user)
            if (channel := known.get(held.channel_name)) is not None
            else held
            for held in found
        ]

    def vhost(self, name: str) -> Vhost:
        # 2.9.1 answers 403 for one that is not there, as for one that is not for us.
        found = next((vhost for vhost in self.vhosts() if vhost.name == name), None)
        if found is None:
            raise ObjectNotFound(f"there is no vhost {name}, or not for {self.address.username}")
        return found

    def user_limits(self) -> list[Limits]:
        """None: it has no such thing, as it has no topic permissions."""
        return []

    def topic_permissions(self) -> list[TopicPermission]:
        return []

    def put_user_limit(self, user: str, limit: str, value: int) -> None:
        raise RequestRefused("LavinMQ has no limits of users. Limit the vhost instead")

    def put_topic_permission(self, granted: TopicPermission) -> None:
        raise RequestRefused("LavinMQ has no topic permissions. Permissions of the exchange are all there is")

    def delete_queue(self, vhost: str, name: str, *, if_empty: bool = False, if_unused: bool = False) -> None:
        if not (if_empty or if_unused):
            super().delete_queue(vhost, name)
            return
        # Its API knows no "if-empty", and takes "if-unused" for both: by AMQP it minds them.
        with self.messages(vhost) as session:
            # AMQP is content to delete what is not there; whoever asks here wants to know.
            session.count(name)
            session.delete(name, if_empty=if_empty, if_unused=if_unused)


def _version(text: str) -> tuple[int, int]:
    """What does not begin with two numbers is taken for the newest."""
    found = VERSION.match(text)
    return (int(found[1]), int(found[2])) if found else UNACKED_SINCE
