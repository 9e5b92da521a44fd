"""Publishing and taking messages."""

from __future__ import annotations

from typing import Any

from tests.brokerctl.management.parity.reasons import HIDDEN_500
from tests.brokerctl.management.parity.requests import Answer

PUBLISH = "/exchanges/{vhost}/amq.default/publish"
GET = "/queues/{vhost}/idle/get"

FULL = {"delivery_mode": 2, "priority": 3, "timestamp": 7, "type": "t", "headers": {"a": 1, "b": [True, {"c": 1.5}]}}
NOWHERE = "RabbitMQ says that access is refused; a vhost that is not there is said to be none"


def message(**change: Any) -> dict[str, Any]:
    return {"routing_key": "idle", "payload": "x", "payload_encoding": "string", "properties": {}, **change}


def get(**change: Any) -> dict[str, Any]:
    return {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto", **change}


STORIES: dict[str, list[Answer]] = {
    "publishing": [
        Answer("POST", PUBLISH, message()),
        Answer("POST", PUBLISH, message(routing_key="nobody")),
        Answer("POST", PUBLISH, message(payload=7)),
        Answer("POST", PUBLISH, message(payload_encoding="x")),
        Answer("POST", PUBLISH, message(payload="!!", payload_encoding="base64")),
        Answer("POST", PUBLISH, message(properties={"priority": "a"})),
        Answer("POST", PUBLISH, message(properties={"type": 7})),
        Answer("POST", PUBLISH, message(properties={"headers": {"a": None}})),
        Answer("POST", PUBLISH, message(properties={"headers": 7}), ours=400, differs=HIDDEN_500),
        Answer("POST", PUBLISH, message(properties={"expiration": "soon"})),
        Answer("POST", PUBLISH, message(properties={"user_id": "x"})),
        Answer("POST", PUBLISH, message(properties={"priority": 300}), ours=400, differs="300 does not fit a byte"),
        Answer(
            "POST", PUBLISH, message(routing_key="k" * 256), ours=400, differs="256 bytes do not fit a short string"
        ),
        Answer("POST", PUBLISH, {}),
        Answer("POST", "/exchanges/{vhost}/nope/publish", message(), ours=404, differs="newer RabbitMQs say 404, too"),
        Answer("POST", PUBLISH, message(payload="aGk=", payload_encoding="base64")),
        Answer("POST", PUBLISH, message(properties=[]), ours=200, differs=HIDDEN_500),
        Answer("POST", PUBLISH, message(properties={"unknown": 1})),
        Answer("POST", PUBLISH, message(properties={"delivery_mode": 2, "headers": {"a": [1, {"b": True}], "c": 1.5}})),
        Answer("POST", PUBLISH, message(properties={"timestamp": "now"})),
        Answer("POST", PUBLISH, message(properties="x"), ours=400, differs=HIDDEN_500),
        Answer("POST", PUBLISH, raw="{"),
        Answer("POST", PUBLISH, {"payload": "x"}),
        Answer(
            "POST", PUBLISH, message(properties={"cluster_id": "c", "app_id": "a", "message_id": "m", "reply_to": "r"})
        ),
        Answer(
            "POST",
            PUBLISH,
            message(properties={"content_type": "text/plain", "content_encoding": "utf-8", "type": "t"}),
        ),
        Answer("POST", PUBLISH, message(properties={"user_id": "guest", "correlation_id": "1", "expiration": "60000"})),
        Answer("POST", "/exchanges/nowhere/amq.default/publish", message(), ours=404, differs=NOWHERE),
        Answer("POST", "/exchanges/{vhost}/amq.fanout/publish", message()),
    ],
    "taking messages": [
        Answer("DELETE", "/queues/{vhost}/idle/contents"),
        Answer("POST", GET, get()),
        Answer("POST", PUBLISH, message()),
        Answer("POST", GET, get(ackmode="ack_requeue_false"), ours=200, differs="RabbitMQ writes no properties as []"),
        *(Answer("POST", PUBLISH, message(properties=FULL)) for _ in range(3)),
        Answer("POST", GET, get()),
        Answer("POST", GET, get(count="x")),
        Answer("POST", GET, get(encoding="x")),
        Answer("POST", GET, get(truncate="x")),
        Answer("POST", GET, get(ackmode="x"), ours=400, differs=HIDDEN_500),
        Answer("POST", GET, get(truncate=-1), ours=400, differs=HIDDEN_500),
        Answer("POST", GET, get(count=-1), ours=400, differs="RabbitMQ takes it for: all there are"),
        Answer("POST", GET, {}),
        Answer("POST", GET, get(ackmode="reject_requeue_false")),
        Answer("POST", "/queues/{vhost}/nope/get", get()),
        Answer("POST", "/queues/{vhost}/mine/get", get()),
        Answer("POST", GET, raw="{"),
        Answer("POST", GET, get(count="2")),
        Answer("POST", GET, get(count=1.9)),
        Answer("POST", GET, get(count=0)),
        Answer("POST", GET, get(encoding="base64")),
        Answer("POST", GET, get(truncate=2)),
        Answer("POST", GET, get(ackmode="reject_requeue_true")),
        Answer("POST", GET, get(count=100, ackmode="ack_requeue_false")),
        Answer("POST", GET, get(count=100)),
        Answer("POST", GET, {"count": 1, "ackmode": "ack_requeue_true"}),
        Answer("POST", "/queues/nowhere/idle/get", get(), ours=404, differs=NOWHERE),
    ],
}
