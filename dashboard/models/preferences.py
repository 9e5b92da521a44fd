"""How one person wants the pages: theme, time zone, keys, rows. Who chose nothing has no row."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Theme(models.TextChoices):
    SYSTEM = "", "As the system has it"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Preferences(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.SYSTEM, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    """A name of the IANA's database; empty: that of the browser."""
    has_single_keys = models.BooleanField(default=True)
    """Whether one key alone does something, as j and k do."""
    rows_per_page = models.PositiveSmallIntegerField(default=100)

    def __str__(self) -> str:
        return f"preferences of {self.user}"
