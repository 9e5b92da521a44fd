"""Where a queue is heading, in words: what stands below the tiles of its page. Pure: a row in, texts out.

The page and its live numbers take the same texts from here, so there is one rule for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from brokerctl.clients.models import Queue
from dashboard.snapshot import QueueRow
from dashboard.verdicts import during, length_limit, size

STEADY_PER_MINUTE = 1.0
"""A change below this is the jitter of rates measured a moment apart."""


@dataclass(slots=True, frozen=True)
class Outlook:
    trend: str
    """'+894/min', 'steady', or '' when the rates are not known."""
    average: str
    """'3.1 KiB a message'."""
    heading: str
    """What `time` is about: 'Full in', 'Empty in' or 'Limit'."""
    time: str
    """'42 min', or 'never' for one that grows without a limit."""


def of_queue(row: QueueRow) -> Outlook:
    """What the present rates lead to."""
    change = _change_per_second(row)
    heading, time = _time(row, change)
    return Outlook(_trend(change), _average(row), heading, time)


def oldest_seconds(queue: Queue, now: datetime) -> float | None:
    """How long the oldest ready message waits: as the broker says, else by the message's own timestamp."""
    if queue.oldest_ready_seconds is not None or queue.head_message_timestamp is None:
        return queue.oldest_ready_seconds
    return max(0.0, (now - queue.head_message_timestamp).total_seconds())


def _change_per_second(row: QueueRow) -> float | None:
    """Growth of ready + unacked."""
    if row.rates.publish is None or row.rates.ack is None or row.rates.deliver is None:
        return None
    # With automatic acknowledgement a message is gone when it is delivered and never counted as acked.
    return row.rates.publish - (row.rates.ack if row.queue.messages_unacknowledged else row.rates.deliver)


def _trend(change: float | None) -> str:
    if change is None:
        return ""
    per_minute = change * 60
    return "steady" if abs(per_minute) < STEADY_PER_MINUTE else f"{per_minute:+,.0f}/min"


def _average(row: QueueRow) -> str:
    queue = row.queue
    if not queue.messages or queue.message_bytes is None:
        return ""
    return f"{size(queue.message_bytes / queue.messages)} a message"


def _time(row: QueueRow, change: float | None) -> tuple[str, str]:
    limit = length_limit(row)
    if change is None or abs(change * 60) < STEADY_PER_MINUTE:
        return ("Full in", "–") if limit else ("Empty in", "–")
    if change > 0:
        if not limit:
            return "Empty in", "never"
        if row.queue.messages_ready >= limit:
            return "Limit", "reached"
        return "Full in", during((limit - row.queue.messages_ready) / change)
    return "Empty in", during(row.queue.messages / -change) if row.queue.messages else "–"
