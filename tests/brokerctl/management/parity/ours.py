"""Routes that no RabbitMQ has, by method and path, each with what it is for."""

from __future__ import annotations

OURS_ONLY: dict[tuple[str, str], str] = {}
