"""Deleting what is ready in a queue."""

from __future__ import annotations

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import RequestRefused
from brokerctl.operations.progress import Control, Outcome, Tally


def purge(client: BrokerClient, vhost: str, queue: str, control: Control | None = None) -> Tally:
    """Delete the ready messages; unacked ones stay with their consumers. One step for the broker: not cancellable."""
    control = control or Control()
    tally = Tally()
    with client.messages(vhost) as session:
        tally.total = session.count(queue)
        control.report(tally)
        count = session.purge(queue)
    # Between the two answers messages may have come or gone: what the purge says is what happened.
    tally.total = count
    tally.add(Outcome.PURGED, count)
    control.report(tally)
    return tally


def purge_first(client: BrokerClient, vhost: str, queue: str, count: int, control: Control | None = None) -> Tally:
    """Delete the first `count` ready messages. Raises RequestRefused where the broker purges queues as a whole only.

    No broker says how many it deleted: the tally has what was there just before, `count` at most.
    """
    if not client.overview().capabilities.purge_count:
        # RabbitMQ would not see the count, and delete everything.
        raise RequestRefused("this broker purges a queue as a whole only, not its first messages; nothing was deleted")
    control = control or Control()
    with client.messages(vhost) as session:
        tally = Tally(total=min(count, session.count(queue)))
    control.report(tally)
    client.purge_queue(vhost, queue, count)
    tally.add(Outcome.PURGED, tally.total or 0)
    control.report(tally)
    return tally
