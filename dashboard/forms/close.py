"""Close one connection or all of a user: the reason that its client is told."""

from __future__ import annotations

from typing import Any

from django import forms

MAX_REASON_BYTES = 200
"""It travels in a short string of AMQP, behind the broker's own words."""


class CloseForm(forms.Form):
    reason = forms.CharField(required=False, strip=True)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    """How many connections the page named."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        size = len(reason.encode())
        if size > MAX_REASON_BYTES:
            raise forms.ValidationError(
                f"The reason has {size} bytes; a client can be told {MAX_REASON_BYTES}. Make it shorter."
            )
        return reason

    def clean_seen(self) -> int | None:
        """More connections than the page named are not closed unseen."""
        seen: int | None = self.cleaned_data["seen"]
        if seen is not None and self.count > seen:
            raise forms.ValidationError(f"There are {self.count:,} connections by now, not {seen:,}.")
        return seen
