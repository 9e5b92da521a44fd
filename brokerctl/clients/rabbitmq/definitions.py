"""/api/definitions: everything a broker is set up to be, out and in again."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Definitions

IMPORT_SECONDS = 300
"""A broker answers when all is declared, which with ten thousand queues takes it minutes."""


def export(http: Http, vhost: str | None) -> Definitions:
    """GET /api/definitions[/vhost]."""
    segments = () if vhost is None else (vhost,)
    return Definitions(http.get_object("definitions", *segments), vhost)


def upload(http: Http, definitions: Definitions) -> None:
    """POST /api/definitions[/vhost]. Adds and overwrites, deletes nothing, and is not undone when it fails midway."""
    segments = () if definitions.vhost is None else (definitions.vhost,)
    http.post("definitions", *segments, body=definitions.document, timeout_seconds=IMPORT_SECONDS)
