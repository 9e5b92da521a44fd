"""How a command ends: its exit code, and the one sentence that says why."""

from __future__ import annotations

from enum import IntEnum

from brokerctl.errors import (
    BrokerctlError,
    BrokerUnreachable,
    LoginRefused,
    ObjectNotFound,
    OperationCancelled,
    PermissionDenied,
    SettingError,
)


class Exit(IntEnum):
    """Documented in docs/cli.md; scripts rely on them."""

    OK = 0
    FAILED = 1
    """The broker refused, or something else went wrong."""
    USAGE = 2
    """The command was not understood, or a question could not be asked."""
    NOT_FOUND = 3
    REFUSED = 4
    """The login was refused, or the user may not do this."""
    PARTLY = 5
    """Some of the messages did not do what was wanted; what they did is told."""
    UNREACHABLE = 6
    STOPPED = 130
    """By Ctrl-C. What was done stays done, and is told."""
    PIPE = 141
    """Whoever read the output went away."""


class Problem(BrokerctlError):
    """A sentence for the person at the command line, with the exit code that goes with it."""

    def __init__(self, text: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(text)
        self.code = code


_CODES: tuple[tuple[type[BrokerctlError], Exit], ...] = (
    (ObjectNotFound, Exit.NOT_FOUND),
    (LoginRefused, Exit.REFUSED),
    (PermissionDenied, Exit.REFUSED),
    (BrokerUnreachable, Exit.UNREACHABLE),
    (OperationCancelled, Exit.STOPPED),
    (SettingError, Exit.USAGE),
)


def code_of(error: BrokerctlError) -> Exit:
    if isinstance(error, Problem):
        return error.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED)
