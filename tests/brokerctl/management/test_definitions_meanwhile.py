"""A large file is tried out in a thread: what happens on the broker meanwhile does not make it half a file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from brokerctl.core import importing
from brokerctl.core.broker import Broker
from brokerctl.core.importing import BindingItem, Definitions, QueueItem
from brokerctl.management.definitions import MANY
from brokerctl.names import path
from brokerctl.server.codec import WireCodec
from tests.brokerctl.management.conftest import client
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

QUEUES = 4 * MANY
BINDING = {"source": "amq.direct", "destination": "leaned", "destination_type": "queue", "routing_key": "k"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    with embedded.running(tmp_path_factory.mktemp("meanwhile")) as found:
        yield found


@pytest.mark.parametrize("requests_before", [0, 2, 5, 10, 20, 40])
def test_a_queue_that_goes_meanwhile_leaves_all_of_the_file_or_none(
    broker: EmbeddedBroker, requests_before: int
) -> None:
    file = {
        "queues": [{"name": f"n{number}", "durable": False} for number in range(QUEUES)],
        "bindings": [{**BINDING, "arguments": {}}],
    }
    vhost = f"meanwhile-{requests_before}"
    with client(broker, "guest", "guest") as root, ThreadPoolExecutor(1) as beside:
        root.put(path("vhosts", vhost)).raise_for_status()
        root.put(path("queues", vhost, "leaned"), json={"durable": False}).raise_for_status()
        where = f"{root.base_url}definitions/{vhost}"
        importing_it = beside.submit(httpx.post, where, json=file, auth=root.auth, timeout=PATIENCE_SECONDS)
        for _ in range(requests_before):
            root.get("/whoami").raise_for_status()
        root.delete(path("queues", vhost, "leaned")).raise_for_status()

        status = importing_it.result().status_code

        there = root.get(path("queues", vhost), params={"columns": "name"}).json()
        root.delete(path("vhosts", vhost)).raise_for_status()
    assert (status, len(there)) in ((204, QUEUES), (400, 0))


def test_what_a_file_leans_on_is_told_by_name() -> None:
    broker = Broker(WireCodec())
    broker.add_vhost("/", [])
    for name in ("leaned", "other"):
        broker.vhosts["/"].declare_queue(name, [])
    items = Definitions(
        queues=[QueueItem("/", "new", True, False, {}, "")],
        bindings=[BindingItem("/", "amq.direct", "queue", "leaned", "k", {})],
    )
    before = importing.found_in(importing.trial(broker, items))

    broker.vhosts["/"].delete_queue(broker.vhosts["/"].queues["other"], [])
    assert importing.found_in(importing.trial(broker, items)) == before
    broker.vhosts["/"].delete_queue(broker.vhosts["/"].queues["leaned"], [])
    assert before - importing.found_in(importing.trial(broker, items)) == {("queue", "/", "leaned")}
