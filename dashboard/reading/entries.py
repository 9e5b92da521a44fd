"""One message of a read: what was taken, where it stood, and the fingerprint by which a job finds it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from brokerctl.clients.base import Message
from dashboard.reading.bodies import preview


@dataclass(slots=True, frozen=True)
class Entry:
    position: int
    """From 1, at the head of the queue."""
    fingerprint: str
    message: Message

    @property
    def size_bytes(self) -> int:
        return len(self.message.body)

    @property
    def preview(self) -> str:
        return preview(self.message.body)

    @property
    def content_type(self) -> str:
        return str(self.message.properties.get("content_type") or "")

    @property
    def timestamp(self) -> datetime | None:
        """When its publisher says it was made. Brokers set it only when asked, so most messages have none."""
        return moment(self.message.properties.get("timestamp"))

    @property
    def death_reason(self) -> str:
        """Why it died last; empty when it never did."""
        deaths = self.message.headers.get("x-death")
        if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
            return str(deaths[0].get("reason") or "")
        return ""


def moment(value: Any) -> datetime | None:
    """An AMQP timestamp as an aware time; None for what is none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    return None
