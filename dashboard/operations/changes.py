"""A change of how a broker is set up or who is connected: done in the request, recorded with who, what and the result.

A refusal is recorded, too: what somebody tried is part of the story. The row holds no password.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.utils.timezone import now

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from brokerctl.operations.progress import ItemResult, Outcome
from dashboard import brokers
from dashboard.models import Broker, Operation
from dashboard.models.operation import Kind, State
from dashboard.operations.parameters import ChangeParameters


def change(
    kind: Kind,
    user: User,
    broker: Broker,
    vhost: str,
    asked: ChangeParameters,
    do: Callable[[BrokerClient], None],
) -> Operation:
    """Do it with a client of the broker. Raises ClientError, recorded, when the broker refuses or does not answer.

    `vhost` is empty for what concerns the broker as a whole.
    """
    record = partial(_record, kind, user, broker, vhost, asked, started_at=now(), total=1)
    try:
        do(brokers.client(broker))
    except ClientError as error:
        record(state=State.FAILED, error=str(error))
        raise
    return record(state=State.DONE, counts={Outcome.DONE: 1})


def change_each(
    kind: Kind,
    user: User,
    broker: Broker,
    vhost: str,
    asked: ChangeParameters,
    do: Callable[[BrokerClient], Sequence[ItemResult]],
) -> Sequence[ItemResult]:
    """As `change`, of many that may succeed or fail one by one; what became of each is returned, and in the row."""
    started = now()
    items = do(brokers.client(broker))
    _record(
        kind,
        user,
        broker,
        vhost,
        asked,
        state=State.DONE,
        started_at=started,
        total=len(items),
        counts=dict(Counter(item.outcome for item in items)),
        items=[asdict(item) for item in items],
    )
    return items


def _record(kind: Kind, user: User, broker: Broker, vhost: str, asked: ChangeParameters, **columns: Any) -> Operation:
    return Operation.objects.create(
        kind=kind,
        broker=broker,
        broker_name=broker.name,
        vhost=vhost,
        queue=asked.name if asked.noun == "queue" and kind is not Kind.REMOVE else "",
        parameters=asked.to_json(),
        created_by=user,
        finished_at=now(),
        **columns,
    )
