"""How a queue is, in words, from what its row shows: one verdict, the first that holds, worst first.

Pure: a row and a time in, a verdict out. A verdict never says more than is known. The thresholds are those of the
design; each has its reason where it is not plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from brokerctl.clients.models import Overview
from dashboard import words
from dashboard.snapshot import DEPTH_STEP_SECONDS, BrokerState, QueueRow, Rates, Snapshot
from dashboard.status import Status as Status
from dashboard.status import Step as Step
from dashboard.status import Verdict as Verdict

NO_CONSUMERS_AFTER = timedelta(minutes=2)
NO_ACK_AFTER = timedelta(minutes=2)
REDELIVERING_AFTER = timedelta(minutes=2)
REDELIVERING_SHARE = 0.2
"""Of deliveries: fewer are the normal jitter of clients that restart."""
IDLE_AFTER = timedelta(seconds=30)
BEHIND_SHARE = 0.05
"""In above out by this much, with messages waiting, is falling behind."""
BEHIND_READY = 100
"""Fewer waiting messages than this are the normal jitter of a flowing queue."""
GROWING_PER_MINUTE = 10
GROWING_POINTS = round(60 / DEPTH_STEP_SECONDS) + 1
DRAINING_READY = 20
ATTENTION_SHOWN = 20
"""Queues in the overview's list of what needs attention; the list of queues has them all."""


UNKNOWN = Verdict(Status.OFF, "Unknown", "the broker does not answer")


def of_queue(row: QueueRow, snapshot: Snapshot, now: datetime) -> Verdict:
    """The verdict on one queue: that of the moment it was read, if the collector kept it."""
    if not snapshot.is_live:
        return UNKNOWN
    return snapshot.verdicts.get((row.queue.vhost, row.queue.name)) or judge(row, now)


def judge(row: QueueRow, now: datetime) -> Verdict:
    """The verdict on a queue of a broker that answers."""
    judges = (_full, _paused, _no_consumers, _no_ack, _redelivering, _growing, _behind, _delay, _draining, _flowing)
    for judge in judges:
        verdict = judge(row, now)
        if verdict is not None:
            return verdict
    return _idle(row, now)


@dataclass(slots=True, frozen=True)
class Health:
    """How a broker is, for the mark beside its name."""

    glyph: str
    colour: str
    text: str


def of_broker(snapshot: Snapshot, now: datetime) -> Health:
    """As well as its worst queue, if it answers at all."""
    if snapshot.state is BrokerState.UNREACHABLE:
        return Health("off", "crit", "unreachable")
    if snapshot.state is BrokerState.CONNECTING:
        return Health("idle", "idle", "connecting")
    worst = summary(snapshot, now)
    if worst.critical:
        return Health("crit", "crit", "needs attention")
    if worst.warning or any(node.memory_alarm or node.disk_alarm for node in snapshot.nodes):
        return Health("warn", "warn", "needs a look")
    return Health("ok", "ok", "healthy")


@dataclass(slots=True, frozen=True)
class Summary:
    """What all queues of a broker come to."""

    ready: int
    unacked: int
    critical: int
    warning: int
    worst: tuple[tuple[QueueRow, Verdict], ...]
    """Every queue that needs somebody, worst first and among equals the fullest."""


def summary(snapshot: Snapshot, now: datetime) -> Summary:
    """Worked out once for each snapshot: ten thousand queues take some milliseconds, and every page asks for it."""
    found = snapshot.memo.get(Summary)
    if found is None:
        found = snapshot.memo[Summary] = _summary(snapshot, now)
    assert isinstance(found, Summary)
    return found


def _summary(snapshot: Snapshot, now: datetime) -> Summary:
    rows = snapshot.queues.values()
    judged = ((row, of_queue(row, snapshot, now)) for row in rows) if snapshot.is_live else ()
    worst = sorted(
        (each for each in judged if each[1].needs_attention),
        key=lambda each: (each[1].status, -each[0].queue.messages_ready),
    )
    critical = sum(verdict.status is Status.CRIT for _, verdict in worst)
    return Summary(
        ready=sum(row.queue.messages_ready for row in rows),
        unacked=sum(row.queue.messages_unacknowledged for row in rows),
        critical=critical,
        warning=len(worst) - critical,
        worst=tuple(worst),
    )


def unreachable(snapshot: Snapshot, now: datetime) -> Verdict:
    """On a broker that does not answer."""
    since = lasting(now - snapshot.failed_at) if snapshot.failed_at else "a moment"
    return Verdict(Status.CRIT, f"Unreachable for {since}", snapshot.error, Step.TEST)


def alarms(snapshot: Snapshot) -> list[Verdict]:
    """What blocks publishers of a broker that answers, one for each node and resource."""
    found = []
    for node in snapshot.nodes if snapshot.is_live else ():
        if node.memory_alarm:
            used, limit = node.memory_used_bytes, node.memory_limit_bytes
            known = (
                f"{size(used)} of {size(limit)} in use" if used is not None and limit is not None else "over its limit"
            )
            found.append(Verdict(Status.CRIT, "Publishers blocked", f"memory of {node.name}: {known}", Step.LARGEST))
        if node.disk_alarm:
            free = "too little" if node.disk_free_bytes is None else size(node.disk_free_bytes)
            found.append(Verdict(Status.CRIT, "Publishers blocked", f"disk of {node.name}: {free} free", Step.LARGEST))
    return found


def stopped(snapshot: Snapshot) -> list[Verdict]:
    """Vhosts that do not run on a node, though the node does."""
    return [
        Verdict(
            Status.CRIT,
            "Vhost stopped",
            f"{words.visible(vhost.name)} on {words.visible(node)}; its queues are away",
            Step.VHOSTS,
        )
        for vhost in snapshot.vhosts
        for node, state in vhost.cluster_state.items()
        if state == "stopped"
    ]


def uncounted(overview: Overview | None) -> list[Verdict]:
    """What a broker is set not to count, so that nobody takes what is not known for nothing."""
    if overview is not None and not overview.has_statistics:
        told = "neither lengths nor connections are told: its metrics collector or statistics are disabled"
        return [Verdict(Status.WARN, "Statistics are off", told)]
    if overview is not None and overview.rates_mode == "none":
        told = "lengths are known and rates are not: its rates mode is none"
        return [Verdict(Status.WARN, "Rates are off", told)]
    return []


def argument(row: QueueRow, name: str) -> object:
    """What holds for a queue under this name: its own x-argument, or the policy's where it has none."""
    queue = row.queue
    return queue.arguments.get(f"x-{name}", queue.effective_policy.get(name))


def length_limit(row: QueueRow) -> int | None:
    """How many ready messages the queue takes; None when it has no such limit, or one of nothing."""
    limit = argument(row, "max-length")
    return limit if _is_limit(limit) else None


def bytes_limit(row: QueueRow) -> int | None:
    """How many bytes of ready messages the queue takes; None when it has no such limit, or one of nothing."""
    limit = argument(row, "max-length-bytes")
    return limit if _is_limit(limit) else None


def _is_limit(value: object) -> TypeGuard[int]:
    """What can be met: a policy holds numbers of any size, and such a one means none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _full(row: QueueRow, now: datetime) -> Verdict | None:
    evidence = _limit_reached(row)
    if not evidence:
        return None
    overflow = argument(row, "overflow") or "drop-head"
    effect = "new messages are refused" if str(overflow).startswith("reject") else "the oldest messages are dropped"
    return Verdict(Status.CRIT, "Full", f"{evidence}; {effect}", Step.PARK)


def _limit_reached(row: QueueRow) -> str:
    """'10,000 of 10,000 ready', or '' below every limit. One of bytes is met when the next would pass it."""
    limit, ready = length_limit(row), row.queue.messages_ready
    if limit is not None and ready >= limit:
        return f"{limit:,} of {limit:,} ready"
    most, filled = bytes_limit(row), row.queue.bytes_ready
    if most is None or not filled or not ready or filled + filled / ready < most:
        return ""
    return f"{size(filled)} of {size(most)} ready"


def _paused(row: QueueRow, now: datetime) -> Verdict | None:
    if row.queue.state != "paused":
        return None
    return Verdict(
        Status.IDLE, "Paused", f"{row.queue.messages_ready:,} ready; consumers get nothing until it is resumed"
    )


def _no_consumers(row: QueueRow, now: datetime) -> Verdict | None:
    since = row.no_consumers_since
    if since is None or now - since < NO_CONSUMERS_AFTER or is_delay_queue(row) or is_dead_letter_queue(row):
        return None
    return Verdict(Status.CRIT, f"No consumers, {lasting(now - since)}", _fate(row), Step.CONSUMERS)


def _fate(row: QueueRow) -> str:
    """What becomes of a queue that nobody empties: '12,480 ready, 14.9/s arriving; full in 42 min'."""
    ready, arriving, limit = row.queue.messages_ready, row.rates.publish or 0.0, length_limit(row)
    if arriving < 0.1:
        return f"{ready:,} ready, none arriving"
    known = f"{ready:,} ready, {arriving:,.1f}/s arriving"
    return f"{known}; full in {during((limit - ready) / arriving)}" if limit else known


def _no_ack(row: QueueRow, now: datetime) -> Verdict | None:
    since = row.no_ack_since
    if since is None or now - since < NO_ACK_AFTER:
        return None
    evidence = f"{row.queue.messages_unacknowledged:,} unacked, {row.queue.consumers} consumers"
    return Verdict(Status.CRIT, f"No ack for {lasting(now - since)}", evidence, Step.CONSUMERS)


def redelivered_share(rates: Rates) -> float:
    """Of what is delivered, how much was delivered before; 0 where nothing is known to be."""
    return (rates.redeliver or 0.0) / rates.deliver if rates.deliver else 0.0


def _redelivering(row: QueueRow, now: datetime) -> Verdict | None:
    since = row.redelivering_since
    if since is None or now - since < REDELIVERING_AFTER:
        return None
    share = min(redelivered_share(row.rates), 1.0)
    evidence = f"{row.rates.redeliver or 0:,.1f}/s of {row.rates.deliver or 0:,.1f}/s delivered again"
    return Verdict(Status.WARN, f"Redelivering, {share:.0%}".replace("%", " %"), evidence, Step.READ)


def _growing(row: QueueRow, now: datetime) -> Verdict | None:
    # Over a minute, not by the present rate: dead letters come one by one, and one in a second is sixty a minute.
    minute = [value for value in row.depth[-GROWING_POINTS:] if value is not None]
    if not is_dead_letter_queue(row) or len(minute) < GROWING_POINTS or minute[-1] - minute[0] < GROWING_PER_MINUTE:
        return None
    return Verdict(
        Status.WARN, f"Growing +{minute[-1] - minute[0]:,.0f}/min", f"{row.queue.messages_ready:,} waiting", Step.READ
    )


def _behind(row: QueueRow, now: datetime) -> Verdict | None:
    arriving, leaving = row.rates.publish, row.rates.deliver
    depth = [value for value in row.depth if value is not None]
    if arriving is None or leaving is None or not row.queue.consumers or len(depth) < 6:
        return None
    is_rising = depth[-1] > depth[0] and depth[-1] > depth[len(depth) // 2]
    if row.queue.messages_ready < BEHIND_READY or arriving <= leaving * (1 + BEHIND_SHARE) or not is_rising:
        return None
    evidence = f"{arriving:,.1f}/s in, {leaving:,.1f}/s out; never drains at this rate"
    return Verdict(Status.WARN, "Falling behind", evidence, Step.CONSUMERS)


def _delay(row: QueueRow, now: datetime) -> Verdict | None:
    ttl = argument(row, "message-ttl")
    if not is_delay_queue(row) or row.queue.consumers or not isinstance(ttl, int):
        return None
    return Verdict(Status.IDLE, f"Delay queue, {during(ttl // 1000)}")


def _draining(row: QueueRow, now: datetime) -> Verdict | None:
    arriving, leaving = row.rates.publish or 0.0, row.rates.deliver or 0.0
    if row.queue.messages_ready < DRAINING_READY or leaving <= arriving * (1 + BEHIND_SHARE):
        return None
    left = row.queue.messages_ready / (leaving - arriving)
    return Verdict(Status.OK, f"Draining, {during(left)} left")


def _flowing(row: QueueRow, now: datetime) -> Verdict | None:
    rates = row.rates
    is_leaving = bool(rates.deliver or rates.ack)
    # Messages that only pile up do not flow, however fast they arrive.
    is_piling_up = row.queue.messages_ready > 0 and not row.queue.consumers
    if is_leaving or (rates.publish and not is_piling_up):
        return Verdict(Status.OK, "Flowing")
    return None


def _idle(row: QueueRow, now: datetime) -> Verdict:
    if row.queue.messages_ready and not row.queue.consumers:
        return Verdict(Status.IDLE, "Waiting, no consumers")
    if row.idle_since is None or now - row.idle_since < IDLE_AFTER:
        return Verdict(Status.IDLE, "Idle")
    return Verdict(Status.IDLE, f"Idle, {lasting(now - row.idle_since)}")


def is_delay_queue(row: QueueRow) -> bool:
    """A time to live and a dead-letter exchange, and nobody consumes: as meant."""
    return argument(row, "message-ttl") is not None and argument(row, "dead-letter-exchange") is not None


def is_dead_letter_queue(row: QueueRow) -> bool:
    """By its name: brokers do not mark them. The usual endings and beginnings, as people name such queues."""
    name = row.queue.name.lower()
    parts = name.replace("-", ".").replace("_", ".").split(".")
    return any(part in ("dlq", "dlx", "dead", "deadletter", "deadletters", "parking", "poison") for part in parts) or (
        "dead.letter" in ".".join(parts)
    )


def size(count: float) -> str:
    """Bytes in the largest unit that fits: '512 B', '38.1 MiB'. static/js/format.js does the same."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1024
    return f"{count:,.1f} TiB"


def lasting(span: timedelta) -> str:
    """A length of time in the largest unit that fits: '<1 s', '14 min', '3 d'. static/js/format.js does the same."""
    return during(span.total_seconds())


def during(seconds: float) -> str:
    """The same of seconds, however many: what brokers are told, and what follows from it, no timedelta may hold."""
    if seconds < 1:
        return "<1 s"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size):,} {unit}"
    return f"{int(seconds)} s"
