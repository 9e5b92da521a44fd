"""The one error tree of brokerctl: what a peer of the embedded broker did wrong, and what a broker refused us.

AMQP errors carry the reply code and text that go on the wire. `AmqpChannelError` closes a channel,
`AmqpConnectionError` a connection; the difference is the class, so a handler only raises. Texts say what, which and
what to do.
"""

from __future__ import annotations

from typing import ClassVar


class BrokerctlError(Exception):
    """Every error of this package."""


class AmqpError(BrokerctlError):
    """A violation that AMQP answers with a reply code. AMQP 0-9-1 §1.2."""

    code: ClassVar[int] = 541
    name: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    @property
    def reply_text(self) -> str:
        """The reply text as RabbitMQ forms it: the code's name, a dash, the explanation."""
        return f"{self.name} - {self.text}"


class AmqpChannelError(AmqpError):
    """A soft error: the channel closes, the connection lives."""


class AccessRefused(AmqpChannelError):
    code, name = 403, "ACCESS_REFUSED"


class NotFound(AmqpChannelError):
    code, name = 404, "NOT_FOUND"


class ResourceLocked(AmqpChannelError):
    code, name = 405, "RESOURCE_LOCKED"


class PreconditionFailed(AmqpChannelError):
    code, name = 406, "PRECONDITION_FAILED"


class AmqpConnectionError(AmqpError):
    """A hard error: the connection closes."""


class ConnectionForced(AmqpConnectionError):
    code, name = 320, "CONNECTION_FORCED"


class InvalidPath(AmqpConnectionError):
    code, name = 402, "INVALID_PATH"


class FrameError(AmqpConnectionError):
    code, name = 501, "FRAME_ERROR"


class AmqpSyntaxError(AmqpConnectionError):
    code, name = 502, "SYNTAX_ERROR"


class CommandInvalid(AmqpConnectionError):
    code, name = 503, "COMMAND_INVALID"


class ChannelInvalid(AmqpConnectionError):
    code, name = 504, "CHANNEL_ERROR"


class UnexpectedFrame(AmqpConnectionError):
    code, name = 505, "UNEXPECTED_FRAME"


class ResourceError(AmqpConnectionError):
    code, name = 506, "RESOURCE_ERROR"


class NotAllowed(AmqpConnectionError):
    code, name = 530, "NOT_ALLOWED"


class NotImplementedHere(AmqpConnectionError):
    code, name = 540, "NOT_IMPLEMENTED"


class InternalError(AmqpConnectionError):
    code, name = 541, "INTERNAL_ERROR"


class StoreError(BrokerctlError):
    """The disk refused a read or a write; nothing may be confirmed any more."""


class SettingError(BrokerctlError):
    """A setting has a value that cannot work. The text names the setting and what it takes."""


class ClientError(BrokerctlError):
    """A broker that we are a client of did not do what we asked. The text is a sentence for people."""


class BrokerUnreachable(ClientError):
    """No connection: refused, timed out, unknown host, or TLS failed."""


class LoginRefused(ClientError):
    """The broker knows us not, or not from here (wrong user or password, guest from afar)."""


class PermissionDenied(ClientError):
    """Logged in, but the user's tags or patterns do not allow this."""


class ObjectNotFound(ClientError):
    """The vhost, queue, exchange or other object does not exist, or is hidden from this user."""


class RequestRefused(ClientError):
    """The broker understood and refused: other arguments, in use, exclusive, a limit."""


class UnexpectedReply(ClientError):
    """The answer is not what a broker of this kind answers (a proxy's page, broken JSON, a broken frame)."""


class OperationCancelled(BrokerctlError):
    """A person or a signal cancelled a running operation."""
