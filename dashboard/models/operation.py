"""One job on a broker: the form that started it, its progress, its result and its audit entry are this one row.

The row never holds a message body or a password. A worker claims it by a conditional UPDATE, so a second worker gets
nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from dashboard.models.broker import Broker

SILENT_AFTER = timedelta(seconds=120)
"""A worker writes twice a second while it gets on, and waits at most 10 s for an answer of a broker."""

WORKER_DIED = (
    "Its worker gave no sign of life and has probably died. What was done stays done, the rest is at the source; "
    "messages in flight at that moment can be in both places."
)


class State(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (State.QUEUED, State.RUNNING)


class Kind(models.TextChoices):
    PUBLISH = "publish", "Publish"
    PURGE = "purge", "Purge"
    MOVE = "move", "Move"
    COPY = "copy", "Copy"
    REPUBLISH = "republish", "Republish"
    PURGE_MANY = "purge-many", "Purge"
    MOVE_MANY = "move-many", "Move the messages of"
    DELETE = "delete", "Delete"
    PAUSE = "pause", "Pause"
    RESUME = "resume", "Resume"
    POLICY = "policy", "Set a policy for"
    CREATE = "create", "Create"
    CHANGE = "change", "Change"
    REMOVE = "remove", "Delete"
    IMPORT = "import", "Import"
    EXPORT = "export", "Export"
    CLOSE = "close", "Close"
    CANCEL = "cancel", "Cancel"


OF_QUEUES = frozenset({Kind.PURGE_MANY, Kind.MOVE_MANY, Kind.DELETE, Kind.PAUSE, Kind.RESUME, Kind.POLICY})
"""Jobs on many queues: their total and counts are of queues, and each queue has a line in `items`."""

OF_DEFINITIONS = frozenset({Kind.CREATE, Kind.CHANGE, Kind.REMOVE, Kind.IMPORT, Kind.EXPORT})
"""They change how a broker is set up: counts are of definitions, and each of an import has a line in `items`."""

OF_CLIENTS = frozenset({Kind.CLOSE, Kind.CANCEL})
"""Somebody else's connections and consumers: each connection has a line in `items`."""

CHANGES = OF_DEFINITIONS | OF_CLIENTS
"""Done in the request or by a worker, they take no messages."""


class OperationQuerySet(models.QuerySet["Operation"]):
    def unfinished(self) -> OperationQuerySet:
        return self.filter(state__in=UNFINISHED)

    def claim(self, operation_id: int) -> bool:
        """Take a waiting operation for this worker; False when another was first or it was cancelled."""
        mine = self.filter(pk=operation_id, state=State.QUEUED)
        return mine.update(state=State.RUNNING, started_at=now(), heartbeat_at=now()) == 1

    def silent(self) -> OperationQuerySet:
        """Running for the row, but without a worker that shows it."""
        return self.filter(state=State.RUNNING, heartbeat_at__lt=now() - SILENT_AFTER)

    def fail_silent(self) -> int:
        """End the jobs whose worker died, and say so; how many there were."""
        return self.silent().update(state=State.FAILED, error=WORKER_DIED, finished_at=now())

    def cancel(self, operation_id: int) -> None:
        """Cancel a waiting job at once, and ask a running one to stop after the messages in flight."""
        mine = self.filter(pk=operation_id)
        if mine.filter(state=State.QUEUED).update(state=State.CANCELLED, finished_at=now()):
            return
        mine.filter(state=State.RUNNING).update(cancel_requested=True)
        mine.fail_silent()


class Operation(models.Model):
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    broker = models.ForeignKey(Broker, on_delete=models.SET_NULL, null=True, related_name="operations")
    broker_name = models.CharField(max_length=60)
    """Kept for the audit when the broker is removed."""
    vhost = models.CharField(max_length=255)
    """Empty for a job on queues of several vhosts."""
    queue = models.CharField(max_length=255, blank=True)
    """The source queue; empty for a publish to an exchange."""
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    """What was asked: destination, fingerprints, routing key. The shapes are in dashboard.operations.parameters."""
    total = models.PositiveIntegerField(null=True)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    """Outcome -> number of messages (brokerctl.operations.progress.Outcome)."""
    problems: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list)
    items: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    """Of a job on many queues: vhost, queue, outcome, messages and reason of each (ItemResult)."""
    error = models.TextField(blank=True)
    """A sentence for people, when state is failed."""
    cancel_requested = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    """Written by the worker with its progress and at least every few seconds; an old one means that the worker died."""
    finished_at = models.DateTimeField(null=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.queue or self.vhost} on {self.broker_name}"

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    @property
    def is_silent(self) -> bool:
        """Whether its worker has probably died."""
        return (
            self.state == State.RUNNING and self.heartbeat_at is not None and now() - self.heartbeat_at > SILENT_AFTER
        )

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED
