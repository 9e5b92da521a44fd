"""Refusals of the API: the status and the JSON body RabbitMQ's management plugin answers (reference: "Errors").

An AMQP error surfaces in two ways, as it does there: `of_command` for declare, delete, bind and purge, `of_channel` for
get and publish, whose texts keep the reply code because clients match on it.
"""

from __future__ import annotations

from typing import Any

from brokerctl.errors import AccessRefused, AmqpError, NotAllowed, NotFound

BAD_REQUEST = "bad_request"
NOT_AUTHORISED = "not_authorised"
"""Logged in, but not allowed. With a z, `not_authorized`, it is a failed login: both spellings are RabbitMQ's."""


class Refusal(Exception):
    """Answered with `status` and `{"error": …, "reason": …}`; an array as reason is a term with its arguments."""

    def __init__(self, status: int, error: str, reason: str | list[Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {error}: {reason}")
        self.status = status
        self.error = error
        self.reason = reason
        self.headers = headers


def bad_request(reason: str | list[Any]) -> Refusal:
    return Refusal(400, BAD_REQUEST, reason)


def not_authorised(reason: str) -> Refusal:
    return Refusal(401, NOT_AUTHORISED, reason)


def absent() -> Refusal:
    """No such path or object."""
    return Refusal(404, "Object Not Found", "Not Found")


def not_found(reason: str) -> Refusal:
    return Refusal(404, "not_found", reason)


def of_command(error: AmqpError) -> Refusal:
    """An AMQP error of a declaration, deletion, binding or purge."""
    if isinstance(error, NotFound):
        return not_found(error.text)
    if isinstance(error, AccessRefused | NotAllowed):
        return not_authorised("Access refused.")
    return bad_request(error.text)


def of_channel(error: AmqpError) -> Refusal:
    """An AMQP error of get or publish."""
    if isinstance(error, NotFound):
        return not_found(error.reply_text)
    if isinstance(error, AccessRefused | NotAllowed):
        return not_authorised(error.reply_text)
    return bad_request(f"{error.code} {error.reply_text}")
