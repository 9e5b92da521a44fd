"""One line of a log for one event: a name of a queue or a user cannot begin a line of its own."""

from __future__ import annotations

import logging
import re

FORMAT = "%(levelname)s %(name)s: %(message)s"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Line breaks of any kind, and what moves a terminal's cursor or colours it."""


class OneLine(logging.Formatter):
    """Writes what is no character of a line as its number; a traceback below the line keeps its lines."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging’s)
        return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), super().formatMessage(record))
