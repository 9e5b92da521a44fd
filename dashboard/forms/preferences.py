"""What a person chooses for all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from dashboard.models import Preferences
from dashboard.preferences import zone_of

ROWS = (25, 50, 100, 250, 500)
"""More on one page costs the browser, and nobody reads them."""

if TYPE_CHECKING:
    PreferencesModelForm = forms.ModelForm[Preferences]
else:
    PreferencesModelForm = forms.ModelForm


class PreferencesForm(PreferencesModelForm):
    rows_per_page = forms.TypedChoiceField(
        coerce=int,
        choices=[(each, f"{each}") for each in ROWS],
        error_messages={"invalid_choice": f"Choose one of {', '.join(map(str, ROWS))}."},
    )

    class Meta:
        model = Preferences
        fields = ("theme", "time_zone", "has_single_keys", "rows_per_page")
        error_messages: ClassVar = {"theme": {"invalid_choice": "Choose a theme from the list."}}

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"].strip()
        if name and zone_of(name) is None:
            raise ValidationError(f"There is no time zone {name}. They are called like Europe/Berlin or UTC.")
        return name
