"""Snapshots as the plain values that travel to browsers. Numbers go raw; the browser formats them as Python does."""

from __future__ import annotations

from datetime import datetime

from brokerctl.metrics.series import Point, Series
from dashboard import attention, outlook, paths, verdicts
from dashboard.live.protocol import Data
from dashboard.models import Operation
from dashboard.snapshot import BrokerState, QueueRow, Snapshot
from dashboard.verdicts import Summary, Verdict


def card(snapshot: Snapshot, now: datetime) -> Data:
    """One broker, or the part of it that somebody sees, on the overview."""
    overview = snapshot.overview
    worst = verdicts.summary(snapshot, now)
    nodes = snapshot.nodes
    return {
        "state": snapshot.state.value,
        "error": snapshot.error,
        "taken_at": _epoch(snapshot.taken_at),
        "retry_at": _epoch(snapshot.retry_at),
        "ready": worst.ready,
        "unacked": worst.unacked,
        "publish": _round(snapshot.rates.publish),
        "deliver": _round(snapshot.rates.deliver),
        "ack": _round(snapshot.rates.ack),
        "connections": overview.connections if overview and snapshot.is_whole else None,
        "consumers": overview.consumers if overview else None,
        "queues": len(snapshot.queues),
        "alarm": any(node.memory_alarm or node.disk_alarm for node in nodes),
        "critical": worst.critical,
        "warning": worst.warning,
        "attention": _attention(snapshot, worst, now),
        "depth": _last(snapshot.depth) if snapshot.is_whole else worst.ready + worst.unacked,
    }


def _attention(snapshot: Snapshot, summary: Summary, now: datetime) -> Data:
    """What needs somebody, worst first, by row key; the broker itself under an empty one."""
    if snapshot.state is BrokerState.UNREACHABLE:
        return {"": _said(verdicts.unreachable(snapshot, now))}
    return {paths.row_key(*row.key): _said(verdict) for row, verdict in summary.worst[: verdicts.ATTENTION_SHOWN]}


def _said(verdict: Verdict) -> Data:
    return {"status": verdict.status.glyph, "verdict": verdict.text, "evidence": verdict.evidence}


def beside_its_name(snapshot: Snapshot, now: datetime) -> Data:
    """One broker in the sidebar."""
    health = verdicts.of_broker(snapshot, now)
    needs = attention.count(snapshot, now)
    return {
        "state": snapshot.state.value,
        "glyph": health.glyph,
        "colour": health.colour,
        "health": health.text,
        "queues": len(snapshot.queues),
        "exchanges": len(snapshot.exchanges),
        "attention": needs.things,
        "critical": needs.critical,
    }


def queue_cells(row: QueueRow, snapshot: Snapshot, now: datetime) -> Data:
    """One row of the list of queues."""
    verdict = verdicts.of_queue(row, snapshot, now)
    queue = row.queue
    return {
        "ready": queue.messages_ready,
        "unacked": queue.messages_unacknowledged,
        "total": queue.messages,
        "in": _round(row.rates.publish),
        "out": _round(row.rates.deliver),
        "ack": _round(row.rates.ack),
        "consumers": queue.consumers,
        "redelivered": _round(row.rates.redeliver),
        "utilisation": _round(queue.consumer_utilisation),
        "oldest": _round(outlook.oldest_seconds(queue, now)),
        "bytes": queue.message_bytes,
        "bytes_ready": queue.bytes_ready,
        "bytes_unacked": queue.bytes_unacknowledged,
        "persistent": queue.messages_persistent,
        "bytes_persistent": queue.bytes_persistent,
        "memory": queue.messages_in_memory,
        "bytes_memory": queue.bytes_in_memory,
        "status": verdict.status.glyph,
        "verdict": verdict.text,
        "depth": _last(row.depth),
    }


def queue_detail(row: QueueRow | None, snapshot: Snapshot, now: datetime) -> Data:
    """The page of one queue; `gone` when the broker no longer has it."""
    if row is None:
        return {"gone": snapshot.is_live, "state": snapshot.state.value}
    queue = row.queue
    ahead = outlook.of_queue(row)
    return {
        "gone": False,
        "state": snapshot.state.value,
        **queue_cells(row, snapshot, now),
        "evidence": verdicts.of_queue(row, snapshot, now).evidence,
        "bytes": queue.message_bytes,
        "oldest": _epoch(queue.head_message_timestamp),
        "trend": ahead.trend,
        "average": ahead.average,
        "heading": ahead.heading,
        "time": ahead.time,
    }


def exchange_cells(rates: tuple[float | None, float | None]) -> Data:
    return {"in": _round(rates[0]), "out": _round(rates[1])}


def job(operation: Operation) -> Data:
    """One job, with what its bar and its counts need."""
    return {
        "state": operation.state,
        "total": operation.total,
        "done": operation.done,
        "counts": dict(operation.counts),
        "error": operation.error,
        "problems": len(operation.problems),
        "finished": operation.is_finished,
    }


def points(series: Series | None, grain: str) -> list[list[float | None]]:
    """A chart's points: [second, ready, unacked, publish, deliver, ack], oldest first."""
    if series is None:
        return []
    return [_point(point) for point in series.points(grain)]


def last_point(series: Series | None, grain: str) -> list[float | None] | None:
    """The newest one alone: it is asked for with every refresh of every stream."""
    last = None if series is None else series.last(grain)
    return None if last is None else _point(last)


def _point(point: Point) -> list[float | None]:
    at, values = point
    return [at, *(_round(value) for value in values)]


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _last(values: tuple[float | None, ...]) -> float | None:
    return values[-1] if values else None
