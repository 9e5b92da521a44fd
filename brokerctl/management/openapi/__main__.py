"""Writes the description: `python -m brokerctl.management.openapi > docs/openapi.json`.

A house test compares that file with what would be written, and names what is served and not described.
"""

from __future__ import annotations

import json
import sys

from brokerctl.management.app import RESOURCES
from brokerctl.management.openapi.routes import whole


def text() -> str:
    return json.dumps(whole(RESOURCES), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
