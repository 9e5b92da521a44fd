"""What is compared with a real RabbitMQ (3.10 on Debian), and every difference with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Reasons = dict[str, str]

ERLANG = "of the Erlang machine: its processes, garbage collection, work units"
DISK = "of RabbitMQ's message store; here messages lie in the store's log"
FRAMES = "counted nowhere: bytes are"
BYTES_OF_ALL = "bytes are counted per open connection only"
NEWER = "of RabbitMQ 3.13, whose API this is; the RabbitMQ of the test is older"
NO_TLS = "null for what is not there; RabbitMQ says null in lists and an empty text here"
MIRRORS = "of mirrored queues"

COMES_AND_GOES = ("idle_since", "items.idle_since")
"""Told or not depending on the moment."""


@dataclass(slots=True, frozen=True)
class Shape:
    """A GET whose keys are compared. Keys of lists are those of their items. Names in braces are filled in."""

    where: str
    missing: Reasons = field(default_factory=dict)
    extra: Reasons = field(default_factory=dict)
    other_kind: Reasons = field(default_factory=dict)


OURS: Reasons = {
    "damaged_messages": "checksums are ours: RabbitMQ has no count of what it could not read",
    "oldest_ready_seconds": "an extension (docs/extensions.md)",
}
ONE_OF_OURS: Reasons = OURS | {"oldest_unacked_seconds": "an extension (docs/extensions.md)"}
QUEUE: Reasons = {
    "backing_queue_status": DISK,
    "garbage_collection": ERLANG,
    "memory": ERLANG,
    "message_bytes_persistent": DISK,
    "messages_persistent": DISK,
    "recoverable_slaves": MIRRORS,
    "reductions": ERLANG,
}
CONNECTION: Reasons = {
    "garbage_collection": ERLANG,
    "reductions": ERLANG,
    "recv_cnt": FRAMES,
    "send_cnt": FRAMES,
    "send_pend": "no bytes wait outside the socket's own buffer",
}
CHANNEL: Reasons = {
    "garbage_collection": ERLANG,
    "reductions": ERLANG,
    "pending_raft_commands": "of replicated queues",
}
VHOST: Reasons = {"recv_oct": BYTES_OF_ALL, "send_oct": BYTES_OF_ALL}
NODE: Reasons = dict.fromkeys(("context_switches", "gc_bytes_reclaimed", "gc_num", "net_ticktime"), ERLANG)
NODE |= dict.fromkeys(
    ("proc_total", "proc_used", "run_queue", "metrics_gc_queue_length", "contexts.cowboy_opts"), ERLANG
)
NODE |= dict.fromkeys(("mnesia_disk_tx_count", "mnesia_ram_tx_count", "ra_open_file_metrics", "db_dir"), DISK)
NODE |= dict.fromkeys(("msg_store_read_count", "msg_store_write_count"), DISK)
NODE |= dict.fromkeys(("queue_index_read_count", "queue_index_write_count"), DISK)
NODE |= {f"io_{name}": DISK for name in ("read_avg_time", "read_bytes", "read_count", "reopen_count")}
NODE |= {f"io_{name}": DISK for name in ("seek_avg_time", "seek_count", "sync_avg_time", "sync_count")}
NODE |= {f"io_{name}": DISK for name in ("write_avg_time", "write_bytes", "write_count")}
NODE |= dict.fromkeys(("fd_total", "fd_used", "sockets_total"), "limits of the system, which the broker does not read")
NODE_EXTRA: Reasons = {
    "being_drained": NEWER,
    "contexts.node": "the same in the overview and here",
    "contexts.ssl_opts": "the same in the overview and here",
}

SHAPES = [
    Shape(
        "/overview",
        missing={
            "contexts.cowboy_opts": ERLANG,
            "erlang_version": ERLANG,
            "erlang_full_version": ERLANG,
            "listeners.socket_opts": ERLANG,
            "message_stats.disk_reads": DISK,
            "message_stats.disk_writes": DISK,
            "release_series_support_status": "RabbitMQ's own",
        },
        extra={"default_queue_type": NEWER, "is_op_policy_updating_enabled": NEWER, "listeners.tls": NEWER},
    ),
    Shape("/nodes", NODE, NODE_EXTRA),
    Shape("/nodes/{node}", NODE, NODE_EXTRA),
    Shape("/whoami", extra={"is_internal_user": NEWER}),
    Shape("/cluster-name"),
    Shape("/vhosts/{vhost}", VHOST, extra={"protected_from_deletion": NEWER}),
    Shape("/vhosts/{vhost}/permissions"),
    Shape("/vhosts/{vhost}/connections", CONNECTION),
    Shape("/vhosts/{vhost}/channels", CHANNEL),
    Shape("/exchanges/{vhost}"),
    Shape("/exchanges/{vhost}/events"),
    Shape("/exchanges/{vhost}/events/bindings/source"),
    Shape("/exchanges/{vhost}/events/bindings/destination"),
    Shape("/queues/{vhost}", QUEUE, OURS),
    Shape(
        "/queues/{vhost}?page=1&page_size=2&sort=messages&sort_reverse=true",
        {f"items.{key}": QUEUE[key] for key in QUEUE},
        {f"items.{key}": OURS[key] for key in OURS},
    ),
    Shape("/queues/{vhost}?columns=name,messages,message_stats.publish_details.rate"),
    Shape("/queues/{vhost}/busy", QUEUE, ONE_OF_OURS),
    Shape("/queues/{vhost}/idle", QUEUE, ONE_OF_OURS),
    Shape("/queues/{vhost}/mine", QUEUE, ONE_OF_OURS),
    Shape("/queues/{vhost}/busy/bindings"),
    Shape("/bindings/{vhost}"),
    Shape("/bindings/{vhost}/e/events/q/busy"),
    Shape("/consumers/{vhost}"),
    Shape(
        "/connections/{connection}",
        CONNECTION,
        other_kind=dict.fromkeys(
            (
                "ssl_protocol",
                "ssl_key_exchange",
                "ssl_cipher",
                "ssl_hash",
                "peer_cert_subject",
                "peer_cert_issuer",
                "peer_cert_validity",
            ),
            NO_TLS,
        ),
    ),
    Shape("/connections/{connection}/channels", CHANNEL),
    Shape("/channels/{connection}%20(1)", CHANNEL),
    Shape("/connections/username/guest"),
    Shape("/users"),
    Shape("/users/guest"),
    Shape("/users/guest/permissions"),
    Shape("/permissions/{vhost}/guest"),
    Shape("/health/checks/alarms"),
    Shape("/health/checks/node-is-quorum-critical"),
    Shape("/aliveness-test/{vhost}"),
    Shape("/policies"),
    Shape("/policies/{vhost}"),
    Shape("/vhost-limits/{vhost}"),
    Shape("/topic-permissions/{vhost}/guest"),
    Shape("/vhosts/{vhost}/topic-permissions"),
    Shape("/user-limits/guest"),
    Shape("/parameters/vhost-limits/{vhost}"),
    Shape("/parameters/operator_policy/{vhost}"),
    Shape("/operator-policies/{vhost}"),
    Shape("/parameters"),
]


@dataclass(slots=True, frozen=True)
class Answer:
    """A request of a story, whose status is compared; `differs` says why it is not the same, and `ours` what it is."""

    method: str
    where: str
    body: Any = None
    ours: int = 0
    differs: str = ""


HIDDEN_500 = "RabbitMQ fails with 500 and an empty body; here a sentence says what is wrong"
Q = "/queues/{vhost}/asked"
X = "/exchanges/{vhost}/asked"
B = "/bindings/{vhost}/e/events/q/idle"
PUBLISH = "/exchanges/{vhost}/amq.default/publish"
GET = "/queues/{vhost}/idle/get"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}
P = "/policies/{vhost}/asked"
POLICY = {"pattern": "^asked$", "definition": {"max-length": 5}}
T = "/topic-permissions/{vhost}/guest"
TOPICS = {"exchange": "amq.topic", "write": ".*", "read": ".*"}


def message(**change: Any) -> dict[str, Any]:
    return {"routing_key": "idle", "payload": "x", "payload_encoding": "string", "properties": {}, **change}


def get(**change: Any) -> dict[str, Any]:
    return {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto", **change}


STORIES: dict[str, list[Answer]] = {
    "declaring and deleting queues": [
        Answer("PUT", Q, {"durable": True}),
        Answer("PUT", Q, {"durable": True}),
        Answer("PUT", Q, {"durable": False}),
        Answer("PUT", Q, {"durable": "maybe"}),
        Answer("PUT", Q, {"arguments": {"x": None}}),
        Answer("PUT", Q, {"arguments": "a"}, ours=400, differs=HIDDEN_500),
        Answer("PUT", "/queues/{vhost}/amq.mine", {}),
        Answer("PUT", "/queues/nowhere/q", {}),
        Answer("PUT", "/queues/{vhost}/" + "q" * 256, {}),
        Answer("GET", "/queues/{vhost}/nope"),
        Answer("GET", "/queues/nowhere"),
        Answer(
            "GET",
            "/queues/{vhost}/nope/bindings",
            ours=404,
            differs="an unknown queue has no bindings, not even the implied one",
        ),
        Answer("DELETE", "/queues/{vhost}/nope"),
        Answer("DELETE", "/queues/{vhost}/mine"),
        Answer("DELETE", "/queues/{vhost}/mine/contents"),
        Answer("DELETE", "/queues/{vhost}/busy?if-unused=true"),
        Answer("DELETE", "/queues/{vhost}/busy?if-empty=true"),
        Answer("DELETE", "/queues/{vhost}/nope/contents"),
        Answer("DELETE", Q + "/contents"),
        Answer("DELETE", Q),
        Answer("POST", Q),
        Answer("PUT", "/overview"),
        Answer("GET", "/wat"),
    ],
    "declaring and deleting exchanges": [
        Answer("PUT", X, {"type": "topic"}),
        Answer("PUT", X, {"type": "topic"}),
        Answer("PUT", X, {"type": "fanout"}),
        Answer("PUT", "/exchanges/{vhost}/other", {"type": "wat"}),
        Answer("PUT", "/exchanges/{vhost}/amq.mine", {}),
        Answer("DELETE", "/exchanges/{vhost}/events?if-unused=true"),
        Answer("DELETE", "/exchanges/{vhost}/amq.topic"),
        Answer("DELETE", "/exchanges/{vhost}/amq.default"),
        Answer("DELETE", "/exchanges/{vhost}/nope"),
        Answer("DELETE", X),
    ],
    "binding and unbinding": [
        Answer("POST", B, {"routing_key": "k", "arguments": {}}),
        Answer("POST", B, {"routing_key": "k", "arguments": {}}),
        Answer("POST", B, {"routing_key": 7}, ours=400, differs="RabbitMQ takes the number for its text"),
        Answer("POST", B, {"arguments": {"a": None}}, ours=400, differs=HIDDEN_500),
        Answer("GET", B),
        Answer("GET", B + "/k"),
        Answer("GET", B + "/nope"),
        Answer("DELETE", B + "/nope"),
        Answer("DELETE", B + "/k"),
        Answer("POST", "/bindings/{vhost}/e/events/q/nope", {}),
        Answer("POST", "/bindings/{vhost}/e/nope/q/idle", {}),
        Answer("POST", "/bindings/{vhost}/e/amq.default/q/idle", {}),
        Answer("DELETE", "/bindings/{vhost}/e/amq.default/q/idle/idle"),
    ],
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
    ],
    "taking messages": [
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
    ],
    "asking for pages": [
        Answer("GET", "/queues/{vhost}?page=9"),
        Answer("GET", "/queues/{vhost}?page=0"),
        Answer("GET", "/queues/{vhost}?page=x"),
        Answer("GET", "/queues/{vhost}?page=1&page_size=501"),
        Answer(
            "GET", "/queues/{vhost}?page=1&use_regex=true&name=(", ours=200, differs="newer RabbitMQs show nothing, too"
        ),
        Answer("GET", "/queues/{vhost}?lengths_age=0&lengths_incr=5"),
        Answer("GET", "/queues/{vhost}?sort=nope"),
    ],
    "asking for what is not there": [
        Answer("GET", "/connections/nope"),
        Answer("GET", "/channels/nope"),
        Answer("DELETE", "/connections/nope"),
        Answer("GET", "/nodes/nope", ours=404, differs=HIDDEN_500),
    ],
    "changing users and permissions": [
        Answer("PUT", "/users/{user}", {"password": "x", "tags": "management"}),
        Answer("PUT", "/users/{user}", {"password": "x", "tags": "management"}),
        Answer("PUT", "/users/{user}", {"password": "x"}),
        Answer("PUT", "/users/{user}", {"password": "x", "password_hash": "eA==", "tags": ""}),
        Answer("PUT", "/users/{user}", {"tags": 7}, ours=400, differs=HIDDEN_500),
        Answer("GET", "/users/nope"),
        Answer("DELETE", "/users/nope"),
        Answer("PUT", "/permissions/{vhost}/{user}", ALL),
        Answer("PUT", "/permissions/{vhost}/{user}", ALL),
        Answer("PUT", "/permissions/{vhost}/{user}", {"configure": ""}),
        Answer("PUT", "/permissions/{vhost}/{user}", {**ALL, "write": "("}),
        Answer("PUT", "/permissions/nowhere/{user}", ALL),
        Answer("PUT", "/permissions/{vhost}/nobody", ALL),
        Answer("GET", "/permissions/{vhost}/nobody"),
        Answer("DELETE", "/permissions/{vhost}/{user}"),
        Answer("DELETE", "/permissions/{vhost}/{user}"),
        Answer("POST", "/users/bulk-delete", {"users": ["nobody"]}),
        Answer("POST", "/users/bulk-delete", {}),
        Answer("POST", "/users/bulk-delete", {"users": ["{user}"]}),
    ],
    "setting policies": [
        Answer("PUT", P, POLICY),
        Answer("PUT", P, POLICY),
        Answer("GET", P),
        Answer("PUT", P, {**POLICY, "definition": {}}),
        Answer("PUT", P, {**POLICY, "definition": {"nonsense": 1}}),
        Answer("PUT", P, {**POLICY, "definition": {"max-length": "1"}}),
        Answer("PUT", P, {**POLICY, "definition": {"overflow": "x"}}),
        Answer("PUT", P, {**POLICY, "definition": {"alternate-exchange": 1}}),
        Answer("PUT", P, {**POLICY, "pattern": "("}),
        Answer("PUT", P, {**POLICY, "priority": "x"}),
        Answer("PUT", P, {**POLICY, "apply-to": "x"}),
        Answer("PUT", P, {"pattern": ""}),
        Answer("PUT", "/policies/nowhere/p", POLICY),
        Answer("PUT", "/operator-policies/{vhost}/o", {**POLICY, "definition": {"queue-mode": "lazy"}}),
        Answer("PUT", "/operator-policies/{vhost}/o", POLICY),
        Answer("GET", "/operator-policies/{vhost}/o"),
        Answer("GET", "/operator-policies/{vhost}/nope"),
        Answer("GET", "/policies/{vhost}/nope"),
        Answer("DELETE", "/policies/{vhost}/nope"),
        Answer("DELETE", P),
        Answer("DELETE", "/operator-policies/{vhost}/o"),
    ],
    "granting topics": [
        Answer("PUT", T, TOPICS),
        Answer("PUT", T, TOPICS),
        Answer("GET", T),
        Answer("PUT", T, {"exchange": "amq.topic"}),
        Answer("PUT", T, {**TOPICS, "write": "("}),
        Answer("PUT", "/topic-permissions/nowhere/guest", TOPICS),
        Answer("PUT", "/topic-permissions/{vhost}/nobody", TOPICS),
        Answer("GET", "/topic-permissions/{vhost}/nobody"),
        Answer("GET", "/users/nobody/topic-permissions"),
        Answer("GET", "/vhosts/nowhere/topic-permissions"),
        Answer("DELETE", T + "/amq.topic"),
        Answer("GET", T),
        Answer("DELETE", T),
    ],
    "setting limits": [
        Answer("PUT", "/vhost-limits/{vhost}/max-queues", {"value": 100}),
        Answer("PUT", "/vhost-limits/{vhost}/max-queues", {"value": "x"}),
        Answer("PUT", "/vhost-limits/{vhost}/max-queues", {}),
        Answer("PUT", "/vhost-limits/{vhost}/max-nothing", {"value": 1}),
        Answer("PUT", "/vhost-limits/nowhere/max-queues", {"value": 1}),
        Answer("GET", "/vhost-limits/{vhost}"),
        Answer("GET", "/vhost-limits/nowhere"),
        Answer("DELETE", "/vhost-limits/{vhost}/max-queues"),
        Answer("DELETE", "/vhost-limits/{vhost}/max-queues"),
        Answer("PUT", "/user-limits/guest/max-channels", {"value": 1000}),
        Answer("PUT", "/user-limits/guest/max-queues", {"value": 1}),
        Answer("GET", "/user-limits/guest"),
        Answer("GET", "/user-limits/nobody"),
        Answer("DELETE", "/user-limits/guest/max-channels"),
        Answer("DELETE", "/user-limits/guest/all"),
    ],
    "asking for health": [
        Answer("GET", "/vhosts/nowhere"),
        Answer("DELETE", "/vhosts/nowhere"),
        Answer("GET", "/aliveness-test/nowhere"),
        Answer("GET", "/health/checks/port-listener/1"),
        Answer("GET", "/health/checks/port-listener/x"),
        Answer("GET", "/health/checks/protocol-listener/mqtt"),
    ],
}
