"""What a change of a user or of its rights does to the connections that are open, told before it is done.

The embedded broker looks at open connections again at once. RabbitMQ remembers per channel what it allowed, so what is
taken away may work until the client connects again (RabbitMQ, docs/access-control); of a deleted user it closes them.
"""

from __future__ import annotations

from collections.abc import Sequence

from brokerctl.clients.models import Connection
from dashboard.declaring.known import EMBEDDED, LAVINMQ
from dashboard.looks import shapes
from dashboard.operations.leaving import named
from dashboard.words import counted


def of_tags(before: Sequence[str], after: Sequence[str], explained: dict[str, str]) -> tuple[str, ...]:
    """What each tag that comes or goes means; it is asked for at every request of the management API."""
    effects = [f"It gets {tag}: {explained.get(tag, 'a word of your own')}." for tag in after if tag not in before]
    effects += [f"It loses {tag}: {explained.get(tag, 'a word of your own')}." for tag in before if tag not in after]
    if before and not after:
        effects.append("Without a tag the management API does not let it in.")
    if not effects:
        effects.append("Nothing becomes different.")
    return (*effects, "The management API goes by it from the next request. Connections of AMQP are not touched.")


def of_password(open_now: Sequence[Connection], *, has_one: bool | None) -> tuple[str, ...]:
    effects = ["The password it has now stops working for new logins, at once."] if has_one is not False else []
    if open_now:
        effects.append(
            f"{_open(open_now, 'stays', 'stay')}: a password is asked for only when a client logs in. "
            "When they connect again they need the new one."
        )
    return (*effects, "Its tags and permissions stay.")


def of_rights(open_now: Sequence[Connection], product: str) -> tuple[str, ...]:
    """Of another set of patterns in the vhost of these connections."""
    if not open_now:
        return ("It has no connection open in the vhost.",)
    stay = _open(open_now, "stays", "stay")
    if product == EMBEDDED:
        return (
            f"{stay}. What comes next is judged by these patterns, and consumers of what it may no "
            "longer read are cancelled.",
        )
    return (
        f"{stay} and may keep what was allowed until the client connects again: "
        f"{product or 'the broker'} remembers it for each channel.",
    )


def of_clearing(open_now: Sequence[Connection], product: str) -> tuple[str, ...]:
    """Of no rights in the vhost any more."""
    if not open_now:
        return ("It has no connection open in the vhost.",)
    if product == EMBEDDED:
        return (f"{_open(open_now, 'is', 'are')} closed at once.",)
    return (
        f"{_open(open_now, 'stays', 'stay')} and may go on until the client connects "
        "again. Close the connections of the user to be sure.",
    )


def of_deletion(open_now: Sequence[Connection], product: str) -> tuple[str, ...]:
    if not open_now:
        return ("It has no connection open.",)
    names = named(shapes.client(each) for each in open_now)
    if product == LAVINMQ:
        return (f"{counted(len(open_now), 'open connection')}: {names}. LavinMQ does not say whether it closes them.",)
    return (f"{_open(open_now, 'is', 'are')} closed: {names}.",)


def _open(connections: Sequence[Connection], one: str, many: str) -> str:
    """How many there are, and the verb for so many."""
    return f"{counted(len(connections), 'open connection')} {one if len(connections) == 1 else many}"
