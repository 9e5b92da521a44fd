"""What shovels and upstreams of federation can be told, beside where they connect.

Sources: RabbitMQ's docs of shovels and federation; LavinMQ's docs of both. Rarer keys go in as free ones.
"""

from __future__ import annotations

from dashboard.declaring.known import QUEUE_TYPES, Known, Sort

ACK_MODES = ("on-confirm", "on-publish", "no-ack")
CONFIRMS = "When the source may forget a message. Only on-confirm loses none."

SHOVEL_SETTINGS = (
    Known("ack-mode", "Ack mode", CONFIRMS, Sort.CHOICE, choices=ACK_MODES),
    Known("src-prefetch-count", "Prefetch", "So many may be on their way at once.", unit="messages"),
    Known("reconnect-delay", "Reconnect delay", "So long it waits after a connection broke.", unit="s"),
    Known(
        "dest-add-forward-headers",
        "Forward headers",
        "Each message says which shovel it came through. Its headers become others by that.",
        Sort.FLAG,
        is_not_lavinmq=True,
    ),
)

OF_EXCHANGES = ("exchange", "max-hops", "expires", "message-ttl", "queue-type")
OF_QUEUES = ("queue", "consumer-tag")
"""Keys of an upstream that only federated exchanges, or only federated queues, look at."""

UPSTREAM_SETTINGS = (
    Known("ack-mode", "Ack mode", CONFIRMS, Sort.CHOICE, choices=ACK_MODES),
    Known("prefetch-count", "Prefetch", "So many may be on their way at once.", unit="messages"),
    Known("reconnect-delay", "Reconnect delay", "So long a link waits after its connection broke.", unit="s"),
    Known(
        "trust-user-id",
        "Trust user-id",
        "Keep who published a message, as the upstream says it; else that is taken off.",
        Sort.FLAG,
        is_not_lavinmq=True,
    ),
    Known("exchange", "Exchange", "Its name there, where it is another than here.", Sort.TEXT),
    Known("max-hops", "Max hops", "Over so many brokers a message may travel.", unit="hops", least=1),
    Known(
        "expires",
        "Expires",
        "The queue that waits for us there is deleted when the link was away for so long.",
        unit="ms",
        least=1,
    ),
    Known("message-ttl", "Message TTL", "So long a message waits for the link there.", unit="ms"),
    Known(
        "queue-type",
        "Queue type",
        "Of the queue that waits for us there.",
        Sort.CHOICE,
        choices=QUEUE_TYPES[:2],
        since=(3, 13),
        is_not_lavinmq=True,
    ),
    Known("queue", "Queue", "Its name there, where it is another than here.", Sort.TEXT),
    Known("consumer-tag", "Consumer tag", "What the link calls itself there.", Sort.TEXT),
)
