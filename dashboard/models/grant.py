"""Who may do what on which broker and vhost. Superusers need no grant.

Questions are asked only through dashboard.access.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from dashboard.models.broker import Broker


class Role(models.TextChoices):
    """Each role includes the ones before it."""

    VIEWER = "viewer", "Viewer: sees queues, rates and bindings, no message"
    OPERATOR = "operator", "Operator: reads, publishes, moves, purges"
    ADMIN = "admin", "Admin: declares, deletes, manages permissions"


class Grant(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="grants")
    vhost = models.CharField(max_length=255, blank=True)
    """Empty: every vhost of the broker."""
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "broker", "vhost"], name="one_grant_per_vhost")
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} on {self.broker}/{self.vhost or '*'}"
