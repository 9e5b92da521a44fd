"""The folder where Postroom keeps its state, and the secrets it makes up for itself the first time.

Read by the settings and by `manage.py serve`; knows nothing of Django.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from brokerctl.errors import SettingError

SECRETS_FILE = "secrets.json"


@dataclass(slots=True, frozen=True)
class Secrets:
    django_key: str
    """Signs sessions."""
    encryption_key: str
    """Encrypts broker passwords: 32 bytes in hex. Lost, they must be typed again."""
    service_password: str
    """Of the embedded broker's user for the dashboard."""


def home() -> Path:
    """POSTROOM_HOME, or `var` below the project."""
    given = os.environ.get("POSTROOM_HOME")
    return Path(given).absolute() if given else Path(__file__).resolve().parent.parent / "var"


def load_secrets(folder: Path) -> Secrets:
    """The secrets of this installation, made up at the first call. The file is readable by its owner only.

    Raises SettingError when the folder cannot be made or written to.
    """
    try:
        return _secrets(folder)
    except OSError as error:
        raise SettingError(f"POSTROOM_HOME is {str(folder)!r}: {error.strerror} ({error.filename})") from error


def _secrets(folder: Path) -> Secrets:
    path = folder / SECRETS_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Secrets(secrets.token_urlsafe(50), secrets.token_hex(32), secrets.token_urlsafe(24))
        written = folder / f"{SECRETS_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(made), file)
        # A link, not a rename: of several processes that start at once the first wins, and nobody reads half a file.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(written)
        written.unlink()
    return Secrets(**json.loads(path.read_text()))
