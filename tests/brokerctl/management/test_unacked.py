"""Who holds the messages that are not acknowledged."""

from __future__ import annotations

import httpx

from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.letters import lengths
from tests.brokerctl.management.test_queues import publish
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until


def test_holders_are_told_one_by_one_and_together(
    embedded_broker: EmbeddedBroker, api: httpx.Client, login: Login, vhost: str, queue: str
) -> None:
    for number in range(4):
        publish(api, vhost, "q", str(number) * 10)
    with embedded_broker.connect(vhost) as connection:
        getting, consuming = connection.channel(), connection.channel()
        getting.basic_get("q")
        consuming.tx_select()
        consuming.basic_qos(prefetch_count=2)
        tag = consuming.basic_consume("q", lambda *_: None)
        wait_until(lambda: lengths(api, queue) == (1, 3))
        consuming.basic_ack(1)
        rows = api.get(queue + "/unacked", params={"sort": "id"}).json()
        groups = {
            name: api.get(queue + "/unacked", params={"group_by": name}).json()
            for name in ("user", "connection", "channel", "consumer")
        }
        page = api.get(queue + "/unacked", params={"page": 1, "page_size": 2, "columns": "delivery_tag"}).json()
        stranger = login("management", vhost).get(queue + "/unacked").json()
        shown = api.get(queue).json()

    assert [(row["consumer_tag"], row["delivery_tag"]) for row in rows] == [
        ("", 1),
        (tag, 1),
        (tag, 2),
    ]
    assert {row["user"] for row in rows} == {"guest"}
    assert all(row["channel_name"].startswith(row["connection_name"]) for row in rows)
    assert [row["payload_bytes"] for row in rows] == [10, 10, 10]
    assert all(0 <= row["unacked_for_seconds"] < 60 and row["since"].endswith("+00:00") for row in rows)
    assert {name: sorted(row["messages"] for row in found) for name, found in groups.items()} == {
        "user": [3],
        "connection": [3],
        "channel": [1, 2],
        "consumer": [1, 2],
    }
    assert sum(row["message_bytes"] for row in groups["consumer"]) == 30
    assert (page["total_count"], [set(row) for row in page["items"]]) == (3, [{"delivery_tag"}] * 2)
    assert stranger == []
    assert isinstance(shown["oldest_unacked_seconds"], int)


def test_an_unknown_grouping_is_told(api: httpx.Client, queue: str) -> None:
    refused = api.get(queue + "/unacked", params={"group_by": "colour"})

    assert refused.json()["reason"] == "group_by takes one of user, connection, channel, consumer"
    assert api.get(queue + "/unacked").json() == []
