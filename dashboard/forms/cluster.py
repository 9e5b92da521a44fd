"""The name that a cluster gives itself."""

from __future__ import annotations

from django import forms


class ClusterForm(forms.Form):
    name = forms.CharField(max_length=255, error_messages={"required": "Give the cluster a name."})
