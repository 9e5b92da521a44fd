"""A user of a broker: name, tags, and how it gets its password."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.fields import ShortStringField
from dashboard.forms.reviewed import ReviewedForm
from dashboard.pages.users import TAGS

MADE_UP, TYPED, NONE = "made-up", "typed", "none"
WAYS = {
    MADE_UP: ("Make one up", "Shown once, when it is done"),
    TYPED: ("Type one", "Twice, as nobody sees it"),
    NONE: ("No password", "Only certificates, or a login that other software checks, let it in"),
}
RANDOM_BYTES = 18
"""24 characters: nobody types it by heart, nobody guesses it."""
MAX_TAGS = 20


class TagsForm(ReviewedForm):
    known = forms.MultipleChoiceField(required=False, choices=list(TAGS.items()))
    other = forms.CharField(required=False, max_length=500)

    def clean_other(self) -> tuple[str, ...]:
        return tuple(tag.strip() for tag in str(self.cleaned_data["other"]).split(",") if tag.strip())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"known", "other"} <= cleaned.keys() and len(self.tags()) > MAX_TAGS:
            self.add_error("other", f"These are {len(self.tags())} tags; {MAX_TAGS} are the most. Take some away.")
        return cleaned

    def tags(self) -> tuple[str, ...]:
        """The known ones first, each once."""
        return tuple(dict.fromkeys((*self.cleaned_data["known"], *self.cleaned_data["other"])))


class PasswordForm(forms.Form):
    way = forms.ChoiceField(
        choices=[(way, title) for way, (title, _) in WAYS.items()],
        initial=MADE_UP,
        error_messages={"required": "Choose how it gets its password.", "invalid_choice": "Choose one of these."},
    )
    password = forms.CharField(required=False, strip=False, max_length=1000)
    again = forms.CharField(required=False, strip=False, max_length=1000)

    @property
    def ways(self) -> list[tuple[str, str, str]]:
        """(value, title, hint) of each."""
        return [(way, *words) for way, words in WAYS.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("way") == TYPED and "password" in cleaned:
            if not cleaned["password"]:
                self.add_error("password", "Type a password, or choose another way.")
            elif cleaned["password"] != cleaned.get("again"):
                self.add_error("again", "This is not the same as above. Type both once more.")
        return cleaned

    def wanted(self) -> str:
        """The password; empty for none."""
        way = self.cleaned_data["way"]
        if way == MADE_UP:
            return secrets.token_urlsafe(RANDOM_BYTES)
        return str(self.cleaned_data["password"]) if way == TYPED else ""

    @property
    def is_made_up(self) -> bool:
        return bool(self.cleaned_data["way"] == MADE_UP)


class UserForm(PasswordForm, TagsForm):
    name = ShortStringField(error_messages={"required": "Give the user a name."})

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != name.strip():
            raise ValidationError("The name begins or ends with a space, which nobody will see. Take it away.")
        return name


def initial_of(tags: tuple[str, ...]) -> dict[str, Any]:
    return {
        "known": [tag for tag in tags if tag in TAGS],
        "other": ", ".join(tag for tag in tags if tag not in TAGS),
    }
