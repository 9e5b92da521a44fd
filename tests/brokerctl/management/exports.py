"""Files of definitions as RabbitMQ exports them."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

Json = dict[str, Any]

SALT = b"\x01\x02\x03\x04"


def hashed(digest: str, password: str = "secret") -> str:
    return base64.b64encode(SALT + hashlib.new(digest, SALT + password.encode()).digest()).decode()


EVERYTHING_OF_3_8: Json = {
    "rabbit_version": "3.8.9",
    "users": [
        {
            "name": "old",
            "password_hash": hashed("sha512"),
            "hashing_algorithm": "rabbit_password_hashing_sha512",
            "tags": "management,monitoring",
        },
        {"name": "older", "password_hash": hashed("md5"), "tags": "administrator"},
        {"name": "mute", "password_hash": "", "tags": ""},
    ],
    "vhosts": [{"name": "three"}],
    "permissions": [{"user": "old", "vhost": "three", "configure": "^a", "write": ".*", "read": ""}],
    "topic_permissions": [{"user": "old", "vhost": "three", "exchange": "t", "write": "^k", "read": ".*"}],
    "parameters": [
        {
            "vhost": "three",
            "component": "operator_policy",
            "name": "o",
            "value": {"pattern": ".*", "definition": {"expires": 5000000}, "priority": 1, "apply-to": "queues"},
        },
        {"vhost": "three", "component": "shovel", "name": "s", "value": {"src-uri": "amqp://", "src-queue": "q"}},
        {"vhost": "three", "component": "vhost-limits", "name": "limits", "value": {"max-queues": 50}},
    ],
    "global_parameters": [{"name": "mqtt_port_to_vhost_mapping", "value": {"1883": "three", "n": [1, 2.5, None]}}],
    "policies": [
        {
            "vhost": "three",
            "name": "ha",
            "pattern": "^q",
            "apply-to": "queues",
            "definition": {"ha-mode": "all", "max-length": 5},
            "priority": 3,
        }
    ],
    "queues": [
        {"name": "q", "vhost": "three", "durable": True, "auto_delete": False, "arguments": {"x-max-priority": 5}},
        {"name": "amq.gen-1", "vhost": "three", "durable": False, "auto_delete": True, "arguments": {}},
    ],
    "exchanges": [
        {
            "name": "t",
            "vhost": "three",
            "type": "topic",
            "durable": True,
            "auto_delete": False,
            "internal": True,
            "arguments": {"alternate-exchange": "h"},
        },
        {
            "name": "h",
            "vhost": "three",
            "type": "headers",
            "durable": True,
            "auto_delete": True,
            "internal": False,
            "arguments": {},
        },
        {
            "name": "hash",
            "vhost": "three",
            "type": "x-consistent-hash",
            "durable": True,
            "auto_delete": False,
            "internal": False,
            "arguments": {"hash-header": "id"},
        },
    ],
    "bindings": [
        {
            "source": "h",
            "vhost": "three",
            "destination": "q",
            "destination_type": "queue",
            "routing_key": "",
            "arguments": {"x-match": "any", "there": None, "n": 1, "list": ["a", {"b": 2}]},
        },
        {
            "source": "t",
            "vhost": "three",
            "destination": "h",
            "destination_type": "exchange",
            "routing_key": "a.#",
            "arguments": {},
        },
        {
            "source": "hash",
            "vhost": "three",
            "destination": "q",
            "destination_type": "queue",
            "routing_key": "10",
            "arguments": {},
        },
        {
            "source": "amq.rabbitmq.trace",
            "vhost": "three",
            "destination": "q",
            "destination_type": "queue",
            "routing_key": "#",
            "arguments": {},
        },
    ],
}

ONE_VHOST_OF_4_1: Json = {
    "rabbitmq_version": "4.1.0",
    "rabbitmq_definition_format": "single_virtual_host",
    "original_vhost_name": "there",
    "description": "the shop",
    "metadata": {"description": "the shop", "tags": ["eu", "prod"], "default_queue_type": "quorum"},
    "limits": {"max-connections": 7},
    "parameters": [{"component": "federation-upstream", "name": "up", "value": {"uri": "amqp://"}}],
    "policies": [
        {
            "name": "streams",
            "pattern": "",
            "apply-to": "streams",
            "definition": {"max-age": "7D"},
            "priority": 0,
        }
    ],
    "exchanges": [],
    "queues": [
        {
            "name": "events",
            "type": "stream",
            "durable": True,
            "auto_delete": False,
            "arguments": {"x-queue-type": "stream", "x-max-age": "1D"},
        },
        {
            "name": "orders",
            "type": "quorum",
            "durable": True,
            "auto_delete": False,
            "arguments": {"x-queue-type": "quorum", "x-delivery-limit": 5},
        },
    ],
    "bindings": [
        {
            "source": "amq.topic",
            "destination": name,
            "destination_type": "queue",
            "routing_key": "#",
            "arguments": {},
        }
        for name in ("events", "orders")
    ],
}
