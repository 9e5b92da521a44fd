"""Rights that were taken away act on what is open: the connection ends, or its consumers do (CVE-2026-57218).

Everything else asks for permission each time. A changed password closes nothing, as with RabbitMQ: who is in was right
when it came. To send somebody away, delete the user or take its permissions, or close its connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.effects import CancelConsumer, Effects
from brokerctl.core.permissions import Right
from brokerctl.errors import AccessRefused, ConnectionForced
from brokerctl.server.outlet import Outlet

if TYPE_CHECKING:
    from brokerctl.server.node import Node
    from brokerctl.server.session import Session


def enforce(node: Node) -> None:
    """Look again at the connections of users whose rights have changed."""
    users, node.broker.rights_changed_of = node.broker.rights_changed_of, set()
    for session in [session for session in node.sessions if session.user in users]:
        if session.vhost is None or session.peer is None:
            continue
        reason = _reason_to_close(node, session.vhost)
        if reason:
            session.fail(0, ConnectionForced(reason))
        else:
            _review_consumers(session)


def _reason_to_close(node: Node, used: AuthorizedVhost) -> str:
    # Compared as objects: a user or vhost of the same name made since is another one.
    user, vhost, broker = used.user, used.vhost, node.broker
    if broker.users.get(user.name) is not user:
        return f"user '{user.name}' is deleted"
    if broker.vhosts.get(vhost.name) is not vhost:
        return f"vhost '{vhost.name}' is deleted"
    if vhost.name not in user.permissions:
        return f"access to vhost '{vhost.name}' refused for user '{user.name}'"
    return ""


def _review_consumers(session: Session) -> None:
    for outlet in list(session.outlets.values()):
        for consumer in list(outlet.channel.consumers.values()):
            try:
                outlet.vhost.require(Right.READ, "queue", consumer.queue.name)
            except AccessRefused as error:
                if not session.hears_cancels:
                    # It would wait for messages for ever.
                    session.fail(outlet.number, error)
                    break
                _cancel(outlet, consumer.tag)


def _cancel(outlet: Outlet, tag: str) -> None:
    effects: Effects = [CancelConsumer(outlet.channel.consumers[tag])]
    outlet.vhost.vhost.cancel(outlet.channel, tag, effects)
    outlet.session.node.carry(effects)
    outlet.heads.pop(tag, None)
