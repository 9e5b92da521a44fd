"""Registering a broker, or changing one. The form checks shapes; whether the doors open is tested by the view."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import asdict
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from dashboard import secrets
from dashboard.certificates import Tls
from dashboard.forms.tls import TlsFields
from dashboard.models import Broker
from dashboard.models.broker import Colour

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
"""A host name or an IPv4 address. Other characters would change the meaning of the URL that is built from it."""

RESERVED_SLUGS = frozenset({"new"})
"""Words that /brokers/ uses itself."""

PORT = "A port is a number from 1 to 65535."


COLOURS = (("prod", Colour.MAGENTA), ("live", Colour.MAGENTA), ("stag", Colour.VIOLET), ("test", Colour.TEAL))
"""By how the name of an environment begins."""


def colour_of(environment: str) -> Colour:
    """Nobody has to choose: what is called production cannot be missed."""
    name = environment.strip().lower()
    return next((colour for beginning, colour in COLOURS if name.startswith(beginning)), Colour.GREY)


def port(initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=1,
        max_value=65535,
        initial=initial,
        error_messages={"required": PORT, "invalid": PORT, "min_value": PORT, "max_value": PORT},
    )


if TYPE_CHECKING:
    BrokerModelForm = forms.ModelForm[Broker]
else:
    BrokerModelForm = forms.ModelForm


class EnvironmentForm(BrokerModelForm):
    """What stands beside a broker's name: all that people choose for the embedded one, whose address is a setting."""

    colour = forms.ChoiceField(required=False, choices=[("", "By the name"), *Colour.choices])

    class Meta:
        model = Broker
        fields: ClassVar[tuple[str, ...]] = ("environment",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.colour = cleaned.get("colour") or colour_of(cleaned.get("environment") or "")
        return cleaned


class BrokerForm(TlsFields, EnvironmentForm):
    carrying = ""
    """Of the hidden field; empty when there is nothing to carry."""

    amqp_port = port(5672)
    api_port = port(15672)
    password = forms.CharField(required=False, strip=False, widget=forms.PasswordInput(render_value=False))
    """Never rendered back. Empty on an existing broker: the kept one stays."""
    carried = forms.CharField(required=False, widget=forms.HiddenInput)
    """What was typed for a test and must not be shown again, sealed: else it had to be typed twice."""

    class Meta:
        model = Broker
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "host",
            "amqp_port",
            "amqp_tls",
            "api_port",
            "api_tls",
            "verify_tls",
            "username",
            "environment",
        )
        error_messages: ClassVar = {
            "name": {"required": "Give the broker a name.", "unique": "There is a broker of this name already."},
            "host": {"required": "Name the host, such as rabbit.example.com."},
            "username": {"required": "Name the user that Postroom logs in as."},
        }

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().strip("[]")
        if not HOST.fullmatch(host) and not _is_ipv6(host):
            raise ValidationError("Write only the host's name or address, without http:// and without a port.")
        return host

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not slugify(name):
            raise ValidationError("The name needs at least one letter or digit; it becomes part of addresses.")
        return name

    def carry(self, tls: Tls) -> None:
        """Let the next post of this form know the secrets of this one."""
        secret = json.dumps({"password": self.cleaned_data["password"], "tls": asdict(tls)})
        self.carrying = base64.b64encode(secrets.encrypt(secret)).decode()

    def carried_over(self) -> tuple[str, Tls | None]:
        """Password and certificates of the post before; nothing of what somebody made up."""
        try:
            stored = base64.b64decode(self.data.get("carried", ""), validate=True)
            found = json.loads(secrets.decrypt(stored)) if stored else {}
        except (binascii.Error, secrets.UndecryptableError, ValueError):
            found = {}
        return found.get("password", ""), Tls(**found["tls"]) if "tls" in found else None

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"] or self.carried_over()[0]
        if not password and self.instance.pk is None:
            raise ValidationError("Give the password of this user.")
        return password

    def slug(self) -> str:
        """The address of a new broker: its name, with a number when that is taken."""
        wanted: str = slugify(self.cleaned_data["name"])[:50]
        taken = set(Broker.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | RESERVED_SLUGS
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return next(slug for slug in (wanted, *numbered) if slug not in taken)


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


class RemoveForm(forms.Form):
    typed_name = forms.CharField(required=False)

    def __init__(self, *args: Any, broker: Broker, **options: Any) -> None:
        super().__init__(*args, **options)
        self.broker = broker

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if typed != self.broker.name:
            raise ValidationError(f"Type {self.broker.name} to remove it.")
        return typed
