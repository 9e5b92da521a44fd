"""The job queue: Celery, whose broker is the embedded one unless POSTROOM_CELERY_BROKER_URL names another.

The row of a job says everything; a task carries its number, and results go nowhere. One job at a time per worker
process, acknowledged when done, so a worker that dies gives its job back.
"""

from __future__ import annotations

import os
import threading
from typing import Any
from urllib.parse import quote

from celery import Celery
from celery.signals import worker_shutting_down
from django.conf import settings
from kombu import Queue
from kombu.asynchronous import get_event_loop

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

QUEUE = "postroom.jobs"
QUEUE_ARGUMENTS = {"x-consumer-timeout": 7 * 24 * 3600 * 1000}
"""Milliseconds a job may take before its broker gives it to another worker: a move of millions takes hours, and the
broker's default is 30 minutes."""


def broker_url() -> str:
    """The URL for Celery; ours holds the service password, so it is never logged."""
    given = os.environ.get("POSTROOM_CELERY_BROKER_URL")
    if given:
        return given
    user, password = quote(settings.BROKER_USER, safe=""), quote(settings.BROKER_PASSWORD, safe="")
    vhost = quote(settings.BROKER_VHOST, safe="")
    return f"amqp://{user}:{password}@{settings.BROKER_HOST}:{settings.BROKER_AMQP_PORT}/{vhost}"


app = Celery("postroom")
app.conf.update(
    broker_url=broker_url(),
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True},
    task_default_queue=QUEUE,
    task_queues=[Queue(QUEUE, queue_arguments=QUEUE_ARGUMENTS)],
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
)
app.autodiscover_tasks(["dashboard.operations"])


@worker_shutting_down.connect
def _hear_at_once(**_: Any) -> None:
    """Wake the worker's loop: it sleeps up to five seconds, and looks only then whether it is to end."""
    hub = get_event_loop()
    if hub is not None:
        # In a thread: this is a signal's handler, which may have interrupted a holder of the hub's lock.
        threading.Thread(target=hub.call_soon, args=(lambda: None,), daemon=True).start()
