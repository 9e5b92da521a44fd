"""What a user may do in a vhost: patterns, reviewed first, because they reach further than one thinks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from brokerctl.clients.models import Permission, TopicPermission
from dashboard.declaring.patterns import BadPattern, compiled
from dashboard.declaring.rights import RIGHTS, TOPIC_RIGHTS, Right
from dashboard.forms.fields import ShortStringField
from dashboard.forms.reviewed import ReviewedForm


class PatternField(forms.CharField):
    """A regular expression; empty is one that matches nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, required=False, **options)

    def clean(self, value: Any) -> str:
        pattern: str = super().clean(value)
        try:
            compiled(pattern)
        except BadPattern as error:
            raise ValidationError(str(error)) from None
        return pattern


class GrantForm(ReviewedForm):
    """Whom, where, and the patterns of `rights`, each a field of its name."""

    rights: tuple[Right, ...] = ()

    user = ShortStringField(error_messages={"required": "Say whom: the name of a user."})
    vhost = forms.ChoiceField(error_messages={"required": "Choose a vhost.", "invalid_choice": "Choose a vhost."})

    def __init__(self, *args: Any, users: set[str], vhosts: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.users = users
        field = self.fields["vhost"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(vhost, vhost) for vhost in vhosts]
        for right in self.rights:
            self.fields[right.name] = PatternField()

    def clean_user(self) -> str:
        user: str = self.cleaned_data["user"]
        if user not in self.users:
            raise ValidationError("There is no user of this name. Add it first, or name another.")
        return user

    def patterns(self) -> dict[str, str]:
        return {right.name: self.cleaned_data[right.name] for right in self.rights}


class PermissionForm(GrantForm):
    rights = RIGHTS

    def granted(self) -> Permission:
        return Permission(self.cleaned_data["user"], self.cleaned_data["vhost"], **self.patterns())


class TopicPermissionForm(GrantForm):
    rights = TOPIC_RIGHTS

    exchange = ShortStringField(error_messages={"required": "Name the topic exchange."})

    def granted(self) -> TopicPermission:
        cleaned = self.cleaned_data
        return TopicPermission(cleaned["user"], cleaned["vhost"], cleaned["exchange"], **self.patterns())
