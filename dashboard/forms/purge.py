"""Purging a queue: the count that was seen, and over a hundred messages the queue's name, typed."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard.forms.reviewed import has_grown

TYPED_ABOVE = 100

COUNT = "Write how many of the first messages go, as a whole number from 1 on; leave it empty for all."


class CountForm(forms.Form):
    """How many of the first messages are to go; empty: all. In the address, so that the page can name what goes."""

    count = forms.IntegerField(
        required=False, min_value=1, error_messages={"invalid": COUNT, "min_value": COUNT, "max_value": COUNT}
    )

    def __init__(self, data: QueryDict) -> None:
        # An address without it asks for all, and is no mistake.
        super().__init__(data if "count" in data else {})

    @property
    def asked(self) -> int | None:
        """None for all, and for what is no number."""
        return self.cleaned_data.get("count") if self.is_valid() else None


class PurgeForm(forms.Form):
    typed_name = forms.CharField(required=False, strip=False)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    """How many messages the page named as those that go."""

    def __init__(self, data: QueryDict | None, *, queue: str, ready: int, first: int | None = None) -> None:
        """`first`: only so many of the ready ones go."""
        self.goes = ready if first is None else min(first, ready)
        super().__init__(data, initial={"seen": self.goes})
        self.queue = queue

    @property
    def needs_name(self) -> bool:
        return self.goes > TYPED_ABOVE

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if self.needs_name and typed != self.queue:
            raise ValidationError(f"Type {self.queue} to purge more than {TYPED_ABOVE} messages.")
        return typed

    def clean_seen(self) -> int:
        seen: int = self.cleaned_data["seen"]
        if has_grown(seen, self.goes):
            raise ValidationError(f"There were {seen:,} ready messages when you looked; now there are {self.goes:,}.")
        return seen
