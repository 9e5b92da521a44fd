from __future__ import annotations

from brokerctl.core import holding
from brokerctl.core.channel import Delivery
from tests.brokerctl.core.test_broker import Stage


def test_what_a_channel_holds_is_told_in_pieces_however_much_of_it_is_of_other_queues() -> None:
    stage = Stage()
    other = stage.vhost.declare_queue("other", [])
    stage.publish(1)
    entry = next(iter(stage.queue.entries()))
    count = 2 * holding.AT_ONCE
    stage.one.unacked.update({tag: Delivery(entry, other, None) for tag in range(1, count + 1)})
    stage.one.unacked[count + 1] = Delivery(entry, stage.queue, None)

    pieces = list(holding.held_by(stage.one, stage.queue, now=0.0))

    assert [len(piece) for piece in pieces] == [0, 0, 1]
    assert (pieces[-1][0].delivery_tag, pieces[-1][0].consumer_tag) == (count + 1, "")
