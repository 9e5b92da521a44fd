"""Fields for what queues, exchanges and policies can be told: one per known setting, and typed rows for the rest."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict

from brokerctl.names import MAX_NAME_BYTES, fits_shortstr
from dashboard.declaring.known import Known, Sort, value_of
from dashboard.declaring.settings import COMMON
from dashboard.forms.fields import ShortStringField

PREFIX = "set_"
"""Of the names of fields of known settings; other fields of a form never begin so."""

NOT_SET = ("", "not set")

TYPES = {"string": "String", "number": "Number", "boolean": "Boolean", "list": "List", "json": "JSON"}

EXPECTED = {
    "number": "a number",
    "boolean": "true or false",
    "list": 'a JSON array such as ["a", 1]',
    "json": 'JSON, such as {"a": 1}',
}


@dataclass(slots=True, frozen=True)
class Row:
    """One free argument, as it was typed."""

    name: str = ""
    type: str = "string"
    value: str = ""


@dataclass(slots=True, frozen=True)
class Offered:
    """A known setting with its field, or with the reason why this broker does not have it."""

    known: Known
    name: str
    """As the broker calls it here: an argument, or a key of a policy."""
    field: BoundField
    reason_against: str

    @property
    def types(self) -> str:
        """For the style sheet, which hides what the chosen type of queue does not look at. What was typed is seen."""
        return "" if self.field.errors or self.field.value() not in (None, "") else " ".join(sorted(self.known.types))


class RowsWidget(forms.Widget):
    """Reads three parallel lists: argument_name, argument_type, argument_value. The page draws the rows itself."""

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[Row]:
        columns = [data.getlist(f"argument_{part}") for part in ("name", "type", "value")]
        return [Row(*row) for row in zip(*columns, strict=False)]


class RowsField(forms.Field):
    """Free arguments: a dict of JSON values. Rows without a name and a value are left out."""

    widget = RowsWidget

    def clean(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in value or ():
            if not row.name and not row.value:
                continue
            if not row.name:
                raise ValidationError(f"The argument with the value {row.value} has no name.")
            if not fits_shortstr(row.name):
                raise ValidationError(f"The name {row.name[:40]}… is longer than {MAX_NAME_BYTES} bytes.")
            if row.name in found:
                raise ValidationError(f"The argument {row.name} is there twice.")
            found[row.name] = row_value(row)
        return found


def row_value(row: Row) -> Any:
    """The value in its type. Raises ValidationError with a sentence that names the argument."""
    try:
        match row.type:
            case "string":
                return row.value
            case "number":
                return _number(row.value)
            case "boolean" if row.value.lower() in ("true", "false"):
                return row.value.lower() == "true"
            case "list":
                return _json(row.value, list)
            case "json":
                return _json(row.value, object)
    except (ValueError, RecursionError):
        pass
    raise ValidationError(f"{row.name}: {row.value!r} is not {EXPECTED.get(row.type, 'of a known type')}.")


def rows_of(values: Mapping[str, Any]) -> list[Row]:
    """Values as rows that give the same values again."""
    return [_row(name, value) for name, value in values.items()]


def _row(name: str, value: Any) -> Row:
    match value:
        case str():
            return Row(name, "string", value)
        case bool():
            return Row(name, "boolean", str(value).lower())
        case int() | float():
            return Row(name, "number", json.dumps(value))
        case list():
            return Row(name, "list", json.dumps(value, ensure_ascii=False))
        case _:
            return Row(name, "json", json.dumps(value, ensure_ascii=False))


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not math.isfinite(number):
            raise
        return number


def _json(text: str, kind: type) -> Any:
    value = json.loads(text, parse_constant=_refuse)
    if not isinstance(value, kind):
        raise ValueError(text)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class SettingsForm(forms.Form):
    """A field for each of `settings`, and free rows. `broker` is its product and version, empty when not known."""

    extra = RowsField(required=False)

    takes_arguments = True
    """False: keys of policies."""

    def __init__(self, *args: Any, settings: Iterable[Known], broker: tuple[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.settings = tuple(settings)
        self.broker = broker
        for known in self.settings:
            self.fields[PREFIX + known.key] = field_of(known)

    def offered(self) -> tuple[Offered, ...]:
        return tuple(
            Offered(
                known,
                known.argument if self.takes_arguments else known.key,
                self[PREFIX + known.key],
                known.reason_against(*self.broker),
            )
            for known in self.settings
        )

    def common(self) -> tuple[Offered, ...]:
        """What most people look for."""
        return tuple(each for each in self.offered() if each.known.key in COMMON)

    def rare(self) -> tuple[Offered, ...]:
        return tuple(each for each in self.offered() if each.known.key not in COMMON)

    @property
    def has_rare(self) -> bool:
        return any(each.field.value() not in (None, "") for each in self.rare())

    @property
    def has_extra(self) -> bool:
        """Whether a part that is folded away holds something."""
        return any(each.field.value() not in (None, "") for each in self.offered()) or bool(self["extra"].value())

    def chosen(self) -> dict[Known, Any]:
        """The known settings that were filled in, with the values that the broker takes."""
        found = {}
        for known in self.settings:
            value = self.cleaned_data.get(PREFIX + known.key)
            if value not in (None, ""):
                found[known] = value if known.sort is Sort.NUMBER else value_of(known, value)
        return found

    def merged(self, named: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[str, Any]:
        """Both together; a name that is in both is an error of the rows."""
        twice = sorted(named.keys() & rows.keys())
        if twice:
            self.add_error("extra", f"{', '.join(twice)} is filled in above already; keep one of the two.")
        return {**named, **rows}


def field_of(known: Known) -> forms.Field:
    match known.sort:
        case Sort.NUMBER:
            unit = f" of {known.unit}" if known.unit else ""
            wrong = f"{known.label} takes a whole number{unit}, at least {known.least}."
            return forms.IntegerField(
                required=False,
                min_value=known.least,
                max_value=2**63 - 1,
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
            )
        case Sort.TEXT:
            return ShortStringField(required=False)
        case Sort.FLAG:
            return _choice(known, ("true", "false"))
        case Sort.CHOICE:
            return _choice(known, known.choices)


def _choice(known: Known, choices: tuple[str, ...]) -> forms.Field:
    wrong = {"invalid_choice": f"{known.label} is one of {', '.join(choices)}."}
    pairs = [NOT_SET, *((each, each) for each in choices)]
    return forms.ChoiceField(required=False, choices=pairs, error_messages=wrong)


def filled(settings: Iterable[Known], values: Mapping[str, Any], *, as_arguments: bool) -> dict[str, Any]:
    """Initial values of a SettingsForm from what is set: known settings in their fields, the rest as rows."""
    names = {(known.argument if as_arguments else known.key): known for known in settings}
    initial: dict[str, Any] = {}
    rest = {}
    for name, value in values.items():
        known = names.get(name)
        if known is None or not _fits(known, value):
            rest[name] = value
        else:
            initial[PREFIX + known.key] = str(value).lower() if isinstance(value, bool) else str(value)
    return {**initial, "extra": rows_of(rest)}


def _fits(known: Known, value: Any) -> bool:
    """Whether the field gives the same value again; what does not fit is kept as a row."""
    match known.sort:
        case Sort.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and value >= known.least
        case Sort.TEXT:
            return isinstance(value, str) and value != ""
        case Sort.FLAG:
            return isinstance(value, bool)
        case Sort.CHOICE:
            return str(value) in known.choices and value_of(known, str(value)) == value
