"""What one of many costs must not depend on how many there are."""

from __future__ import annotations

from brokerctl.core.context import Context
from brokerctl.core.vhost import Vhost
from brokerctl.server.codec import WireCodec
from tests.support.work import lines_run

FEW, MANY = 10, 1_000


def vhost_with(count: int) -> Vhost:
    vhost = Vhost("/", Context(WireCodec()))
    exchange = vhost.declare_exchange("x", "direct", [], is_durable=True)
    for number in range(count):
        queue = vhost.declare_queue(f"q{number}", [], owner=f"connection {number}")
        vhost.bind(exchange, queue, f"key {number}", {}, [])
    return vhost


def test_deleting_a_queue_does_not_look_at_the_others() -> None:
    def cost(vhost: Vhost) -> int:
        return lines_run(lambda: vhost.delete_queue(vhost.queues["q5"], []))

    assert cost(vhost_with(MANY)) == cost(vhost_with(FEW)) > 0


def test_connection_that_ends_costs_its_own_exclusive_queues_only() -> None:
    def cost(vhost: Vhost) -> int:
        return lines_run(lambda: vhost.release_exclusive("connection 5", []))

    assert cost(vhost_with(MANY)) == cost(vhost_with(FEW)) > 0


def test_exclusive_queues_go_with_their_connection_and_no_other() -> None:
    vhost = vhost_with(FEW)

    vhost.release_exclusive("connection 5", [])
    vhost.release_exclusive("connection 5", [])

    assert set(vhost.queues) == {f"q{number}" for number in range(FEW) if number != 5}
    assert len(vhost.exchanges["x"].bindings) == FEW - 1


def test_bindings_of_a_queue_follow_every_way_a_binding_ends() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    queue = vhost.declare_queue("q", [])
    for name in ("unbound", "deleted", "kept"):
        exchange = vhost.declare_exchange(name, "fanout", [], is_durable=False)
        vhost.bind(exchange, queue, "", {}, [])
        vhost.bind(exchange, queue, "", {}, [])

    vhost.unbind(vhost.exchanges["unbound"], queue, "", {}, [])
    vhost.delete_exchange("deleted", [])

    assert [binding.source.name for binding in vhost.bindings_of(queue)] == ["kept"]
    vhost.delete_queue(queue, [])
    assert not vhost.exchanges["kept"].bindings
    assert vhost.bindings_of(queue) == []
