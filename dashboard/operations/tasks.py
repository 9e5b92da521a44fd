"""The Celery task of every job, and how one is started. The row says what to do; the task carries only its number."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import shared_task
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import now
from kombu.exceptions import KombuError

from brokerctl.errors import BrokerctlError, OperationCancelled
from dashboard.models import Broker, Operation
from dashboard.models.operation import Kind, State
from dashboard.operations.handlers import Edits, handle
from dashboard.operations.parameters import Parameters
from dashboard.operations.reporting import Reporter

log = logging.getLogger(__name__)

SEND_RETRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2}
"""Enough to replace a connection that went stale, short enough for a person who waits for the page."""


def start(
    kind: Kind, user: User, broker: Broker, vhost: str, queue: str, parameters: Parameters, **columns: Any
) -> Operation:
    """Record the job and send it to a worker after the commit; a worker must find the row."""
    operation = _record(kind, user, broker, vhost, queue, parameters, **columns)
    transaction.on_commit(partial(_send, operation.pk))
    return operation


def do_now(
    kind: Kind, user: User, broker: Broker, vhost: str, queue: str, parameters: Parameters, edits: Edits
) -> Operation:
    """Record a job and do it in the request: for one message whose new body must never lie in the database."""
    operation = _record(kind, user, broker, vhost, queue, parameters)
    if Operation.objects.claim(operation.pk):
        _do(operation.pk, edits)
    return operation


def _record(
    kind: Kind, user: User, broker: Broker, vhost: str, queue: str, parameters: Parameters, **columns: Any
) -> Operation:
    return Operation.objects.create(
        kind=kind,
        broker=broker,
        broker_name=broker.name,
        vhost=vhost,
        queue=queue,
        parameters=parameters.to_json(),
        created_by=user,
        **columns,
    )


def _send(operation_id: int) -> None:
    try:
        run.apply_async((operation_id,), retry=True, retry_policy=SEND_RETRIES)
    except (KombuError, OSError) as error:
        log.warning("Job %s could not be sent to a worker: %s", operation_id, error)
        Operation.objects.filter(pk=operation_id, state=State.QUEUED).update(
            state=State.FAILED,
            finished_at=now(),
            error="The queue of jobs cannot be reached, so no worker has this job. Nothing was done; try again when "
            f"the broker of the jobs is up ({error}).",
        )


@shared_task(name="postroom.run", ignore_result=True)
def run(operation_id: int) -> None:
    """Do one job, if it is still there to be done."""
    ended = Operation.objects.fail_silent()
    if ended:
        log.warning("%s jobs had lost their worker", ended)
    if not Operation.objects.claim(operation_id):
        log.info("Job %s is taken, cancelled or gone", operation_id)
        return
    _do(operation_id)


def _do(operation_id: int, edits: Edits | None = None) -> None:
    """Carry out a claimed job. Whatever happens, its row ends, with a sentence."""
    operation = Operation.objects.select_related("broker").get(pk=operation_id)
    reporter = Reporter(operation_id)
    try:
        tally = handle(operation, reporter.control, edits)
    except OperationCancelled:
        reporter.finish(State.CANCELLED)
    except BrokerctlError as error:
        log.info("Job %s failed: %s", operation_id, error)
        reporter.finish(State.FAILED, error=str(error))
    except Exception:
        # The top of the task: what nobody foresaw is logged, and must not leave the row running.
        log.exception("Job %s failed", operation_id)
        reporter.finish(State.FAILED, error="Postroom itself failed here. The log of its worker says how.")
    else:
        reporter.finish(State.DONE, tally)
        log.info("Job %s done: %s", operation_id, ", ".join(f"{count} {name}" for name, count in tally.counts.items()))
