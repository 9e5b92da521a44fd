"""Class connection: who are you, how shall we talk, which vhost, good-bye."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import brokerctl
from brokerctl.core import limits, parameters
from brokerctl.core.channel import Peer
from brokerctl.errors import AccessRefused, AmqpSyntaxError, CommandInvalid, InternalError, NotAllowed
from brokerctl.server import certificates
from brokerctl.wire import fields, spec
from brokerctl.wire.methods import connection

if TYPE_CHECKING:
    from brokerctl.server.session import Session

MECHANISMS = ("PLAIN", "AMQPLAIN")
EXTERNAL = "EXTERNAL"
"""The client's certificate says who it is."""

CAPABILITIES = {
    "publisher_confirms": True,
    "exchange_exchange_bindings": True,
    "basic.nack": True,
    "consumer_cancel_notify": True,
    "connection.blocked": True,
    "authentication_failure_close": True,
    "consumer_priorities": True,
    "per_consumer_qos": True,
    "direct_reply_to": True,
}
"""Only what is true: clients choose their behaviour by these."""

PROTOCOL = "amqp091"
"""As attempts to log in are counted."""

SILENT_SECONDS = 1.0
"""How long a client that is refused, and cannot be told, waits for the end: it must not guess as fast as it can."""


def start(session: Session) -> connection.Start:
    """The broker's first word, after the protocol header."""
    properties = {
        "product": "Postroom",
        "version": brokerctl.__version__,
        "platform": "Python",
        "cluster_name": parameters.cluster_name(session.node.broker),
        "capabilities": CAPABILITIES,
    }
    mechanisms = " ".join(_mechanisms(session)).encode()
    return connection.Start(server_properties=properties, mechanisms=mechanisms, locales=b"en_US")


def _mechanisms(session: Session) -> tuple[str, ...]:
    """EXTERNAL only where it can work: a certificate was shown and verified, and it names somebody."""
    return (*MECHANISMS, EXTERNAL) if _certified(session) else MECHANISMS


def _certified(session: Session) -> str:
    return certificates.user_name(session.tls, session.node.config.tls_login_from) if session.tls is not None else ""


def start_ok(session: Session, method: connection.StartOk) -> None:
    """Check the credentials in a thread; a client says nothing more until it is tuned."""
    if method.mechanism not in _mechanisms(session):
        raise CommandInvalid(f"unknown authentication mechanism '{method.mechanism}'")
    session.mechanism = method.mechanism
    session.client_properties = method.client_properties
    told = method.client_properties.get("capabilities")
    capabilities = {name for name, has in told.items() if has is True} if isinstance(told, dict) else set()
    session.hears_cancels = "consumer_cancel_notify" in capabilities
    session.hears_blocks = "connection.blocked" in capabilities
    hears_refusals = "authentication_failure_close" in capabilities
    if method.mechanism == EXTERNAL:
        name = _certified(session)
        is_right = session.node.logins.certified(name, session.peer_host)
        session.node.attempts.add(PROTOCOL, is_right)
        _welcome(session, name, is_right, hears_refusals)
        return
    name, password = _credentials(method)
    task = _log_in(session, name, password, hears_refusals)
    session.start_task(asyncio.get_running_loop().create_task(task))


async def _log_in(session: Session, name: str, password: str, hears_refusals: bool) -> None:
    is_right = await session.node.logins.login(name, password, session.peer_host)
    session.node.attempts.add(PROTOCOL, is_right)
    _welcome(session, name, is_right, hears_refusals)
    session.node.end_turn(None)


def _welcome(session: Session, name: str, is_right: bool, hears_refusals: bool) -> None:
    """Go on with the handshake, or end it; what was wrong is not told."""
    if is_right:
        session.user = name
        config = session.node.config
        session.reply(0, connection.Tune(config.channel_max, config.frame_max, config.heartbeat_seconds))
    elif hears_refusals:
        text = (
            f"Login was refused using authentication mechanism {session.mechanism}. For details see the broker logfile."
        )
        session.dismiss(AccessRefused(text))
    else:
        asyncio.get_running_loop().call_later(SILENT_SECONDS, session.transport.abort)


def _credentials(method: connection.StartOk) -> tuple[str, str]:
    """(user, password). Raises AmqpSyntaxError for a response that is not what the mechanism says."""
    if method.mechanism == "AMQPLAIN":
        table, _ = fields.table(fields.encode_long_bytes(method.response), 0)
        login, password = table.get("LOGIN"), table.get("PASSWORD")
        if not isinstance(login, str) or not isinstance(password, str):
            raise AmqpSyntaxError("an AMQPLAIN response has LOGIN and PASSWORD, both UTF-8 strings")
        return login, password
    parts = method.response.split(b"\0")
    if len(parts) != 3 or parts[0]:
        raise AmqpSyntaxError("a PLAIN response is: NUL, user, NUL, password")
    try:
        return parts[1].decode(), parts[2].decode()
    except UnicodeDecodeError:
        raise AmqpSyntaxError("user and password are not UTF-8") from None


def tune_ok(session: Session, method: connection.TuneOk) -> None:
    if not session.user:
        raise CommandInvalid("connection.tune-ok came before connection.tune")
    limits = session.node.limits
    _check_tuned("frame_max", method.frame_max, limits.frame_max)
    _check_tuned("channel_max", method.channel_max, limits.channel_max)
    if 0 < method.frame_max < spec.MIN_FRAME_MAX:
        raise NotAllowed(
            f"negotiated frame_max = {method.frame_max} is lower than the minimum allowed value ({spec.MIN_FRAME_MAX})"
        )
    session.protocol.tuned(method.frame_max, method.channel_max)
    session.frame_max = method.frame_max or limits.frame_max
    session.heartbeat_seconds = method.heartbeat
    session.heartbeat.start(method.heartbeat)


def _check_tuned(name: str, asked: int, limit: int) -> None:
    if asked > limit:
        raise NotAllowed(f"negotiated {name} = {asked} is higher than the maximum allowed value ({limit})")


def open_(session: Session, method: connection.Open) -> None:
    broker = session.node.broker
    if session.node.failure is not None:
        raise InternalError(f"the broker cannot write to its disk: {session.node.failure}")
    user = broker.users.get(session.user)
    if user is None:
        raise NotAllowed(f"user '{session.user}' no longer exists")
    limits.check_connection(broker, user, method.virtual_host)
    session.vhost = broker.authorized(user, method.virtual_host, session.name)
    session.peer = broker.peers[session.name] = Peer(session.name, session.user, method.virtual_host)
    session.opened()
    session.reply(0, connection.OpenOk())


def close(session: Session, method: connection.Close) -> None:
    """Answered when the acks of its channels are on disk, as channel.close is."""
    has_acked = any(outlet.channel.counters.ack for outlet in session.outlets.values())
    session.leave()
    if has_acked:
        session.hold()
    session.reply(0, connection.CloseOk())
    if session.is_held:
        session.node.when_durable(session.finish)
    else:
        session.finish()


def close_ok(session: Session, method: connection.CloseOk) -> None:
    session.finish()


def update_secret(session: Session, method: connection.UpdateSecret) -> None:
    """Only tokens expire, and no mechanism offered here uses one: the new secret changes nothing."""
    session.reply(0, connection.UpdateSecretOk())


HANDLERS: dict[type, Callable[[Session, Any], None]] = {
    connection.StartOk: start_ok,
    connection.TuneOk: tune_ok,
    connection.Open: open_,
    connection.Close: close,
    connection.CloseOk: close_ok,
    connection.UpdateSecret: update_secret,
}
