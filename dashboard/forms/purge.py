"""Purging a queue: the count that was seen, and over a hundred messages the queue's name, typed."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard.forms.reviewed import has_grown

TYPED_ABOVE = 100


class PurgeForm(forms.Form):
    typed_name = forms.CharField(required=False, strip=False)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    """How many ready messages the page named."""

    def __init__(self, data: QueryDict | None, *, queue: str, ready: int) -> None:
        super().__init__(data, initial={"seen": ready})
        self.queue, self.ready = queue, ready

    @property
    def needs_name(self) -> bool:
        return self.ready > TYPED_ABOVE

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if self.needs_name and typed != self.queue:
            raise ValidationError(f"Type {self.queue} to purge more than {TYPED_ABOVE} messages.")
        return typed

    def clean_seen(self) -> int:
        seen: int = self.cleaned_data["seen"]
        if has_grown(seen, self.ready):
            raise ValidationError(f"There were {seen:,} ready messages when you looked; now there are {self.ready:,}.")
        return seen
