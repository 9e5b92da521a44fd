"""Shovels and upstreams of federation. Their URIs hold passwords: none is ever sent back, not even to who typed it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from brokerctl.clients.links import SHOVEL, UPSTREAM, LinkSetup, without_password
from dashboard import secrets
from dashboard.declaring.known import LAVINMQ
from dashboard.declaring.links import OF_EXCHANGES, OF_QUEUES, SHOVEL_SETTINGS, UPSTREAM_SETTINGS
from dashboard.forms.arguments import Offered, SettingsForm, filled
from dashboard.forms.fields import ShortStringField
from dashboard.forms.uris import UrisField, is_told

NEVER, QUEUE_LENGTH, COUNT = "never", "queue-length", "count"
QUEUE, EXCHANGE, OWN = "queue", "exchange", "own"
PROTOCOLS = ("src-protocol", "dest-protocol")
"""Kept as they are: only shovels that speak AMQP 0-9-1 come here."""

OLD_NAMES = {
    "prefetch-count": "src-prefetch-count",
    "delete-after": "src-delete-after",
    "add-forward-headers": "dest-add-forward-headers",
}
"""Keys of a shovel before RabbitMQ 3.7, which later ones still read."""


@dataclass(slots=True, frozen=True)
class UriInput:
    """A field for URIs, and what is known of them, without passwords."""

    field: BoundField
    remembered: str
    """What was typed before and waits, sealed, for the next post."""
    stored: str
    """What the broker has, and keeps while nothing is typed."""
    is_untold: bool
    """The broker has one and does not tell it."""


class LinkForm(SettingsForm):
    component = ""
    uri_fields: ClassVar[dict[str, str]] = {}
    """Names of fields, and the keys that they are for."""
    taken: ClassVar[frozenset[str]] = frozenset()
    """Keys that have fields of their own, beside the URIs and `settings`."""
    takes_arguments = False

    vhost = forms.ChoiceField(error_messages={"required": "Choose a vhost.", "invalid_choice": "Choose a vhost."})
    carried = forms.CharField(required=False, widget=forms.HiddenInput)
    """URIs that were typed, by their keys, sealed: else they had to be typed twice."""

    def __init__(self, *args: Any, vhosts: Sequence[str], there: LinkSetup | None, **options: Any) -> None:
        """`there` is what is edited, with its passwords; None for a new one."""
        super().__init__(*args, **options)
        self.there = there
        self.typed: dict[str, tuple[str, ...]] = {}
        """What is to be carried on, by keys."""
        field = self.fields["vhost"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(vhost, vhost) for vhost in vhosts]

    def remember(self, data: Mapping[str, str]) -> None:
        """Take over the URIs of a post that wanted something else than to be saved."""
        self.typed = _unsealed(data.get("carried", ""))
        for name, key in self.uri_fields.items():
            try:
                self.typed[key] = self.fields[name].clean(data.get(name, "")) or self.typed.get(key, ())
            except ValidationError:
                continue

    @property
    def carrying(self) -> str:
        """Of the hidden field; empty when there is nothing to carry."""
        found = {key: uris for key, uris in self.typed.items() if uris}
        return base64.b64encode(secrets.encrypt(json.dumps(found))).decode() if found else ""

    def uri_inputs(self) -> tuple[UriInput, ...]:
        inputs = []
        for name, key in self.uri_fields.items():
            stored = self.there.uris.get(key, ()) if self.there else ()
            told = is_told(stored)
            inputs.append(
                UriInput(
                    self[name],
                    " ".join(map(without_password, self.typed.get(key, ()))),
                    " ".join(map(without_password, stored)) if told else "",
                    self.there is not None and not told,
                )
            )
        return tuple(inputs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.typed = _unsealed(cleaned.get("carried") or "")
        uris = {key: self._uris(name, key) for name, key in self.uri_fields.items()}
        rows = cleaned.get("extra") or {}
        reserved = sorted(rows.keys() & {*uris, *self.taken})
        if reserved:
            self.add_error("extra", f"{', '.join(reserved)} has a field of its own above.")
        named = {known.key: value for known, value in self.chosen().items()}
        cleaned["setup"] = LinkSetup(
            self.component,
            cleaned.get("vhost", ""),
            cleaned.get("name", ""),
            uris,
            {**self.merged(named, rows), **self.own()},
        )
        return cleaned

    def own(self) -> dict[str, Any]:
        """What the fields of `taken` say, by keys."""
        return {}

    def setup(self) -> LinkSetup:
        """What is to be sent to the broker, with passwords."""
        found: LinkSetup = self.cleaned_data["setup"]
        return found

    def readable(self) -> dict[str, Any]:
        """The same for a record."""
        return readable(self.setup(), given_anew=self.typed.keys() if self.there else ())

    def _uris(self, name: str, key: str) -> tuple[str, ...]:
        """What was typed now, or before, or what the broker has."""
        if name in self.errors:
            return ()
        if typed := self.cleaned_data.get(name):
            self.typed[key] = typed
        if self.typed.get(key):
            return self.typed[key]
        stored = self.there.uris.get(key, ()) if self.there else ()
        if not is_told(stored):
            self.add_error(name, "Say where it connects to, such as amqp://user:password@host:5672/vhost.")
            return ()
        return stored


class UpstreamForm(LinkForm):
    component = UPSTREAM
    uri_fields: ClassVar[dict[str, str]] = {"uri": "uri"}

    name = ShortStringField(error_messages={"required": "Give the upstream a name."})
    uri = UrisField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, settings=UPSTREAM_SETTINGS, **options)

    def general(self) -> tuple[Offered, ...]:
        return tuple(each for each in self.offered() if each.known.key not in (*OF_EXCHANGES, *OF_QUEUES))

    def of_exchanges(self) -> tuple[Offered, ...]:
        return tuple(each for each in self.offered() if each.known.key in OF_EXCHANGES)

    def of_queues(self) -> tuple[Offered, ...]:
        return tuple(each for each in self.offered() if each.known.key in OF_QUEUES)

    def clean_uri(self) -> tuple[str, ...]:
        uris: tuple[str, ...] = self.cleaned_data["uri"]
        if len(uris) > 1 and self.broker[0] == LAVINMQ:
            raise ValidationError("LavinMQ takes one URI for an upstream. Name one.")
        return uris


class ShovelForm(LinkForm):
    component = SHOVEL
    uri_fields: ClassVar[dict[str, str]] = {"source_uri": "src-uri", "destination_uri": "dest-uri"}
    taken = frozenset(
        {
            *(f"src-{end}" for end in ("queue", "exchange", "exchange-key")),
            *(f"dest-{end}" for end in ("queue", "exchange", "exchange-key")),
            *("src-delete-after", *PROTOCOLS, *OLD_NAMES),
        }
    )

    name = ShortStringField(error_messages={"required": "Give the shovel a name."})
    source_uri = UrisField()
    source_type = forms.ChoiceField(choices=[(QUEUE, "Queue"), (EXCHANGE, "Exchange")], initial=QUEUE)
    source = ShortStringField(error_messages={"required": "Name where messages are taken from."})
    source_key = ShortStringField(required=False)
    destination_uri = UrisField()
    destination_type = forms.ChoiceField(
        choices=[(QUEUE, "Queue"), (EXCHANGE, "Exchange"), (OWN, "As it was published")], initial=QUEUE
    )
    destination = ShortStringField(required=False)
    destination_key = ShortStringField(required=False)
    ends = forms.ChoiceField(
        choices=[(NEVER, "Never"), (QUEUE_LENGTH, "After what the queue holds at its start"), (COUNT, "After so many")],
        initial=NEVER,
    )
    ends_after = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "A whole number of messages, at least 1."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, settings=SHOVEL_SETTINGS, **options)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("destination_type") == QUEUE and not cleaned.get("destination"):
            self.add_error("destination", "Name the queue that messages go to.")
        if cleaned.get("source_type") == EXCHANGE and cleaned.get("ends") == QUEUE_LENGTH:
            self.add_error("ends", "An exchange holds no messages: let it end never, or after so many.")
        if cleaned.get("ends") == COUNT and "ends_after" not in self.errors:
            self._check_count()
        return cleaned

    def _check_count(self) -> None:
        if not self.cleaned_data.get("ends_after"):
            self.add_error("ends_after", "Say after how many messages it ends.")
        elif self.broker[0] == LAVINMQ:
            self.add_error("ends", "LavinMQ does not count: let it end never, or after what the queue holds.")
        elif self.cleaned_data.get("set_ack-mode") == "no-ack":
            self.add_error("ends", "Without acks it cannot count what arrived: choose another ack mode, or never.")

    def own(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        found: dict[str, Any] = {}
        for side, end in (("src", "source"), ("dest", "destination")):
            name, key = cleaned.get(end, ""), cleaned.get(f"{end}_key", "")
            match cleaned.get(f"{end}_type"):
                case "queue":
                    found[f"{side}-queue"] = name
                case "exchange":
                    found |= {f"{side}-exchange": name, **({f"{side}-exchange-key": key} if key else {})}
        ends = cleaned.get("ends")
        found["src-delete-after"] = cleaned.get("ends_after") if ends == COUNT else ends
        kept = self.there.settings if self.there else {}
        return {**{key: kept[key] for key in PROTOCOLS if key in kept}, **found}


def initial_of(there: LinkSetup) -> dict[str, Any]:
    """What a form shows of one that is there; nothing of its URIs."""
    fixed = {"vhost": there.vhost, "name": there.name}
    if there.component == UPSTREAM:
        return {**fixed, **filled(UPSTREAM_SETTINGS, there.settings, as_arguments=False)}
    settings = {OLD_NAMES.get(key, key): value for key, value in there.settings.items()}
    rest = {key: value for key, value in settings.items() if key not in ShovelForm.taken}
    after = settings.get("src-delete-after", NEVER)
    is_count = isinstance(after, int) and not isinstance(after, bool)
    return {
        **fixed,
        **filled(SHOVEL_SETTINGS, rest, as_arguments=False),
        **_end(settings, "src", "source"),
        **_end(settings, "dest", "destination"),
        "ends": COUNT if is_count else after,
        "ends_after": after if is_count else None,
    }


def readable(setup: LinkSetup, given_anew: Any = ()) -> dict[str, Any]:
    """For a record: without passwords, but with a word on which URIs were given anew."""
    uris = {
        key: " ".join(uris) + (" (given anew)" if key in given_anew else "") for key, uris in setup.shown().uris.items()
    }
    return {**uris, **setup.settings}


def _end(settings: Mapping[str, Any], side: str, name: str) -> dict[str, Any]:
    if f"{side}-queue" in settings:
        return {f"{name}_type": QUEUE, name: settings[f"{side}-queue"]}
    if f"{side}-exchange" not in settings:
        return {f"{name}_type": OWN}
    return {
        f"{name}_type": EXCHANGE,
        name: settings[f"{side}-exchange"],
        f"{name}_key": settings.get(f"{side}-exchange-key", ""),
    }


def _unsealed(carried: str) -> dict[str, tuple[str, ...]]:
    """What a form before this one sealed; nothing of what somebody made up."""
    try:
        stored = base64.b64decode(carried, validate=True)
        found = json.loads(secrets.decrypt(stored)) if stored else {}
        return {str(key): tuple(map(str, uris)) for key, uris in found.items()}
    except (binascii.Error, secrets.UndecryptableError, ValueError, AttributeError, TypeError):
        return {}
