"""Certificates for a broker, pasted or as files: whom to trust, and who we are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from dashboard import certificates
from dashboard.certificates import Tls

MAX_PEM_BYTES = 200_000
"""A bundle of all certificate authorities of a system has about this."""

PARTS = {"ca": "tls_ca", "certificate": "tls_certificate", "key": "tls_key"}
NOT_A_CERTIFICATE = "This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----."


class TlsFields(forms.Form):
    """Empty fields leave what is stored; `tls_forget` takes all of it away first."""

    tls_ca = forms.CharField(required=False, widget=forms.Textarea)
    tls_ca_file = forms.FileField(required=False)
    tls_certificate = forms.CharField(required=False, widget=forms.Textarea)
    tls_certificate_file = forms.FileField(required=False)
    tls_key = forms.CharField(required=False, widget=forms.Textarea)
    tls_key_file = forms.FileField(required=False)
    tls_forget = forms.BooleanField(required=False)

    def tls(self, stored: Tls) -> Tls:
        """What is to be stored. Adds an error at the field of what cannot be used."""
        given = {part: self._given(name) for part, name in PARTS.items()}
        kept = Tls() if self.cleaned_data.get("tls_forget") else stored
        found = Tls(**{part: text or getattr(kept, part) for part, text in given.items()})
        for part in ("ca", "certificate"):
            if given[part] and not _is_certificate(given[part]):
                self.add_error(PARTS[part], NOT_A_CERTIFICATE)
        if bool(found.certificate) != bool(found.key):
            missing = "key" if found.certificate else "certificate"
            self.add_error(PARTS[missing], "A client certificate and its key go together: give both, or none.")
        elif found.key and _is_certificate(found.certificate):
            self._check_key(found)
        return found

    def _given(self, name: str) -> str:
        file: UploadedFile[Any] | None = self.cleaned_data.get(f"{name}_file")
        if file is None:
            return str(self.cleaned_data.get(name) or "").strip()
        if (file.size or 0) > MAX_PEM_BYTES:
            self.add_error(name, f"{file.name} has {file.size:,} bytes, which no certificate has.")
            return ""
        return bytes(file.read()).decode("ascii", "replace").strip()

    def _check_key(self, found: Tls) -> None:
        try:
            fits = certificates.belongs(found.certificate, found.key)
        except (ValueError, TypeError):
            self.add_error("tls_key", "This is no private key in PEM, or it has a passphrase. Give it without one.")
            return
        if not fits:
            self.add_error("tls_key", "This key does not belong to the client certificate.")


def _is_certificate(text: str) -> bool:
    try:
        return bool(certificates.facts(text))
    except ValueError:
        return False
