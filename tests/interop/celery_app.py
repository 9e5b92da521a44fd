"""A Celery application as somebody would write it for RabbitMQ. Its worker is started by `test_celery.py`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.app.task import Task

CA = os.environ.get("INTEROP_CA")

app = Celery("interop", broker=os.environ["INTEROP_BROKER"], backend="rpc://")
app.conf.update(
    broker_connection_timeout=60,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True},
    broker_use_ssl={"ca_certs": CA, "server_hostname": "127.0.0.1"} if CA else False,
    task_default_queue=os.environ["INTEROP_QUEUE"],
    task_acks_late=True,
    worker_prefetch_multiplier=1,
)


@app.task
def add(one: int, other: int) -> int:
    return one + other


@app.task(bind=True, max_retries=3)
def third_time(self: Task[Any, Any]) -> int:
    """Fails twice, and tells which attempt went well."""
    attempt = self.request.retries + 1
    if attempt < 3:
        raise self.retry(countdown=0.1)
    return attempt


@app.task
def fail() -> None:
    raise ValueError("as it should")
