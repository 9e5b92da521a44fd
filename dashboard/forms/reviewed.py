"""A form that acts only on what was reviewed: fill in, see what will happen, then do exactly that.

One form does all three steps, so nothing typed is lost between them. The review puts a digest of the values and the
count it named into the form; doing needs the same digest, so a change after the review leads to a new review.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms

GROWTH = 1.1
"""A count that grew by more than this since the review has to be looked at again."""


class ReviewedForm(forms.Form):
    reviewed = forms.CharField(required=False, widget=forms.HiddenInput)
    reviewed_count = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    TYPED_AT_THE_END: frozenset[str] = frozenset()
    """Fields filled in on the review itself, such as the queue's name; they do not undo it."""

    def digest(self) -> str:
        """What the cleaned values come to, as one short text."""
        skipped = {"reviewed", "reviewed_count", *self.TYPED_AT_THE_END}
        values = {name: value for name, value in self.cleaned_data.items() if name not in skipped}
        text = json.dumps(values, sort_keys=True, default=_text)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def is_confirmed(self, count: int | None) -> bool:
        """Whether the person pressed the button of a review of just these values, and about this many messages."""
        if self.data.get("step") != "do" or self.cleaned_data["reviewed"] != self.digest():
            return False
        return not has_grown(self.cleaned_data["reviewed_count"], count)


def has_grown(seen: int | None, count: int | None) -> bool:
    """Whether there are clearly more messages now than the review named."""
    return seen is not None and count is not None and count > seen * GROWTH


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
