from __future__ import annotations

from brokerctl.clients.models import Exchange, Vhost
from dashboard.snapshot import Rates, Snapshot
from tests.dashboard.snapshots import row, snapshot


def whole() -> Snapshot:
    exchanges = tuple(Exchange(vhost, "x", "topic", True, False, False, {}, None, 0, 0) for vhost in ("/", "/shop"))
    return snapshot(
        row("a", rates=Rates(1.0, 2.0, 3.0, None), messages_ready=5, consumers=1),
        row("b", "/shop", rates=Rates(10.0, None, None, None), messages_ready=7, consumers=2),
        row("c", "/shop", rates=Rates(5.0, None, 1.0, None)),
        rates=Rates(99.0, 99.0, 99.0, 99.0),
        depth=(99.0,),
        publish=(99.0,),
        exchanges=exchanges,
        exchange_rates={("/", "x"): (1.0, 1.0), ("/shop", "x"): (2.0, 2.0)},
        vhosts=tuple(Vhost(name, "", 0, 0) for name in ("/", "/shop")),
    )


def test_all_vhosts_are_the_snapshot_itself() -> None:
    taken = whole()

    assert taken.only(None) is taken
    assert taken.is_whole


def test_a_part_is_counted_anew_from_its_own_rows() -> None:
    part = whole().only({"/shop"})

    assert part.overview is not None
    assert not part.is_whole
    assert (part.overview.queues, part.overview.messages_ready, part.overview.consumers) == (2, 7, 2)
    assert part.overview.connections == 0
    assert part.rates == Rates(15.0, None, 1.0, None)
    assert (part.depth, part.publish) == ((), ())
    assert [exchange.vhost for exchange in part.exchanges] == ["/shop"]
    assert list(part.exchange_rates) == [("/shop", "x")]
    assert [vhost.name for vhost in part.vhosts] == ["/shop"]


def test_no_vhost_is_nothing() -> None:
    part = whole().only(set())

    assert part.queues == {}
    assert part.rates == Rates()
