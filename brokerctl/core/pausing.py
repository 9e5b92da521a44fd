"""A pause of a queue: it takes messages and gives none to consumers, until it is told to go on (LavinMQ has the same).

A paused queue has nobody in its round, so whoever publishes to one that is not paused pays nothing for this.
"""

from __future__ import annotations

from brokerctl.core.effects import Effects, Save
from brokerctl.core.queue import Queue
from brokerctl.core.records import queue_record


def pause(queue: Queue, effects: Effects) -> None:
    """Give nothing to consumers any more, also after a restart if the queue is durable. Again is no error."""
    if not queue.is_paused:
        queue.is_paused = True
        queue.deactivate_all()
        _save(queue, effects)


def resume(queue: Queue, effects: Effects) -> None:
    """Hand out what waits, and go on. One that is not paused is left as it is."""
    if queue.is_paused:
        queue.is_paused = False
        _save(queue, effects)
        for consumer in list(queue.consumers):
            queue.activate(consumer, effects)


def _save(queue: Queue, effects: Effects) -> None:
    if queue.keeps:
        effects.append(Save("queue", (queue.vhost, queue.name), queue_record(queue)))
