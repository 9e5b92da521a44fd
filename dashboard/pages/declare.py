"""The forms that declare a queue or an exchange, or bind two of them."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.forms.arguments import TYPES, Row
from dashboard.forms.declare import EXCHANGE_TYPES, BindForm, ExchangeForm, QueueForm
from dashboard.models import Broker


@dataclass(slots=True, frozen=True)
class DeclarePage:
    broker: Broker
    form: QueueForm | ExchangeForm
    rows: list[Row]
    """Of free arguments, with empty ones to fill in."""
    failure: str
    """Why nothing was done; empty before the first try, and when a field says it."""

    row_types = TYPES
    exchange_types = EXCHANGE_TYPES


@dataclass(slots=True, frozen=True)
class BindPage:
    broker: Broker
    vhost: str
    queue: str
    """The queue that is bound; empty when the page is an exchange's."""
    exchange: str
    form: BindForm
    rows: list[Row]
    failure: str
    exchanges: tuple[str, ...]
    """Names to choose from."""
    queues: tuple[str, ...]

    row_types = TYPES
