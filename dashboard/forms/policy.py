"""A policy or an operator policy: reviewed first, because a pattern reaches more than one thinks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from brokerctl.clients.models import Policy
from dashboard.declaring.patterns import BadPattern, compiled
from dashboard.declaring.settings import OPERATOR_SETTINGS, POLICY_SETTINGS
from dashboard.forms.arguments import SettingsForm, filled
from dashboard.forms.fields import ShortStringField
from dashboard.forms.reviewed import ReviewedForm

APPLY_TO = {
    "all": "Queues and exchanges",
    "queues": "Queues",
    "exchanges": "Exchanges",
    "classic_queues": "Classic queues",
    "quorum_queues": "Quorum queues",
    "streams": "Streams",
}
OF_QUEUES = ("queues", "classic_queues", "quorum_queues", "streams")
PRIORITY = "A priority is a whole number; the highest that matches wins."


class PolicyForm(ReviewedForm, SettingsForm):
    takes_arguments = False

    vhost = forms.ChoiceField(error_messages={"required": "Choose a vhost.", "invalid_choice": "Choose a vhost."})
    name = ShortStringField(error_messages={"required": "Give the policy a name."})
    pattern = forms.CharField(
        strip=False, error_messages={"required": "Write a regular expression; .* matches every name."}
    )
    apply_to = forms.ChoiceField(choices=list(APPLY_TO.items()), initial="all")
    priority = forms.IntegerField(initial=0, error_messages={"required": PRIORITY, "invalid": PRIORITY})

    def __init__(self, *args: Any, vhosts: list[str], is_operator: bool, **options: Any) -> None:
        super().__init__(*args, settings=OPERATOR_SETTINGS if is_operator else POLICY_SETTINGS, **options)
        field = self.fields["vhost"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(vhost, vhost) for vhost in vhosts]
        if is_operator:
            # Operator policies limit queues; there is nothing in them for an exchange.
            self.fields["apply_to"] = forms.ChoiceField(
                choices=[(each, APPLY_TO[each]) for each in OF_QUEUES], initial="queues"
            )

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"]
        try:
            compiled(pattern)
        except BadPattern as error:
            raise ValidationError(str(error)) from None
        return pattern

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        named = {known.key: value for known, value in self.chosen().items()}
        cleaned["definition"] = self.merged(named, cleaned.get("extra") or {})
        if not cleaned["definition"] and not self.errors:
            self.add_error("extra", "Set at least one thing: a policy that says nothing is refused.")
        return cleaned

    def policy(self) -> Policy:
        cleaned = self.cleaned_data
        return Policy(
            cleaned["vhost"],
            cleaned["name"],
            cleaned["pattern"],
            cleaned["definition"],
            cleaned["priority"],
            cleaned["apply_to"],
        )


def initial_of(policy: Policy, *, is_operator: bool) -> dict[str, Any]:
    """What the form shows of a policy that is there."""
    settings = OPERATOR_SETTINGS if is_operator else POLICY_SETTINGS
    return {
        "vhost": policy.vhost,
        "name": policy.name,
        "pattern": policy.pattern,
        "apply_to": policy.apply_to,
        "priority": policy.priority,
        **filled(settings, policy.definition, as_arguments=False),
    }
