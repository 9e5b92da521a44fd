"""Doing something with many queues: what was chosen, what was seen, and what the action itself needs to know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard import paths
from dashboard.forms.fields import ShortStringField
from dashboard.forms.reviewed import has_grown

MAX_QUEUES = 50_000
"""Of one job: their names travel in one form field, and lie in one row."""

Name = tuple[str, str]


class Chosen(forms.CharField):
    """Row keys, one in each line, as vhosts and names."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> tuple[Name, ...]:
        try:
            names = tuple(dict.fromkeys(map(paths.row_names, str(super().clean(value)).split())))
        except ValueError:
            raise ValidationError("These are not names of queues. Go back to the list and choose again.") from None
        if len(names) > MAX_QUEUES:
            raise ValidationError(f"At most {MAX_QUEUES:,} queues at once. Choose fewer.")
        return names


class ManyForm(forms.Form):
    """The part that every action has. `typed` is the confirmation that the page asks for, '' when it asks for none."""

    chosen = Chosen(error_messages={"required": "No queue is chosen. Go back to the list and tick some."})
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    """How many messages the page named."""
    typed = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None, *, wanted: str, messages: int, **options: Any) -> None:
        super().__init__(data, **options)
        self.wanted, self.messages = wanted, messages

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if self.wanted and typed != self.wanted:
            raise ValidationError(f"Type {self.wanted} to confirm.")
        return typed

    def clean_seen(self) -> int:
        seen: int = self.cleaned_data["seen"]
        if self.wanted and has_grown(seen, self.messages):
            raise ValidationError(f"There were {seen:,} messages when you looked; now there are {self.messages:,}.")
        return seen


class MoveManyForm(ManyForm):
    vhost = ShortStringField(
        error_messages={"required": "Name the vhost of the destination; the first one is called /."}
    )
    queue = ShortStringField(error_messages={"required": "Name the queue to move the messages to."})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("vhost"), cleaned.get("queue")) in cleaned.get("chosen", ()):
            self.add_error("queue", f"{cleaned['queue']} is among the chosen queues. Name another.")
        return cleaned


class PolicyForm(ManyForm):
    """One rule at least; those left empty are not set."""

    name = ShortStringField(error_messages={"required": "Name the policy. One of this name in the vhost is replaced."})
    priority = forms.IntegerField(initial=0, min_value=-(2**31), max_value=2**31 - 1)
    message_ttl = forms.IntegerField(required=False, min_value=0)
    expires = forms.IntegerField(required=False, min_value=1)
    max_length = forms.IntegerField(required=False, min_value=0)
    max_length_bytes = forms.IntegerField(required=False, min_value=0)
    overflow = forms.ChoiceField(
        required=False, choices=[("", "drop-head"), ("reject-publish", "reject-publish"), ("drop-head", "drop-head")]
    )
    dead_letter_exchange = ShortStringField(required=False)
    dead_letter_routing_key = ShortStringField(required=False)

    RULES = (
        "message_ttl",
        "expires",
        "max_length",
        "max_length_bytes",
        "overflow",
        "dead_letter_exchange",
        "dead_letter_routing_key",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.definition():
            self.add_error(None, "Set at least one rule: a policy without one changes nothing.")
        return cleaned

    def definition(self) -> dict[str, Any]:
        """The rules under the broker's names."""
        given = {name.replace("_", "-"): self.cleaned_data.get(name) for name in self.RULES}
        return {name: value for name, value in given.items() if value not in (None, "")}
