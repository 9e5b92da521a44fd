"""A disk that takes its time (A4): nothing is confirmed before it is done, and nobody waits who does not need it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from brokerctl.store.durable import DurableStore
from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, channel, confirm, queue
from tests.support.disks import MemoryDisk
from tests.support.hosted import Hosted, hosting
from tests.support.raw import RawClient
from tests.support.waiting import PATIENCE_SECONDS


class SlowDisk(MemoryDisk):
    """Each sync waits for `go`; `is_waiting` says that one does."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.is_waiting = threading.Event()
        self.go.set()

    def sync(self, handle: int) -> None:
        if not self.go.is_set():
            self.is_waiting.set()
        assert self.go.wait(PATIENCE_SECONDS), "the test never let the disk go on"
        super().sync(handle)


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
def hosted(disk: SlowDisk) -> Iterator[Hosted]:
    with hosting(store=DurableStore(disk)) as hosted:
        try:
            yield hosted
        finally:
            disk.go.set()


def publish(client: RawClient, key: str, mode: int) -> None:
    content = frames.content(1, properties.encode({"delivery_mode": mode}, 1), b"x", 0)
    client.send(frames.method(1, basic.Publish(routing_key=key)) + content)


def test_nothing_is_confirmed_before_the_disk_is_done(hosted: Hosted, disk: SlowDisk) -> None:
    with RawClient(hosted.amqp_port) as client:
        client.open().open_channel(1).open_channel(2)
        client.call(1, queue.Declare(queue="kept", durable=True), confirm.Select())
        client.expect(queue.DeclareOk)
        client.expect(confirm.SelectOk)
        disk.go.clear()

        publish(client, "kept", 2)
        assert disk.is_waiting.wait(PATIENCE_SECONDS)
        client.call(2, basic.Qos(prefetch_count=1))

        # A confirm before this answer would have come before it.
        client.expect(basic.QosOk)
        disk.go.set()
        assert client.expect(basic.Ack).delivery_tag == 1


def test_who_needs_no_disk_does_not_wait_for_it(hosted: Hosted, disk: SlowDisk) -> None:
    with ExitStack() as stack:
        slow, quick = (stack.enter_context(RawClient(hosted.amqp_port)).open().open_channel() for _ in range(2))
        slow.call(1, queue.Declare(queue="kept", durable=True))
        slow.expect(queue.DeclareOk)
        quick.call(1, queue.Declare(queue="transient"), basic.Consume(queue="transient", no_ack=True))
        quick.expect(queue.DeclareOk)
        quick.expect(basic.ConsumeOk)
        disk.go.clear()
        publish(slow, "kept", 2)
        assert disk.is_waiting.wait(PATIENCE_SECONDS)

        for _ in range(50):
            publish(quick, "transient", 1)
            quick.expect(basic.Deliver)
            quick.read_frame()
            quick.read_frame()
        with hosted.api() as api:
            assert api.get("/queues/%2F/transient").status_code == 200

        slow.call(1, channel.Close(200, "", 0, 0))
        disk.go.set()
        slow.expect(channel.CloseOk)
