"""Doing what cannot be undone: the count that was seen, the name to type, and the conditions somebody ticked."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard.forms.reviewed import has_grown
from dashboard.pages.confirm import Confirmation


class ConfirmForm(forms.Form):
    typed_name = forms.CharField(required=False, strip=False)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, page: Confirmation) -> None:
        super().__init__(data)
        self.page = page

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if self.page.typed and typed != self.page.typed:
            raise ValidationError(f"Type {self.page.typed} to confirm.")
        return typed

    def clean_seen(self) -> int:
        """More than the page named is not done unseen."""
        seen: int = self.cleaned_data["seen"]
        if has_grown(seen, self.page.seen):
            raise ValidationError(f"There were {seen:,} {self.page.counted} when you looked; now {self.page.seen:,}.")
        return seen

    def ticked(self, name: str) -> bool:
        return name in self.data
