"""basic.recover and recover-async."""

from __future__ import annotations

from brokerctl.wire.methods import basic
from tests.rabbitmq.scenarios.consuming import filled
from tests.rabbitmq.steps import end, hear, hear_any_order, said, scenario
from tests.rabbitmq.words import consume, get

SCENARIOS = [
    scenario("recover when nothing is out", basic.Recover(requeue=True)),
    scenario("recover gives all back", filled(2), get(), get(), basic.Recover(requeue=True), get(), get()),
    scenario("recover to the same consumer", filled(1), consume(), hear(), said(basic.Recover(requeue=True)),
             hear_any_order(2)),
    scenario("recover without requeue", filled(1), get(), basic.Recover(requeue=False), end()),
    scenario("recover-async gives all back", filled(1), get(), said(basic.RecoverAsync(requeue=True)), get()),
    scenario("recover-async without requeue", said(basic.RecoverAsync(requeue=False)), end()),
    scenario("a recovered tag is not known any more", filled(1), get(), basic.Recover(requeue=True), basic.Ack(1),
             hear()),
]  # fmt: skip
