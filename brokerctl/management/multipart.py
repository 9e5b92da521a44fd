"""The fields of a form with a file, as browsers send it (RFC 7578). The whole body is in memory already."""

from __future__ import annotations

from email.message import Message

from brokerctl.management.errors import bad_request

MAX_FIELDS = 16


def fields(body: bytes, content_type: str) -> dict[str, bytes]:
    """The contents of the fields by name; a name that comes again counts the last time. Raises Refusal."""
    boundary = _header("content-type", content_type).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise bad_request("the form says no boundary in its content-type")
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(errors="replace"), MAX_FIELDS + 2)
    if not parts or not any(part.startswith(b"--") for part in parts):
        raise bad_request(f"the form is cut off, or has more than {MAX_FIELDS} fields")
    found = {}
    for part in parts:
        if part.startswith(b"--"):
            break
        head, _, content = part.partition(b"\r\n\r\n")
        name = _name(head)
        if name is not None:
            found[name] = content
    return found


def _name(head: bytes) -> str | None:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"content-disposition":
            name = _header("content-disposition", value.decode(errors="replace")).get_param("name", None, key.decode())
            return name if isinstance(name, str) else None
    return None


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value.strip()
    return message
