"""How many messages to read from the head of a queue."""

from __future__ import annotations

from django import forms

READ_AT_ONCE = 500
MOST_AT_ONCE = 2000
"""More is a list nobody reads; a filter on the broker's side is the way then."""

COUNT = f"Read between 1 and {MOST_AT_ONCE:,} messages."


class ReadForm(forms.Form):
    count = forms.IntegerField(
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=READ_AT_ONCE,
        error_messages={"required": COUNT, "invalid": COUNT, "min_value": COUNT, "max_value": COUNT},
    )
