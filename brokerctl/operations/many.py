"""One action on many queues, one after the other, with a result for each.

A queue that is gone or refused does not stop the rest; a broker that no longer answers does, and what was not tried is
said to be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import (
    BrokerctlError,
    BrokerUnreachable,
    ClientError,
    LoginRefused,
    ObjectNotFound,
    OperationCancelled,
)
from brokerctl.operations import move as moving
from brokerctl.operations import purge as purging
from brokerctl.operations.move import Destination, Plan
from brokerctl.operations.progress import Control, ItemResult, Outcome, Tally

Name = tuple[str, str]
"""Vhost and queue."""

Act = Callable[[str, str, Control], tuple[int | None, str]]
"""(vhost, queue, control) -> how many messages it was about, None when not known; and what is not as wanted, or ''."""


def each(queues: Sequence[Name], act: Act, control: Control) -> Tally:
    """Do it to every queue. Raises OperationCancelled, and ClientError when the broker itself is gone."""
    tally = Tally(total=len(queues))
    control.report(tally)
    for number, (vhost, queue) in enumerate(queues):
        is_begun = False
        try:
            if control.is_cancelled():
                raise OperationCancelled(f"cancelled; {len(queues) - number} queues were not tried")
            is_begun = True
            # An action's own progress is of messages, not of queues; only its question whether to stop passes.
            count, problem = act(vhost, queue, replace(control, report=lambda _: None))
        except ObjectNotFound:
            tally.add_item(ItemResult(vhost, queue, Outcome.MISSING, None, "gone before we came to it"))
        except (OperationCancelled, BrokerUnreachable, LoginRefused) as error:
            _leave(tally, queues[number:], error if is_begun else None)
            control.report(tally)
            raise
        except ClientError as error:
            tally.add_item(ItemResult(vhost, queue, Outcome.FAILED, None, str(error)))
        else:
            tally.add_item(ItemResult(vhost, queue, Outcome.FAILED if problem else Outcome.DONE, count, problem))
        control.report(tally)
    return tally


def _leave(tally: Tally, rest: Sequence[Name], error: BrokerctlError | None) -> None:
    """`error`: what ended the first of them when it was begun; some of its messages may have moved."""
    for number, (vhost, queue) in enumerate(rest):
        reason = "not tried" if error is None or number else f"begun, then: {error}"
        tally.add_item(ItemResult(vhost, queue, Outcome.LEFT, None, reason))


def purge(client: BrokerClient) -> Act:
    """Ready messages; unacked ones stay with their consumers."""

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        return purging.purge(client, vhost, queue).done, ""

    return act


def delete(client: BrokerClient) -> Act:
    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        client.delete_queue(vhost, queue)
        return None, ""

    return act


def pause(client: BrokerClient, *, is_paused: bool) -> Act:
    """Stop deliveries to consumers, or let them go on. Only where the broker's capabilities have it."""

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        (client.pause_queue if is_paused else client.resume_queue)(vhost, queue)
        return None, ""

    return act


def move(client: BrokerClient, destination: Destination) -> Act:
    """All messages that are ready when a queue's turn comes."""

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        tally = moving.move(Plan(client, vhost, queue, destination), control)
        stayed = {outcome: count for outcome, count in tally.counts.items() if count and outcome is not Outcome.MOVED}
        stayed.pop(Outcome.MISSING, None)
        problem = ", ".join(f"{count:,} {outcome}" for outcome, count in stayed.items())
        return tally.counts.get(Outcome.MOVED, 0), f"{problem}: still in the queue" if problem else ""

    return act
