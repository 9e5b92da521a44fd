"""What the API answers and takes, key by key. Lists and single objects are the same but for keys only the latter have.

Nothing is required in an answer, because `columns` leaves out what was not asked for.
"""

from __future__ import annotations

from brokerctl.management.openapi.bodies import BODIES
from brokerctl.management.openapi.shapes import Fields, counted, table
from brokerctl.management.readings import CHURN, CONNECTION, EXCHANGE, LENGTHS, MESSAGES, QUEUE_MESSAGES
from brokerctl.management.values import Json

AGE = "Seconds that the message has been in the broker, at least. Ours."

LENGTHS_NOW = counted(*LENGTHS)
DETAILS_OF_CHANNEL = "{text|int}"

QUEUE: Fields = {
    "name": "text",
    "vhost": "text",
    "type": ("text", "classic or quorum."),
    "durable": "flag",
    "auto_delete": "flag",
    "exclusive": "flag",
    "arguments": "table",
    "node": "text",
    "state": ("text", "running, or paused (ours, as LavinMQ has it)."),
    "policy": "text?",
    "operator_policy": "text?",
    "effective_policy_definition": "table",
    **LENGTHS_NOW,
    "messages_ram": "int",
    "messages_ready_ram": "int",
    "messages_unacknowledged_ram": "int",
    "messages_paged_out": ("int", "On disk only."),
    "damaged_messages": ("int", "What the disk could not give back. Ours."),
    "message_bytes": "int",
    "message_bytes_ready": "int",
    "message_bytes_unacknowledged": "int",
    "message_bytes_ram": "int",
    "message_bytes_paged_out": "int",
    "head_message_timestamp": ("int?", "The timestamp property of the next message, in seconds since 1970."),
    "oldest_ready_seconds": ("int?", f"Of the oldest ready message. {AGE}"),
    "oldest_unacked_seconds": ("int?", f"Of the oldest unacked message; only of a single queue. {AGE}"),
    "message_stats": "QueueStats",
    "consumers": "int",
    "consumer_capacity": ("number", "The share of time in which it could deliver at once, 0 to 1."),
    "consumer_utilisation": ("number", "The same."),
    "exclusive_consumer_tag": "text?",
    "single_active_consumer_tag": "text?",
    "delivery_limit": ("int|text", "Of a quorum queue; a text says that there is none."),
    "idle_since": ("text", "RFC 3339."),
    "owner_pid_details": "table",
    "consumer_details": "[Consumer]",
    "incoming": "[table]",
    "deliveries": "[table]",
}

EXCHANGE_FIELDS: Fields = {
    "name": ("text", "Empty for the default exchange."),
    "vhost": "text",
    "type": "text",
    "durable": "flag",
    "auto_delete": "flag",
    "internal": "flag",
    "arguments": "table",
    "policy": "text?",
    "user_who_performed_action": "text",
    "message_stats": "ExchangeStats",
    "incoming": "[table]",
    "outgoing": "[table]",
}

CONNECTION_FIELDS: Fields = {
    "name": ("text", "peer:port -> host:port."),
    "node": "text",
    "vhost": "text",
    "user": "text",
    "user_who_performed_action": "text",
    "host": "text",
    "port": "int",
    "peer_host": "text",
    "peer_port": "int",
    "protocol": "text",
    "type": "text",
    "state": ("text", "running, blocking, blocked or closing."),
    "channels": "int",
    "channel_max": "int",
    "frame_max": "int",
    "timeout": ("int", "Seconds between heartbeats."),
    "connected_at": ("int", "Milliseconds since 1970."),
    "auth_mechanism": "text",
    "client_properties": "table",
    **counted(*CONNECTION),
    "ssl": "flag",
    "ssl_protocol": "text?",
    "ssl_key_exchange": "text?",
    "ssl_cipher": "text?",
    "ssl_hash": "text?",
    "peer_cert_subject": "text?",
    "peer_cert_issuer": "text?",
    "peer_cert_validity": "text?",
}

CHANNEL_FIELDS: Fields = {
    "name": "text",
    "number": "int",
    "node": "text",
    "vhost": "text",
    "user": "text",
    "user_who_performed_action": "text",
    "state": "text",
    "connection_details": DETAILS_OF_CHANNEL,
    "transactional": "flag",
    "messages_uncommitted": "int",
    "acks_uncommitted": "int",
    "confirm": "flag",
    "prefetch_count": "int",
    "global_prefetch_count": "int",
    "consumer_count": "int",
    "messages_unacknowledged": "int",
    "messages_unconfirmed": "int",
    "idle_since": "text",
    "message_stats": "MessageStats",
    "consumer_details": "[Consumer]",
    "publishes": "[table]",
    "deliveries": "[table]",
}

CONSUMER: Fields = {
    "consumer_tag": "text",
    "queue": "{text}",
    "channel_details": DETAILS_OF_CHANNEL,
    "ack_required": "flag",
    "exclusive": "flag",
    "prefetch_count": "int",
    "active": "flag",
    "activity_status": ("text", "up, waiting or single_active."),
    "arguments": "table",
}

VHOST: Fields = {
    "name": "text",
    "description": "text",
    "tags": "[text]",
    "default_queue_type": "text",
    "protected_from_deletion": "flag",
    "metadata": "table",
    "tracing": "flag",
    "cluster_state": "{text}",
    **LENGTHS_NOW,
    **counted("recv_oct", "send_oct"),
    "message_stats": "MessageStats",
}

OVERVIEW: Fields = {
    "management_version": ("text", "Of the RabbitMQ whose API this is."),
    "rabbitmq_version": "text",
    "product_name": "text",
    "product_version": "text",
    "cluster_name": "text",
    "rates_mode": "text",
    "sample_retention_policies": ("{[int]}", "Seconds."),
    "exchange_types": "[table]",
    "default_queue_type": "text",
    "disable_stats": "flag",
    "enable_queue_totals": "flag",
    "is_op_policy_updating_enabled": "flag",
    "statistics_db_event_queue": "int",
    "message_stats": "MessageStats",
    "queue_totals": "table",
    "object_totals": "{int}",
    "churn_rates": "table",
    "node": "text",
    "listeners": "[table]",
    "contexts": "[table]",
}

NODE: Fields = {
    "name": "text",
    "type": "text",
    "running": "flag",
    "being_drained": "flag",
    "os_pid": "text",
    "rates_mode": "text",
    "uptime": ("int", "Milliseconds."),
    "processors": "int",
    "fd_used": "int",
    "fd_total": "int",
    **counted("mem_used", "disk_free", "sockets_used", *CHURN),
    "mem_limit": "int",
    "mem_alarm": "flag",
    "mem_calculation_strategy": "text",
    "disk_free_limit": "int",
    "disk_free_alarm": "flag",
    "memory": ("table", "Only with ?memory=true."),
    "exchange_types": "[table]",
    "auth_mechanisms": "[table]",
    "applications": "[table]",
    "contexts": "[table]",
    "cluster_links": "[table]",
    "partitions": "[text]",
    "enabled_plugins": "[text]",
    "log_files": "[text]",
    "config_files": "[text]",
}

LIMITS = ("{int}", "By the name of the limit.")

SCHEMAS: dict[str, Json] = {
    "Error": table(
        "Why a request was refused.",
        {
            "error": "text",
            "reason": ("text|[any]", "A sentence; or a term and its arguments, as RabbitMQ writes them."),
        },
        ("error", "reason"),
    ),
    "Rate": table(
        "How a number changes.",
        {
            "rate": ("number", "Per second."),
            "samples": ("[{number}]", "Newest first: sample, and timestamp in milliseconds since 1970."),
            "avg": "number",
            "avg_rate": "number",
        },
    ),
    "MessageStats": table("Messages counted at channels.", counted(*MESSAGES)),
    "QueueStats": table("Messages counted at a queue.", counted(*QUEUE_MESSAGES)),
    "ExchangeStats": table("Messages counted at an exchange.", counted(*EXCHANGE)),
    "Overview": table("The broker as a whole.", OVERVIEW),
    "Node": table("The one node.", NODE),
    "Vhost": table("A virtual host.", VHOST),
    "Queue": table("A queue.", QUEUE),
    "Exchange": table("An exchange.", EXCHANGE_FIELDS),
    "Binding": table(
        "From an exchange to a queue or another exchange.",
        {
            **dict.fromkeys(("source", "vhost", "destination", "destination_type", "routing_key"), "text"),
            "arguments": "table",
            "properties_key": ("text", "Names it among those of the same two ends."),
        },
    ),
    "Connection": table("An AMQP connection.", CONNECTION_FIELDS),
    "UserConnection": table("A connection of a user.", dict.fromkeys(("name", "vhost", "user", "node"), "text")),
    "Channel": table("A channel.", CHANNEL_FIELDS),
    "Consumer": table("A consumer.", CONSUMER),
    "User": table(
        "A user.",
        {
            "name": "text",
            "password_hash": ("text", "Empty: cannot log in with a password."),
            "hashing_algorithm": "text",
            "tags": "[text]",
            "limits": LIMITS,
        },
    ),
    "Whoami": table("Who is asking.", {"name": "text", "tags": "[text]", "is_internal_user": "flag"}),
    "Permission": table(
        "Three patterns, searched in names.", dict.fromkeys(("user", "vhost", "configure", "write", "read"), "text")
    ),
    "TopicPermission": table(
        "Two patterns, searched in routing keys at a topic exchange.",
        dict.fromkeys(("user", "vhost", "exchange", "write", "read"), "text"),
    ),
    "Policy": table(
        "What holds for all queues or exchanges whose names match.",
        {
            **dict.fromkeys(("vhost", "name", "pattern", "apply-to"), "text"),
            "definition": "table",
            "priority": "int",
        },
    ),
    "VhostLimits": table("Limits of a vhost.", {"vhost": "text", "value": LIMITS}),
    "UserLimits": table("Limits of a user.", {"user": "text", "value": LIMITS}),
    "Parameter": table("A runtime parameter.", {"vhost": "text", "component": "text", "name": "text", "value": "any"}),
    "GlobalParameter": table("A parameter of no vhost.", {"name": "text", "value": "any"}),
    "Attempts": table(
        "Attempts to log in.",
        {
            "protocol": "text",
            **dict.fromkeys(("auth_attempts", "auth_attempts_failed", "auth_attempts_succeeded"), "int"),
        },
    ),
    "Health": table("What a check found.", {"status": ("text", "ok or failed."), "reason": "any"}, ("status",)),
    **BODIES,
}
