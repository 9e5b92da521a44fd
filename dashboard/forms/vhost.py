"""A vhost, and the limits of vhosts and users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from brokerctl.clients.models import Vhost
from dashboard.declaring.known import EMBEDDED, LAVINMQ, QUEUE_TYPES, STREAM, version_of
from dashboard.forms.declare import NO_STREAMS
from dashboard.forms.fields import ShortStringField

VHOST_LIMITS = {"max-connections": "Connections", "max-queues": "Queues"}
USER_LIMITS = {"max-connections": "Connections", "max-channels": "Channels"}

LIMIT = "A limit is a whole number, 0 for none at all; empty for no limit."


class VhostForm(forms.Form):
    name = ShortStringField(error_messages={"required": "Give the vhost a name."})
    description = forms.CharField(required=False, max_length=500)
    tags = forms.CharField(required=False, max_length=500)
    default_queue_type = forms.ChoiceField(
        required=False, choices=[("", "The broker’s own"), *((each, each) for each in QUEUE_TYPES)]
    )
    is_traced = forms.BooleanField(required=False)

    def __init__(self, *args: Any, broker: tuple[str, str], **options: Any) -> None:
        """`broker` is its product and version, empty when not known."""
        super().__init__(*args, **options)
        self.broker = broker

    @property
    def reasons_against(self) -> dict[str, str]:
        """Per field, or type of queue, why this broker does not have it."""
        product, version = self.broker
        found = {}
        if product == EMBEDDED:
            found = {"tracing": "The embedded broker shows messages as they pass in another way", STREAM: NO_STREAMS}
        if product == LAVINMQ:
            found = dict.fromkeys(("description", "tags", "tracing", "type"), "LavinMQ’s vhosts have only a name")
        if product == "RabbitMQ" and version_of(version) < (3, 11):
            found["type"] = f"RabbitMQ has this from 3.11; this is {version}"
        return found

    def clean_tags(self) -> tuple[str, ...]:
        return tuple(tag.strip() for tag in str(self.cleaned_data["tags"]).split(",") if tag.strip())

    def clean_default_queue_type(self) -> str:
        chosen: str = self.cleaned_data["default_queue_type"]
        if chosen in self.reasons_against:
            raise ValidationError(f"{self.reasons_against[chosen]}. Choose another type.")
        return chosen

    def vhost(self) -> Vhost:
        cleaned = self.cleaned_data
        return Vhost(
            cleaned["name"],
            cleaned["description"],
            0,
            0,
            tags=cleaned["tags"],
            default_queue_type=cleaned["default_queue_type"],
            is_traced=cleaned["is_traced"],
        )


def initial_of(vhost: Vhost) -> dict[str, Any]:
    return {
        "name": vhost.name,
        "description": vhost.description,
        "tags": ", ".join(vhost.tags),
        "default_queue_type": vhost.default_queue_type,
        "is_traced": vhost.is_traced,
    }


class LimitsForm(forms.Form):
    """All limits of one vhost or user; an empty field is no limit."""

    def __init__(self, *args: Any, limits: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in limits:
            wrong = dict.fromkeys(("invalid", "min_value", "max_value"), LIMIT)
            self.fields[name] = forms.IntegerField(
                required=False, min_value=0, max_value=2**31 - 1, error_messages=wrong
            )

    def wanted(self) -> dict[str, int | None]:
        return dict(self.cleaned_data)
