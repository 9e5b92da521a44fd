"""Where messages go: a queue, or an exchange with their own key or one for all; on the same broker or another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.forms.fields import ShortStringField
from dashboard.forms.publish import BodyForm
from dashboard.forms.reviewed import ReviewedForm


class Selection(forms.CharField):
    """Fingerprints of the chosen messages, in one hidden field; empty means the whole queue."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(str(super().clean(value) or "").split())


class MoveForm(ReviewedForm):
    selection = Selection(required=False)
    action = forms.ChoiceField(choices=[("move", "Move"), ("copy", "Copy")], initial="move")
    to = forms.ChoiceField(choices=[("queue", "Queue"), ("exchange", "Exchange")], initial="queue")
    broker = forms.ChoiceField(error_messages={"invalid_choice": "Choose a broker from the list."})
    vhost = ShortStringField(error_messages={"required": "Name the vhost to send to; the first one is called /."})
    queue = ShortStringField(required=False)
    exchange = ShortStringField(required=False)
    keys = forms.ChoiceField(
        choices=[("own", "Keep each message’s own"), ("one", "Use one key for all")], initial="own"
    )
    routing_key = ShortStringField(required=False)

    def __init__(
        self, *args: Any, source: tuple[str, str, str], brokers: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        """`source` is broker slug, vhost and queue; `brokers` are slugs and names that this person may publish to."""
        super().__init__(*args, **options)
        self.source = source
        self.fields["broker"] = forms.ChoiceField(
            choices=brokers, error_messages={"invalid_choice": "Choose a broker from the list."}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("to") == "queue":
            self._check_queue(cleaned)
        elif cleaned.get("to") == "exchange" and cleaned.get("exchange") == "" and cleaned.get("keys") == "own":
            self.add_error(
                "exchange", "Name an exchange, or use one key for all: the default one routes by queue name."
            )
        return cleaned

    def _check_queue(self, cleaned: dict[str, Any]) -> None:
        queue = cleaned.get("queue")
        if queue == "":
            self.add_error("queue", "Name the queue to send to.")
        elif queue is not None and (cleaned.get("broker"), cleaned.get("vhost"), queue) == self.source:
            self.add_error("queue", f"The messages are in {queue} already. Name another queue.")

    def destination(self) -> dict[str, Any]:
        """Broker, vhost, exchange and routing key (None: each message's own), as jobs keep it."""
        cleaned = self.cleaned_data
        if cleaned["to"] == "queue":
            exchange, routing_key = "", cleaned["queue"]
        else:
            exchange, routing_key = cleaned["exchange"], cleaned["routing_key"] if cleaned["keys"] == "one" else None
        return {
            "broker": cleaned["broker"],
            "vhost": cleaned["vhost"],
            "exchange": exchange,
            "routing_key": routing_key,
        }


class RepublishForm(BodyForm):
    """Publish chosen messages again on their own vhost, then take the originals away; one can get a new body."""

    selection = Selection(error_messages={"required": "Choose the messages to republish."})
    exchanges = forms.ChoiceField(choices=[("own", "Each message’s own"), ("one", "One for all")], initial="own")
    exchange = ShortStringField(required=False)
    keys = forms.ChoiceField(
        choices=[("own", "Keep each message’s own"), ("one", "Use one key for all")], initial="own"
    )
    routing_key = ShortStringField(required=False)
    keep = forms.BooleanField(required=False)
    edits_body = forms.BooleanField(required=False, widget=forms.HiddenInput)
    """Set when the form shows the body of its one message for editing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_default = cleaned.get("exchanges") == "one" and cleaned.get("exchange") == ""
        if is_default and cleaned.get("keys") == "own":
            self.add_error(
                "exchange", "Name an exchange, or use one key for all: the default one routes by queue name."
            )
        return cleaned

    def route(self) -> tuple[str | None, str | None]:
        """Exchange and key; None where each message keeps its own."""
        cleaned = self.cleaned_data
        exchange = cleaned["exchange"] if cleaned["exchanges"] == "one" else None
        return exchange, cleaned["routing_key"] if cleaned["keys"] == "one" else None
