"""Queues as clients see them, against the reference in `model/`: random steps over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.brokerctl.server.model.machine import QueueMachine
from tests.brokerctl.server.model.restarts import RestartMachine
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.reliability import evidence, runs


@pytest.mark.reliability("b1")
def test_queues_do_what_the_reference_says(embedded_broker: EmbeddedBroker) -> None:
    class Machine(QueueMachine):
        port = embedded_broker.amqp_port

    steps = runs(30, 60)
    with evidence("B1 queue_model", "2,000 examples of 60 steps: 0 differences") as figures:
        examples = runs(40, 2_000)
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
        )
        figures.update(examples=examples, steps=steps)


@pytest.mark.reliability("b1")
def test_durable_queues_survive_stops_and_kills(home: Path) -> None:
    class Machine(RestartMachine):
        broker = embedded.start(home)
        port = broker.amqp_port

    try:
        with evidence("B1 queue_model with restarts", "300 examples of 60 steps: 0 lost, doubled, altered") as figures:
            examples, steps = runs(8, 300), runs(16, 60)
            run_state_machine_as_test(
                Machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
            )
            figures.update(examples=examples, steps=steps)
    finally:
        Machine.broker.stop()
