"""One message to publish: key, body, properties, typed headers."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from dashboard.forms.fields import HeadersField, ShortStringField, parse_time
from dashboard.forms.reviewed import ReviewedForm

MAX_BODY_BYTES = 1024 * 1024
"""The body travels through a form field, and the broker keeps it in memory; larger files belong to a client."""

NOT_UTF8 = "�"
"""What the web framework puts for bytes that are not UTF-8. Sending it on would change the message silently."""


def as_typed(content: bytes) -> tuple[str, str]:
    """Text and encoding that make a text area give these bytes back: base64 for what it would change."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = NOT_UTF8
    if "\r" in text or "\x00" in text or NOT_UTF8 in text:
        return base64.b64encode(content).decode(), "base64"
    return text, "text"


class BodyForm(ReviewedForm):
    """A body as text, as base64, or from a file."""

    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    encoding = forms.ChoiceField(choices=[("text", "Text, UTF-8"), ("base64", "Base64")], initial="text")
    file = forms.FileField(required=False, allow_empty_file=True)

    def clean_body(self) -> str:
        # Browsers send every line end of a text area as CRLF; people who typed JSON meant LF.
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MAX_BODY_BYTES:
            raise ValidationError(f"{file.name} has {file.size:,} bytes; a message from here can have 1 MiB.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "body" in cleaned and "encoding" in cleaned and "file" in cleaned:
            file = cleaned.pop("file")
            if file is not None:
                self._take_file(file.read())
            else:
                cleaned["content"] = self._content(cleaned["body"], cleaned["encoding"])
        return cleaned

    def _content(self, text: str, encoding: str) -> bytes:
        content = text.encode(errors="replace") if encoding == "text" else self._decoded(text)
        if encoding == "text" and NOT_UTF8 in text:
            self.add_error("body", "The body holds bytes that are not UTF-8. Send it as base64 or as a file.")
        if len(content) > MAX_BODY_BYTES:
            self.add_error("body", f"The body has {len(content):,} bytes; a message from here can have 1 MiB.")
        return content

    def _decoded(self, text: str) -> bytes:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            self.add_error("body", "This is not base64. Paste base64 only, or choose Text.")
            return b""

    def _take_file(self, content: bytes) -> None:
        """Put a file into the body field, so that it is still there after the review: browsers forget chosen files."""
        text, encoding = as_typed(content)
        self.cleaned_data.update(content=content, body=text, encoding=encoding)
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data["body"], data["encoding"] = text, encoding
        self.data = data


class PublishForm(BodyForm):
    routing_key = ShortStringField(required=False)
    content_type = ShortStringField(required=False)
    content_encoding = ShortStringField(required=False)
    persistent = forms.BooleanField(required=False, initial=True)
    priority = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=255,
        error_messages={
            "invalid": "A priority is a whole number from 0 to 255.",
            "min_value": "A priority is a whole number from 0 to 255.",
            "max_value": "A priority is a whole number from 0 to 255.",
        },
    )
    correlation_id = ShortStringField(required=False)
    reply_to = ShortStringField(required=False)
    expiration = forms.IntegerField(
        required=False,
        min_value=0,
        error_messages={
            "invalid": "An expiration is a whole number of milliseconds.",
            "min_value": "An expiration is a whole number of milliseconds.",
        },
    )
    message_id = ShortStringField(required=False)
    timestamp = forms.CharField(required=False)
    type = ShortStringField(required=False)
    user_id = ShortStringField(required=False)
    app_id = ShortStringField(required=False)
    headers = HeadersField(required=False)

    TEXTS = (
        "content_type",
        "content_encoding",
        "correlation_id",
        "reply_to",
        "message_id",
        "type",
        "user_id",
        "app_id",
    )

    @property
    def has_property_errors(self) -> bool:
        return any(name in self.errors for name in (*self.TEXTS, "priority", "expiration", "timestamp"))

    def clean_timestamp(self) -> Any:
        text = self.cleaned_data["timestamp"]
        if not text:
            return None
        try:
            return int(parse_time(text).timestamp())
        except ValueError:
            raise ValidationError("Write a time such as 2026-03-12T14:02:11Z, or seconds since 1970.") from None

    def properties(self) -> dict[str, Any]:
        """The properties that were set, headers apart."""
        cleaned = self.cleaned_data
        values: dict[str, Any] = {name: cleaned[name] for name in self.TEXTS if cleaned[name]}
        values["delivery_mode"] = 2 if cleaned["persistent"] else 1
        if cleaned["priority"] is not None:
            values["priority"] = cleaned["priority"]
        if cleaned["expiration"] is not None:
            values["expiration"] = str(cleaned["expiration"])
        if cleaned["timestamp"] is not None:
            values["timestamp"] = cleaned["timestamp"]
        return values
