"""Routes that no RabbitMQ has, by method and path, each with what it is for."""

from __future__ import annotations

LOOKING = "an extension (docs/extensions.md): looks into a queue without taking"
ACTING = "an extension (docs/extensions.md): acts on messages where they wait"
PAUSING = "an extension (docs/extensions.md), as LavinMQ has it"

DESCRIBED = "RabbitMQ's description is a page for people, of RabbitMQ's own routes"
OURS_ONLY: dict[tuple[str, str], str] = {
    ("POST", "/queues/{vhost}/{name}/peek"): LOOKING,
    ("GET", "/queues/{vhost}/{name}/unacked"): LOOKING,
    ("POST", "/queues/{vhost}/{name}/move"): ACTING,
    ("POST", "/queues/{vhost}/{name}/copy"): ACTING,
    ("POST", "/queues/{vhost}/{name}/delete"): ACTING,
    ("GET", "/vhosts/{vhost}/firehose"): "an extension (docs/extensions.md): messages as they pass",
    ("GET", "/openapi.json"): DESCRIBED,
    ("GET", "/index.html"): DESCRIBED,
    ("GET", "/"): DESCRIBED,
    ("PUT", "/queues/{vhost}/{name}/pause"): PAUSING,
    ("PUT", "/queues/{vhost}/{name}/resume"): PAUSING,
}
