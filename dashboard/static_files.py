"""Static files below STATIC_URL, straight from where Django's finders see them: no step of collecting, no sync iterator
between a file and the event loop."""

from __future__ import annotations

import mimetypes
import os
from http import HTTPStatus

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

# Not left to the machine: its own tables may lack these or call them text/plain, and with nosniff a script or font of
# the wrong type is refused.
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class _Found(StaticFiles):
    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        try:
            found = finders.find(path)
        except (SuspiciousFileOperation, ValueError):
            # Out of the folder, or no path at all (a null byte).
            return "", None
        return (found, os.stat(found)) if found else ("", None)  # noqa: PTH116 (what Starlette hands on)

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = HTTPStatus.OK
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = f"max-age={settings.STATIC_MAX_AGE_SECONDS}, public"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


for _ending, _kind in TYPES.items():
    mimetypes.add_type(_kind, _ending)

static_files = Starlette(routes=[Mount(settings.STATIC_URL.rstrip("/"), _Found(check_dir=False))])
