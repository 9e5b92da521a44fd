"""Declaring queues and exchanges, and binding them. Shapes are checked here; what the broker refuses, the view adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.declaring.known import CLASSIC, EMBEDDED, QUEUE_TYPES, STREAM
from dashboard.declaring.settings import EXCHANGE_SETTINGS, QUEUE_SETTINGS
from dashboard.forms.arguments import PREFIX, RowsField, SettingsForm
from dashboard.forms.fields import ShortStringField

EXCHANGE_TYPES = ("direct", "fanout", "topic", "headers")
NO_STREAMS = "The embedded broker has no streams"
RESERVED = "Names that begin with amq. are the broker’s own. Choose another."


def name_field(what: str) -> ShortStringField:
    return ShortStringField(error_messages={"required": f"Give the {what} a name."})


class InVhost(SettingsForm):
    """`vhosts` are those in which this person may declare."""

    vhost = forms.ChoiceField(error_messages={"required": "Choose a vhost.", "invalid_choice": "Choose a vhost."})
    durable = forms.BooleanField(required=False, initial=True)
    auto_delete = forms.BooleanField(required=False)

    def __init__(self, *args: Any, vhosts: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["vhost"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(vhost, vhost) for vhost in vhosts]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name.startswith("amq."):
            raise ValidationError(RESERVED)
        return name

    def arguments(self) -> dict[str, Any]:
        """What the object is declared with. Adds an error when a name is there twice."""
        named = {known.argument: value for known, value in self.chosen().items()}
        return self.merged(named, self.cleaned_data.get("extra") or {})


class QueueForm(InVhost):
    name = name_field("queue")
    type = forms.ChoiceField(choices=[(each, each) for each in QUEUE_TYPES], initial=CLASSIC)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, settings=QUEUE_SETTINGS, **options)

    @property
    def reasons_against(self) -> dict[str, str]:
        """Per type of queue, why this broker does not have it."""
        return {STREAM: NO_STREAMS} if self.broker[0] == EMBEDDED else {}

    def clean_type(self) -> str:
        chosen: str = self.cleaned_data["type"]
        if chosen in self.reasons_against:
            raise ValidationError(f"{self.reasons_against[chosen]}. Choose another type.")
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("type")
        if chosen and chosen != CLASSIC:
            if not cleaned.get("durable"):
                self.add_error("durable", f"A {chosen} queue is always durable.")
            if cleaned.get("auto_delete") and chosen == STREAM:
                self.add_error("auto_delete", "A stream is never deleted by itself.")
        for known in self.chosen():
            if chosen and chosen not in known.types:
                self.add_error(PREFIX + known.key, f"A {chosen} queue does not have this. Empty it.")
        cleaned["arguments"] = self.arguments()
        return cleaned

    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("type")
        # Also for classic: the vhost may have another default.
        return {"x-queue-type": chosen, **super().arguments()} if chosen else super().arguments()


class ExchangeForm(InVhost):
    name = name_field("exchange")
    type = ShortStringField(initial="direct", error_messages={"required": "Choose a type."})
    internal = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, settings=EXCHANGE_SETTINGS, **options)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["arguments"] = self.arguments()
        return cleaned


class BindForm(forms.Form):
    """From `exchange` to `destination`; the page knows one of the two."""

    exchange = ShortStringField(error_messages={"required": "Name the exchange that messages come from."})
    to = forms.ChoiceField(choices=[("queue", "Queue"), ("exchange", "Exchange")], initial="queue")
    destination = ShortStringField(error_messages={"required": "Name where messages go."})
    routing_key = ShortStringField(required=False)
    match = forms.ChoiceField(
        required=False,
        choices=[(each, each) for each in ("", "all", "any", "all-with-x", "any-with-x")],
    )
    """x-match of a headers exchange."""
    extra = RowsField(required=False)

    def clean_exchange(self) -> str:
        name: str = self.cleaned_data["exchange"]
        if not name:
            raise ValidationError("Every queue is bound to the default exchange already; nothing else can be.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        arguments = dict(cleaned.get("extra") or {})
        if cleaned.get("match"):
            if "x-match" in arguments:
                self.add_error("extra", "x-match is chosen above already; keep one of the two.")
            arguments = {"x-match": cleaned["match"], **arguments}
        cleaned["arguments"] = arguments
        return cleaned
