"""How a person likes a table: which columns, and filters kept under a name. Rows of lists, not of brokers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from dashboard.models.broker import Broker

MAX_VIEWS = 12
"""For each table: each is counted whenever the table is shown, and more tabs than this are no overview."""


class ChosenColumns(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chosen_columns")
    table = models.CharField(max_length=40)
    columns = models.CharField(max_length=1000)
    """Their names in order, with commas between."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "table"], name="one_choice_per_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} of {self.user}: {self.columns}"


class SavedView(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, null=True, related_name="saved_views")
    """None for tables of all brokers."""
    table = models.CharField(max_length=40)
    title = models.CharField(max_length=40)
    query = models.TextField(max_length=4000)
    """The address's own query: filter, vhost, sort and columns."""

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "broker", "table", "title"], name="one_view_per_title")
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.query}"
