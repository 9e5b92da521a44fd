"""Questions of the event loop to the database: all in one thread and by one connection, which no request ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import Error, connection

P = ParamSpec("P")
T = TypeVar("T")


async def asked(question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What it answers. Raises what it raises; after an error of the database the next question connects anew."""
    return await sync_to_async(_asking(question))(*args, **named)


def _asking(question: Callable[P, T]) -> Callable[P, T]:
    def ask(*args: P.args, **named: P.kwargs) -> T:
        try:
            return question(*args, **named)
        except Error:
            # A database that was started again does not know the connection any more, and would never again.
            connection.close()
            raise

    return ask
