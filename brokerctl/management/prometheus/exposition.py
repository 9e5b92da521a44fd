"""Prometheus' text format 0.0.4: metrics with their kinds, samples with their labels. Knows nothing of brokers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4"

Kind = Literal["counter", "gauge", "histogram", "untyped"]
Labels = str
"""As they stand between the braces, already escaped."""


@dataclass(slots=True, frozen=True)
class Metric:
    name: str
    """Without the prefix `rabbitmq_`."""
    kind: Kind
    about: str

    def head(self, prefix: str) -> str:
        return f"# TYPE {prefix}{self.name} {self.kind}\n# HELP {prefix}{self.name} {self.about}\n"


def gauge(name: str, about: str) -> Metric:
    return Metric(name, "gauge", about)


def counter(name: str, about: str) -> Metric:
    return Metric(name, "counter", about)


def labels(**values: str) -> Labels:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def samples(name: str, rows: Iterable[tuple[Labels, float]]) -> str:
    """Lines of one metric; `name` with its prefix."""
    return "".join(f"{name}{{{where}}} {value}\n" if where else f"{name} {value}\n" for where, value in rows)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
