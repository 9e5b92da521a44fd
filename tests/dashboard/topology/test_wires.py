"""What is asked of a broker for the map, on a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerctl.clients import registry
from dashboard.topology import wires
from dashboard.topology.wires import Publishing, ask, with_rates
from tests.dashboard.topology.maps import channel
from tests.support import embedded
from tests.support.brokers import address_of
from tests.support.embedded import EmbeddedBroker


@pytest.fixture
def alone(home: Path) -> Iterator[EmbeddedBroker]:
    """A broker on which nobody else publishes: of many exchanges only the busiest are asked who publishes there."""
    with embedded.running(home) as broker:
        yield broker


def test_wires_of_a_broker_are_read_with_rates_from_the_second_time_on(alone: EmbeddedBroker) -> None:
    client = registry.connect(address_of(alone))
    with alone.connect() as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.exchange_declare("wires.e", "fanout", arguments={"alternate-exchange": "amq.topic"})
        channel.queue_declare("wires.q")
        channel.queue_bind("wires.q", "wires.e")
        channel.basic_consume("wires.q", lambda *_: None)
        for _ in range(3):
            channel.basic_publish("wires.e", "", b"x")

        first = ask(client)
        channel.basic_publish("wires.e", "", b"x")
        second = ask(client)
        channel.exchange_delete("wires.e")
        channel.queue_delete("wires.q")
    client.close()

    [before] = [each for each in first.publishings or () if each.exchange == "wires.e"]
    [after] = [each for each in second.publishings or () if each.exchange == "wires.e"]
    assert (before.count, after.count) == (3, 4)
    assert after.rate is not None
    assert after.rate > 0
    assert [each.destination for each in first.bindings if each.source == "wires.e"] == ["wires.q"]
    assert [each.queue for each in first.consumers if each.queue == "wires.q"] == ["wires.q"]
    assert {each.name for each in first.channels} >= {before.channel}
    assert dict(first.clients).keys() >= {each.connection_name for each in first.channels}
    assert not second.only({"elsewhere"}).bindings
    assert second.only({"elsewhere"}).publishings == ()


@pytest.mark.parametrize(
    ("count", "seconds", "rate"), [(15, 2.0, 5.0), (5, 2.0, 0.0), (4, 2.0, None), (15, 60.0, None)]
)
def test_rate_is_of_two_counts_that_follow_each_other(count: int, seconds: float, rate: float | None) -> None:
    before = wires._Counted(100.0, {}, {("/", "e", "c"): 5}, {"c (1)": 5})

    [found] = with_rates([Publishing("/", "e", "c", count)], before, 100.0 + seconds)

    assert found.rate == rate


@pytest.mark.parametrize(("told", "rate"), [(0.0, 2.0), (None, 2.0), (7.0, 7.0)])
def test_rate_of_a_channel_is_ours_where_the_broker_says_nothing_of_a_count_that_grew(
    told: float | None, rate: float
) -> None:
    before = wires._Counted(100.0, {}, {}, {"c (1)": 5})

    found = wires._moving(channel("c", told), before, 102.0)

    assert found.rates.publish == rate
