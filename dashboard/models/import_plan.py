"""A file of definitions that somebody uploaded, until it is applied or given up.

It holds hashes of passwords, so it lies here encrypted, and not for long.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from dashboard.models.broker import Broker

KEPT = timedelta(hours=12)
"""Long enough to let somebody else look at the plan."""


class ImportPlanQuerySet(models.QuerySet["ImportPlan"]):
    def forget_old(self) -> None:
        self.filter(created_at__lt=now() - KEPT).delete()


class ImportPlan(models.Model):
    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="import_plans")
    vhost = models.CharField(max_length=255, blank=True)
    """Into which vhost; empty: a file of everything."""
    file_name = models.CharField(max_length=255)
    document_encrypted = models.BinaryField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_plans")
    created_at = models.DateTimeField(default=now)

    objects = ImportPlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.file_name} for {self.broker}"
