"""A broker that people registered, or the embedded one. The password lies here only encrypted (dashboard.secrets)."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

PORT = [MinValueValidator(1), MaxValueValidator(65535)]


class Colour(models.TextChoices):
    """Of the environment's mark. None of them is a colour of a status."""

    GREY = "grey", "Grey"
    TEAL = "teal", "Teal"
    VIOLET = "violet", "Violet"
    MAGENTA = "magenta", "Magenta: cannot be missed"


class Broker(models.Model):
    slug = models.SlugField(unique=True, max_length=60)
    """In every address of the dashboard: /brokers/<slug>/…"""
    name = models.CharField(unique=True, max_length=60)
    is_embedded = models.BooleanField(default=False)
    host = models.CharField(max_length=255)
    amqp_port = models.PositiveIntegerField(default=5672, validators=PORT)
    amqp_tls = models.BooleanField(default=False)
    api_port = models.PositiveIntegerField(default=15672, validators=PORT)
    api_tls = models.BooleanField(default=False)
    verify_tls = models.BooleanField(default=True)
    tls_encrypted = models.BinaryField(default=b"")
    """CA, client certificate and key as JSON, encrypted as the password is; empty: none of them."""
    environment = models.CharField(max_length=24, blank=True)
    """What people call it: production, staging …; shown wherever the broker is."""
    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.GREY)
    username = models.CharField(max_length=255)
    password_encrypted = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-is_embedded", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_embedded"], condition=models.Q(is_embedded=True), name="one_embedded_broker"
            )
        ]

    def __str__(self) -> str:
        return self.name
