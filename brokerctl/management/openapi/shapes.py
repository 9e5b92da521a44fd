"""A short notation for JSON schemas: `"int?"` is an integer or null, `"[Queue]"` a list of what is described as Queue.

text int number flag any   JSON's own kinds
table                      an object with any keys, such as AMQP arguments
Name                       what schemas.py describes under this name
[x]  {x}  x?  x|y          a list, an object whose values are x, x or null, one of both
"""

from __future__ import annotations

from collections.abc import Mapping

from brokerctl.management.values import Json

KINDS: dict[str, Json] = {
    "text": {"type": "string"},
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "table": {"type": "object"},
    "any": {},
}

Fields = Mapping[str, str | tuple[str, str]]
"""Keys of an object with their shapes, some with a sentence about them."""


def shape(written: str) -> Json:
    """The schema of one value."""
    if written.startswith("[") and written.endswith("]"):
        return {"type": "array", "items": shape(written[1:-1])}
    if written.startswith("{") and written.endswith("}"):
        return {"type": "object", "additionalProperties": shape(written[1:-1])}
    if "|" in written:
        return {"anyOf": [shape(each) for each in written.split("|")]}
    if written.endswith("?"):
        inner = shape(written[:-1])
        if isinstance(inner.get("type"), str):
            return {"type": [inner["type"], "null"]} | {key: value for key, value in inner.items() if key != "type"}
        return {"anyOf": [inner, {"type": "null"}]}
    return dict(KINDS[written]) if written in KINDS else {"$ref": f"#/components/schemas/{written}"}


def described(field: str | tuple[str, str]) -> Json:
    """The schema of one key, with its sentence."""
    if isinstance(field, str):
        return shape(field)
    written, sentence = field
    return shape(written) | {"description": sentence}


def table(sentence: str, fields: Fields, required: tuple[str, ...] = ()) -> Json:
    """The schema of an object. More keys may come with later versions."""
    found: Json = {
        "type": "object",
        "description": sentence,
        "properties": {name: described(field) for name, field in fields.items()},
    }
    return found | {"required": list(required)} if required else found


def counted(*names: str) -> dict[str, str]:
    """Numbers that come with their rates."""
    return {key: kind for name in names for key, kind in ((name, "int"), (f"{name}_details", "Rate"))}
