"""What brokers and queues did, for longer than a process lives: numbers at three steps, and what happened meanwhile.

Written by the collector (dashboard/live/keeper.py), read by dashboard/past.py. Numbers and names only.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dashboard.models.broker import Broker


class Track(models.Model):
    """Whose numbers they are: a queue's, or with an empty queue the whole broker's."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="tracks")
    vhost = models.CharField(max_length=255, blank=True)
    queue = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["broker", "vhost", "queue"], name="one_track_each")
        ]

    def __str__(self) -> str:
        return f"{self.queue or 'all'} of {self.broker_id}"


class Sample(models.Model):
    """Means over `step` seconds from `at` on; null: not known. A queue that did not change has no row of its own."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="samples", db_index=False)
    step = models.PositiveSmallIntegerField()
    """Seconds."""
    at = models.BigIntegerField()
    """Seconds since 1970, a multiple of `step`."""
    ready = models.FloatField(null=True)
    unacked = models.FloatField(null=True)
    publish = models.FloatField(null=True)
    """Messages per second, as the two after it."""
    deliver = models.FloatField(null=True)
    ack = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["track", "step", "at"], name="one_sample_a_step")
        ]
        # What is too old is deleted by this, whosever it is.
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["step", "at"], name="sample_age")]

    def __str__(self) -> str:
        return f"{self.at} of {self.track_id}"


class Mark(models.Model):
    """Something that happened on a broker, for the charts. What people did is in Operation."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="marks", db_index=False)
    vhost = models.CharField(max_length=255, blank=True)
    queue = models.CharField(max_length=255, blank=True)
    """Empty: it is about the whole broker."""
    at = models.DateTimeField()
    label = models.CharField(max_length=80)
    """A few words: `consumers lost`, `memory alarm`."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["broker", "at"], name="mark_time")]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.label}"
