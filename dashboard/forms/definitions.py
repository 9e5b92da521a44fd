"""A file of definitions to import, or its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from brokerctl.clients.models import Arguments
from brokerctl.errors import RequestRefused
from brokerctl.operations import diff

MAX_FILE_BYTES = 20_000_000
"""As RabbitMQ takes by itself; it has some 60,000 queues."""

EVERYTHING = ""
"""Of the field vhost: a file of the whole broker."""


class UploadForm(forms.Form):
    vhost = forms.ChoiceField(required=False, error_messages={"invalid_choice": "Choose a vhost from the list."})
    file = forms.FileField(required=False, allow_empty_file=True)
    text = forms.CharField(required=False, strip=False, widget=forms.Textarea)

    def __init__(self, *args: Any, vhosts: Sequence[str], is_whole: bool, **options: Any) -> None:
        """`is_whole`: whether this person may import into the broker as a whole."""
        super().__init__(*args, **options)
        field = self.fields["vhost"]
        assert isinstance(field, forms.ChoiceField)
        whole = [(EVERYTHING, "Everything: all vhosts, users, permissions")] if is_whole else []
        field.choices = [*whole, *((vhost, f"Only into vhost {vhost}") for vhost in vhosts)]
        self.is_whole = is_whole
        self.document: Arguments = {}
        self.file_name = "pasted text"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_whole and cleaned.get("vhost") == EVERYTHING:
            self.add_error("vhost", "Choose a vhost from the list.")
        text = self._text(cleaned)
        if text is not None:
            try:
                self.document = diff.parse(text, self.file_name).document
            except RequestRefused as error:
                self.add_error("file", f"{str(error)[:1].upper()}{str(error)[1:300]}.")
        return cleaned

    def _text(self, cleaned: dict[str, Any]) -> str | None:
        file: UploadedFile[Any] | None = cleaned.get("file")
        if file is None:
            if not cleaned.get("text"):
                self.add_error("file", "Choose a file, or paste its text.")
                return None
            return str(cleaned["text"])
        self.file_name = (file.name or "file")[:255]
        if (file.size or 0) > MAX_FILE_BYTES:
            self.add_error("file", f"{self.file_name} has {file.size:,} bytes; {MAX_FILE_BYTES:,} are the most.")
            return None
        try:
            return bytes(file.read()).decode()
        except UnicodeDecodeError:
            self.add_error("file", f"{self.file_name} is not text in UTF-8, as a file of definitions is.")
            return None
