"""What went wrong on an AMQP connection, as a ClientError with a sentence for people."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pika.exceptions

from brokerctl.clients.base import Address
from brokerctl.errors import (
    BrokerUnreachable,
    ClientError,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    RequestRefused,
)


def open_failure(address: Address, vhost: str, error: BaseException) -> ClientError:
    """Why the connection did not open."""
    where = _at(address)
    causes = _causes(error)
    # pika folds what the broker said into guesses of its own: the broker's word goes first.
    for kind, sentence in _SENTENCES:
        cause = next((each for each in causes if isinstance(each, kind)), None)
        if cause is not None:
            return sentence(address, vhost, cause)
    return BrokerUnreachable(f"{where} cannot be reached by AMQP: {_short(causes[-1])}")


def closed_reason(address: Address, error: BaseException) -> ClientError:
    """Why an open channel or connection was closed."""
    if isinstance(error, pika.exceptions.ChannelClosedByBroker | pika.exceptions.ConnectionClosedByBroker):
        code, text = error.reply_code, error.reply_text
        if code == 404:
            return ObjectNotFound(text)
        if code == 403:
            return PermissionDenied(text)
        if code == 320:
            return BrokerUnreachable(f"{address.host}:{address.amqp_port} closed the connection: {text}")
        return RequestRefused(text)
    return BrokerUnreachable(f"the connection to {address.host}:{address.amqp_port} broke: {_short(error)}")


def _closed_on_open(address: Address, vhost: str, error: Any) -> ClientError:
    if error.reply_code == 530 and "not found" in error.reply_text:
        return ObjectNotFound(f"{_at(address)} has no vhost {vhost}")
    if error.reply_code == 403 and "Login was refused" in error.reply_text:
        return _login_refused(address, vhost, error)
    if error.reply_code in (403, 530):
        return PermissionDenied(f"{_at(address)}: {error.reply_text}")
    return closed_reason(address, error)


def _login_refused(address: Address, vhost: str, error: Any) -> ClientError:
    return LoginRefused(f"{_at(address)} refused user {address.username}: wrong user or password, or not from here")


def _access_denied(address: Address, vhost: str, error: Any) -> ClientError:
    if "not found" in str(error):
        return ObjectNotFound(f"{_at(address)} has no vhost {vhost}")
    return PermissionDenied(f"{_at(address)}: user {address.username} has no access to vhost {vhost}")


def _untrusted(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(f"{_at(address)}: its TLS certificate is not trusted ({error.verify_message})")


def _tls_failed(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(tls_failure(_at(address), error))


def tls_failure(where: str, error: ssl.SSLError) -> str:
    """A sentence for a handshake that failed for another reason than the certificate."""
    if error.reason == "WRONG_VERSION_NUMBER":
        return f"{where} does not speak TLS: leave TLS off, or name its TLS port"
    return f"{where}: TLS failed ({error.reason}); does this port speak TLS?"


def _no_host(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(f"there is no host {address.host}")


def _refused(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(f"{_at(address)} refused the connection: nothing listens there")


def _other_protocol(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(f"{_at(address)} does not speak AMQP 0-9-1; is this the AMQP port?")


def _silent(address: Address, vhost: str, error: Any) -> ClientError:
    return BrokerUnreachable(
        f"{_at(address)} did not answer within {address.timeout_seconds:g} s; is this the AMQP port?"
    )


_SENTENCES: tuple[tuple[type[BaseException], Callable[[Address, str, Any], ClientError]], ...] = (
    (pika.exceptions.ConnectionClosedByBroker, _closed_on_open),
    (pika.exceptions.ProbableAuthenticationError, _login_refused),
    (pika.exceptions.AuthenticationError, _login_refused),
    (pika.exceptions.ProbableAccessDeniedError, _access_denied),
    (ssl.SSLCertVerificationError, _untrusted),
    (ssl.SSLError, _tls_failed),
    (socket.gaierror, _no_host),
    (ConnectionRefusedError, _refused),
    (pika.exceptions.IncompatibleProtocolError, _other_protocol),
    (TimeoutError, _silent),
)


def _at(address: Address) -> str:
    return f"{address.host}:{address.amqp_port}"


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what is folded into it: pika wraps the cause in one or two of its own."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        each = todo.pop(0)
        if not isinstance(each, BaseException) or each in found:
            continue
        found.append(each)
        todo += [*each.args, *getattr(each, "exceptions", ()), getattr(each, "exception", None)]
        todo += [each.__cause__, each.__context__]
    return found


def _short(error: BaseException) -> str:
    return str(error) or type(error).__name__
