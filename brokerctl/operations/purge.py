"""Deleting what is ready in a queue."""

from __future__ import annotations

from brokerctl.clients.base import BrokerClient
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
