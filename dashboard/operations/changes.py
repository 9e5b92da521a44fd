"""One change of how a broker is set up: done in the request, and recorded with who, where, what and the result.

A refusal is recorded, too: what somebody tried is part of the story. The row holds no password.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.utils.timezone import now

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from brokerctl.operations.progress import Outcome
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
    started = now()

    def record(state: State, **columns: Any) -> Operation:
        return Operation.objects.create(
            kind=kind,
            state=state,
            broker=broker,
            broker_name=broker.name,
            vhost=vhost,
            queue=asked.name if asked.noun == "queue" and kind is not Kind.REMOVE else "",
            parameters=asked.to_json(),
            created_by=user,
            started_at=started,
            finished_at=now(),
            total=1,
            **columns,
        )

    try:
        do(brokers.client(broker))
    except ClientError as error:
        record(State.FAILED, error=str(error))
        raise
    return record(State.DONE, counts={Outcome.DONE: 1})
