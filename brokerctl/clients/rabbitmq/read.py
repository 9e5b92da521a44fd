"""Careful reading of RabbitMQ's JSON: any key may be missing, empty objects come as lists, numbers as anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from brokerctl.clients.models import Arguments, MessageCounters, MessageRates, Traffic

Json = dict[str, Any]

BOUND = 2**63
"""What is larger, infinite or no number at all counts as not told: no broker has such, no database takes it."""


def text(item: Json, key: str, default: str = "") -> str:
    value = item.get(key)
    return value if isinstance(value, str) else default


def number(item: Json, key: str, default: int = 0) -> int:
    value = _number(item, key)
    return default if value is None else int(value)


def optional_number(item: Json, key: str) -> int | None:
    value = _number(item, key)
    return None if value is None else int(value)


def share(item: Json, key: str) -> float | None:
    value = _number(item, key)
    return None if value is None else float(value)


def _number(item: Json, key: str) -> int | float | None:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -BOUND < value < BOUND else None


def flag(item: Json, key: str) -> bool:
    return item.get(key) is True


def table(item: Json, key: str) -> Arguments:
    """An object; Erlang writes an empty one as []."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def items(item: Json, key: str) -> list[Json]:
    value = item.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words(item: Json, key: str) -> tuple[str, ...]:
    """Tags: a list since 3.9, one text with commas before."""
    value = item.get(key)
    found = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(each).strip() for each in found if each)


def milliseconds(item: Json, key: str) -> datetime | None:
    value = optional_number(item, key)
    return _moment(value / 1000) if value else None


def seconds(item: Json, key: str) -> datetime | None:
    value = optional_number(item, key)
    return _moment(value) if value else None


def time(item: Json, key: str) -> datetime | None:
    """A time as text: RFC 3339, or with a space and without a zone, as older versions write it, in UTC."""
    try:
        found = datetime.fromisoformat(text(item, key))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def since(item: Json, key: str, now: datetime) -> datetime | None:
    """When it began, from a number of seconds that it lasts."""
    try:
        return now - timedelta(seconds=item[key]) if _number(item, key) is not None else None
    except OverflowError:
        return None


def _moment(value: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def counters(item: Json) -> MessageCounters:
    stats = table(item, "message_stats")
    return MessageCounters(
        publish=number(stats, "publish"),
        deliver_get=_delivered(stats),
        ack=number(stats, "ack"),
        redeliver=number(stats, "redeliver"),
        confirm=number(stats, "confirm"),
        return_unroutable=number(stats, "return_unroutable"),
        drop_unroutable=number(stats, "drop_unroutable"),
    )


DELIVERIES = ("deliver", "deliver_no_ack", "get", "get_no_ack")
"""The parts of deliver_get. LavinMQ before 2.0 tells nothing else."""


def _delivered(stats: Json) -> int:
    if "deliver_get" in stats:
        return number(stats, "deliver_get")
    return sum(number(stats, key) for key in DELIVERIES)


def rate(item: Json, key: str) -> float | None:
    """Per second, as the broker works it out; None when it does not say."""
    return share(table(item, f"{key}_details"), "rate")


def message_rate(stats: Json, key: str) -> float | None:
    """Of one of the counters in `message_stats`. One that never moved is left out, and so are all that never did."""
    return rate(stats, key) if key in stats else 0.0


def _deliver_rate(stats: Json) -> float | None:
    if "deliver_get" in stats or "deliver" not in stats:
        return message_rate(stats, "deliver_get")
    return sum(rate(stats, key) or 0.0 for key in DELIVERIES)


def rates(item: Json) -> MessageRates:
    stats = table(item, "message_stats")
    return MessageRates(
        publish=message_rate(stats, "publish"),
        deliver_get=_deliver_rate(stats),
        ack=message_rate(stats, "ack"),
        redeliver=message_rate(stats, "redeliver"),
        confirm=message_rate(stats, "confirm"),
        return_unroutable=message_rate(stats, "return_unroutable"),
        drop_unroutable=message_rate(stats, "drop_unroutable"),
    )


def traffic(item: Json) -> Traffic:
    return Traffic(number(item, "recv_oct"), number(item, "send_oct"), rate(item, "recv_oct"), rate(item, "send_oct"))


def texts(item: Json, key: str) -> tuple[str, ...]:
    value = item.get(key)
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def flows(item: Json, key: str, noun: str, counter: str) -> dict[str, float]:
    """Of a list like [{"exchange": {"name": …}, "stats": {"publish_details": {"rate": …}}}] the rates by name."""
    found = {}
    for each in items(item, key):
        per_second = rate(table(each, "stats"), counter)
        if per_second is not None:
            found[text(table(each, noun), "name")] = per_second
    return found
