"""Queues, exchanges, bindings, messages, and who is connected."""

from __future__ import annotations

from brokerctl.management.openapi.operations import (
    RANGES,
    Operation,
    answered,
    blocked,
    done,
    listed,
    paged,
    put,
    shown,
)

TOTALS = ("disable_stats", "enable_queue_totals")
BINDINGS = "/bindings/{vhost}/e/{source}/{kind}/{destination}"
Q = "/queues/{vhost}/{name}"
X = "/exchanges/{vhost}/{name}"

QUEUES: dict[str, Operation] = {
    "GET /queues": paged("Queues of all vhosts that the user sees.", "Queue", *RANGES, *TOTALS, "only"),
    "GET /queues/detailed": paged("The same; RabbitMQ 4 has fewer keys in the other.", "Queue", *RANGES, *TOTALS),
    "GET /queues/{vhost}": paged("Queues of a vhost.", "Queue", *RANGES, *TOTALS),
    "GET /users/{user}/queues": paged("Queues that a user declared.", "Queue", *RANGES, *TOTALS),
    f"GET {Q}": shown("One queue, with its consumers.", "Queue", *RANGES, *TOTALS),
    f"PUT {Q}": put("Declare a queue. Needs configure.", "QueueBody"),
    f"DELETE {Q}": done("Delete a queue and its messages. Needs configure.", None, "if-unused", "if-empty"),
    f"GET {Q}/bindings": listed("What leads to a queue.", "Binding"),
    f"DELETE {Q}/contents": done("Drop the ready messages. Needs read.", None, "count"),
    f"POST {Q}/actions": done("Of mirrored queues, which this broker has none of: always refused.", "AnyBody"),
    f"POST {Q}/get": answered("Take messages, and give them back or not. Needs read.", "[Message]", "GetBody"),
    f"PUT {Q}/pause": done("Give nothing to consumers any more. Needs configure. Ours."),
    f"PUT {Q}/resume": done("Go on after a pause. Needs configure. Ours."),
    f"POST {Q}/peek": answered("Look at messages without taking them. Needs read. Ours.", "Peek", "PeekBody"),
    f"POST {Q}/move": blocked(
        answered("Move messages inside the broker. Needs read, and write on the exchange. Ours.", "Acted", "MoveBody")
    ),
    f"POST {Q}/copy": blocked(
        answered("Copy messages inside the broker. Needs read, and write on the exchange. Ours.", "Acted", "MoveBody")
    ),
    f"POST {Q}/delete": answered("Delete chosen messages. Needs read. Ours.", "Acted", "DeleteBody"),
    f"GET {Q}/unacked": paged("Who holds the unacked messages, and since when. Ours.", "Unacked", "group_by"),
}

EXCHANGES: dict[str, Operation] = {
    "GET /exchanges": paged("Exchanges of all vhosts that the user sees.", "Exchange", *RANGES),
    "GET /exchanges/{vhost}": paged("Exchanges of a vhost.", "Exchange", *RANGES),
    f"GET {X}": shown("One exchange.", "Exchange", *RANGES),
    f"PUT {X}": put("Declare an exchange. Needs configure.", "ExchangeBody"),
    f"DELETE {X}": done("Delete an exchange and its bindings. Needs configure.", None, "if-unused"),
    f"GET {X}/bindings/source": listed("Where an exchange leads to.", "Binding"),
    f"GET {X}/bindings/destination": listed("What leads to an exchange.", "Binding"),
    f"POST {X}/publish": blocked(
        answered("Publish a message and wait until it is safe. Needs write.", "Routed", "PublishBody")
    ),
    "GET /bindings": listed("Bindings of all vhosts that the user sees.", "Binding"),
    "GET /bindings/{vhost}": listed("Bindings of a vhost.", "Binding"),
    f"GET {BINDINGS}": listed("Bindings between two ends; `kind` is q or e.", "Binding"),
    f"POST {BINDINGS}": Operation(
        "Bind. Needs read on the source and write on the destination.", {201: None}, "BindingBody"
    ),
    f"GET {BINDINGS}/{{properties_key}}": shown("One binding.", "Binding"),
    f"DELETE {BINDINGS}/{{properties_key}}": done("Unbind. Needs read on the source and write on the destination."),
    "GET /vhosts/{vhost}/firehose": Operation(
        "Messages as they pass, as server-sent events. Ours.",
        {200: "text"},
        query=("queue", "exchange", "routing_key", "events", "payload"),
    ),
}

CLIENTS: dict[str, Operation] = {
    "GET /connections": paged("Connections: all for monitors, else one's own.", "Connection", *RANGES),
    "GET /vhosts/{vhost}/connections": paged("Connections to a vhost.", "Connection", *RANGES),
    "GET /connections/username/{user}": paged("Connections of a user.", "UserConnection"),
    "DELETE /connections/username/{user}": Operation(
        "Close all connections of a user.", {204: None}, more={"X-Reason": "Told to the clients."}
    ),
    "GET /connections/{connection}": shown("One connection.", "Connection", *RANGES),
    "DELETE /connections/{connection}": Operation(
        "Close a connection.", {204: None}, more={"X-Reason": "Told to the client."}
    ),
    "GET /connections/{connection}/channels": listed("Channels of a connection.", "Channel", *RANGES),
    "GET /channels": paged("Channels: all for monitors, else one's own.", "Channel", *RANGES),
    "GET /vhosts/{vhost}/channels": paged("Channels in a vhost.", "Channel", *RANGES),
    "GET /channels/{channel}": shown("One channel.", "Channel", *RANGES),
    "GET /consumers": listed("Consumers: all for monitors, else one's own.", "Consumer"),
    "GET /consumers/{vhost}": listed("Consumers in a vhost.", "Consumer"),
}

OPERATIONS = {**QUEUES, **EXCHANGES, **CLIENTS}
