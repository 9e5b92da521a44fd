"""Bodies of requests, and the answers about messages."""

from __future__ import annotations

from brokerctl.management.openapi.shapes import Fields, shape, table
from brokerctl.management.values import Json

FLAG = "flag|text"
"""Booleans are also taken as the texts true and false."""

MESSAGE: Fields = {
    "payload_bytes": "int",
    "redelivered": "flag",
    "exchange": "text",
    "routing_key": "text",
    "properties": ("table", "Of basic, with `headers`. JSON cannot say every type of AMQP."),
    "properties_error": ("text", "Why they cannot be read."),
    "payload": "text",
    "payload_encoding": ("text", "string or base64."),
}

FILTER = ("[Condition]", "All of them must hold.")
DESTINATION: Fields = {
    "vhost": ("text?", "Else that of the queue."),
    "exchange": ("text?", "Empty for the default exchange; else where each was published first."),
    "routing_key": ("text?", "Else each keeps its own."),
}
CHOICE: Fields = {
    "ids": ("[text]", "As peek answers them; at most 10,000."),
    "filter": FILTER,
    "all": ("flag", "All that wait when the request comes."),
    "after": ("text?", "The next of an earlier answer."),
    "until": ("int?", "The until of an earlier answer."),
    "limit": ("int", "Messages to act on in this request."),
}
COUNT = "int|number|text"

BODIES: dict[str, Json] = {
    "Message": table("A message that was taken.", {**MESSAGE, "message_count": ("int", "Ready ones behind it.")}),
    "PeekedMessage": table(
        "A message that was looked at.",
        {
            "id": ("text", "Names it for as long as it waits in this queue."),
            "age_seconds": ("int", "Since it came to the broker, at least."),
            "hash": ("text", "SHA-256 of exchange, routing key, header and body, each behind its length in 8 bytes."),
            **MESSAGE,
            "header": ("text", "Property flags and list as they were published, in base64 (AMQP 0-9-1 §4.2.6.1)."),
        },
    ),
    "Peek": table(
        "A page of a queue.",
        {
            "messages": "[PeekedMessage]",
            "next": ("text?", "To be given as `after`; null at the end."),
            "examined": "int",
            "not_searched": ("int", "Too large or too slow for the filter: these are not among the messages."),
            "messages_ready": "int",
        },
        ("messages", "next", "examined", "not_searched", "messages_ready"),
    ),
    "Acted": table(
        "What became of the messages.",
        {
            "counts": ("{int}", "By outcome: moved, copied, deleted, missing, unroutable, refused."),
            "results": ("[{text}]", "id, hash, outcome and reason; without ids only of those that stayed."),
            "next": "text?",
            "until": "int",
            "examined": "int",
            "not_searched": "int",
        },
        ("counts", "results", "next", "until"),
    ),
    "Condition": table(
        "One of the tests on one field.",
        {
            "field": ("text", "body, body.<path>, exchange, routing_key, headers.<name> or properties.<name>."),
            "equals": "any",
            "contains": "text",
            "matches": ("text", "A regular expression that is searched."),
            "exists": "flag",
        },
        ("field",),
    ),
    "Unacked": table(
        "A message that somebody holds; with group_by a holder.",
        {
            **dict.fromkeys(("id", "consumer_tag", "channel_name", "connection_name", "user", "since"), "text"),
            **dict.fromkeys(("delivery_tag", "unacked_for_seconds", "payload_bytes", "age_seconds"), "int"),
            **dict.fromkeys(("exchange", "routing_key"), "text"),
            **dict.fromkeys(("in_transaction", "redelivered"), "flag"),
            **dict.fromkeys(("messages", "message_bytes"), "int"),
        },
    ),
    "Definitions": table(
        "Everything that was declared: a file of RabbitMQ's.",
        dict.fromkeys(
            (
                "users",
                "vhosts",
                "permissions",
                "topic_permissions",
                "parameters",
                "global_parameters",
                "policies",
                "queues",
                "exchanges",
                "bindings",
            ),
            "[any]",
        ),
    ),
    "GetBody": table(
        "Which messages to take.",
        {
            "count": COUNT,
            "ackmode": "text",
            "encoding": ("text", "auto or base64."),
            "truncate": (COUNT, "Bytes of each payload."),
        },
        ("count", "ackmode", "encoding"),
    ),
    "PublishBody": table(
        "A message.",
        {"routing_key": "text", "properties": "table", "payload": "text", "payload_encoding": "text"},
        ("routing_key", "properties", "payload", "payload_encoding"),
    ),
    "PeekBody": table(
        "Which messages to look at.",
        {
            "count": COUNT,
            "offset": COUNT,
            "after": "text?",
            "filter": FILTER,
            "examine": COUNT,
            "truncate": COUNT,
            "encoding": "text",
            "payload": FLAG,
            "hash": FLAG,
        },
    ),
    "MoveBody": table("Which messages, and where to.", {**CHOICE, "destination": "Destination"}, ("destination",)),
    "DeleteBody": table("Which messages.", CHOICE),
    "Destination": table("Where messages go.", DESTINATION),
    "QueueBody": table("A queue.", {"durable": FLAG, "auto_delete": FLAG, "arguments": "table", "node": "text"}),
    "ExchangeBody": table(
        "An exchange.",
        {
            "type": "text",
            **dict.fromkeys(("durable", "auto_delete", "internal"), FLAG),
            "arguments": "table",
        },
    ),
    "BindingBody": table("A binding.", {"routing_key": "text", "arguments": "table"}),
    "VhostBody": table(
        "A vhost.",
        {"description": "text", "tags": "text|[text]", "default_queue_type": "text", "tracing": FLAG},
    ),
    "UserBody": table(
        "A user: a password, a hash of one, or neither.",
        {"password": "text", "password_hash": "text", "hashing_algorithm": "text", "tags": "text|[text]"},
    ),
    "PermissionBody": table(
        "Three patterns.",
        dict.fromkeys(("configure", "write", "read"), "text"),
        ("configure", "write", "read"),
    ),
    "TopicPermissionBody": table(
        "Two patterns for one exchange.",
        dict.fromkeys(("exchange", "write", "read"), "text"),
        ("exchange", "write", "read"),
    ),
    "PolicyBody": table(
        "A policy.",
        {
            "pattern": "text",
            "definition": "table",
            "priority": "int",
            "apply-to": ("text", "all, queues, exchanges, classic_queues, quorum_queues or streams."),
        },
        ("pattern", "definition"),
    ),
    "ValueBody": table("A value.", {"value": "any"}, ("value",)),
    "LimitBody": table("A limit; negative for none.", {"value": "int"}, ("value",)),
    "UsersBody": table("Names of users.", {"users": "[text]"}, ("users",)),
    "NameBody": table("A name.", {"name": "text"}, ("name",)),
    "AnyBody": shape("table") | {"description": "Not read."},
}
