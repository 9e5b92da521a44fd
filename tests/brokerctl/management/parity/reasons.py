"""Why the embedded broker says something else than a RabbitMQ 3.10, in a few words each."""

from __future__ import annotations

from tests.brokerctl.management.parity.requests import Reasons

ERLANG = "of the Erlang machine: its processes, garbage collection, work units"
DISK = "of RabbitMQ's message store; here messages lie in the store's log"
FRAMES = "counted nowhere: bytes are"
NEWER = "of RabbitMQ 3.13, whose API this is; the RabbitMQ of the test is older"
NO_TLS = "null for what is not there; RabbitMQ says null in lists and an empty text here"
MIRRORS = "of mirrored queues"
HIDDEN_500 = "RabbitMQ fails with 500 and an empty body; here a sentence says what is wrong"
WHOLE = "RabbitMQ shows all of some objects whatever their columns are"
OTHER_WORD = "RabbitMQ names the same mistake in two ways, by the kind of list"

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
NODE: Reasons = dict.fromkeys(("context_switches", "gc_bytes_reclaimed", "gc_num", "net_ticktime"), ERLANG)
NODE |= dict.fromkeys(
    ("proc_total", "proc_used", "run_queue", "metrics_gc_queue_length", "contexts.cowboy_opts", "contexts.protocol"),
    ERLANG,
)
NODE |= dict.fromkeys(("mnesia_disk_tx_count", "mnesia_ram_tx_count", "ra_open_file_metrics", "db_dir"), DISK)
NODE |= dict.fromkeys(("msg_store_read_count", "msg_store_write_count"), DISK)
NODE |= dict.fromkeys(("queue_index_read_count", "queue_index_write_count"), DISK)
NODE |= {f"io_{name}": DISK for name in ("read_avg_time", "read_bytes", "read_count", "reopen_count")}
NODE |= {f"io_{name}": DISK for name in ("seek_avg_time", "seek_count", "sync_avg_time", "sync_count")}
NODE |= {f"io_{name}": DISK for name in ("write_avg_time", "write_bytes", "write_count")}
NODE |= {"fd_used_details": "looked at when asked", "sockets_total": "no limit but that of all files"}
FEDERATED: Reasons = {"exchange_types.internal_purpose": "of the exchange type that the federation plugin adds"}
NODE |= FEDERATED
NODE_EXTRA: Reasons = {
    "being_drained": NEWER,
    "contexts.node": "the same in the overview and here",
    "contexts.ssl_opts": "the same in the overview and here",
}
WHO_PUBLISHES = "told in every rates mode here (docs/compatibility.md); by RabbitMQ in detailed only"
OVERVIEW: Reasons = {
    "contexts.protocol": "of one of its plugins, which serves at a port of its own",
    **dict.fromkeys(("contexts.cowboy_opts", "erlang_version", "erlang_full_version", "listeners.socket_opts"), ERLANG),
    **dict.fromkeys(("message_stats.disk_reads", "message_stats.disk_writes"), DISK),
    "release_series_support_status": "RabbitMQ's own",
    **FEDERATED,
}
PLAIN_OVERVIEW: Reasons = {key: OVERVIEW[key] for key in OVERVIEW if "." not in key} | FEDERATED
OVERVIEW_EXTRA: Reasons = dict.fromkeys(("default_queue_type", "is_op_policy_updating_enabled", "listeners.tls"), NEWER)
PLAIN_OVERVIEW_EXTRA: Reasons = {key: OVERVIEW_EXTRA[key] for key in OVERVIEW_EXTRA if "." not in key}
DEFINITIONS: Reasons = {"global_parameters": "RabbitMQ keeps the name of its cluster's identity there"}
DEFINITIONS_EXTRA: Reasons = dict.fromkeys(
    (
        *("explanation", "original_cluster_name", "rabbitmq_definition_format", "queues.type"),
        *(f"vhosts.{name}" for name in ("description", "limits", "metadata", "tags")),
    ),
    NEWER,
)
VHOST_DEFINITIONS: Reasons = dict.fromkeys(("parameters.vhost", "policies.vhost"), "newer RabbitMQs leave it out, too")
VHOST_DEFINITIONS_EXTRA: Reasons = dict.fromkeys(
    (
        *("description", "explanation", "limits", "metadata", "original_vhost_name", "product_name", "product_version"),
        *("queues.type", "rabbitmq_definition_format", "rabbitmq_version"),
    ),
    NEWER,
)
FLAGS: Reasons = dict.fromkeys(
    ("name", "desc", "doc_url", "state", "stability", "provided_by"), "there are none: every version has all it can"
)
MEMORY: Reasons = dict.fromkeys(
    (
        *(f"connection_{name}" for name in ("readers", "writers", "channels", "other")),
        *("queue_slave_procs", "quorum_queue_dlx_procs", "stream_queue_procs", "stream_queue_replica_reader_procs"),
        *("stream_queue_coordinator_procs", "plugins", "other_proc", "metrics", "mgmt_db", "mnesia", "quorum_ets"),
        *("other_ets", "binary", "msg_index", "code", "atom", "allocated_unused", "reserved_unallocated"),
        *("total.erlang", "total.allocated"),
    ),
    ERLANG,
)
SHARES: Reasons = {key: MEMORY[key] for key in MEMORY if "." not in key}
NULL_TLS: Reasons = dict.fromkeys(
    (
        *(f"ssl_{name}" for name in ("protocol", "key_exchange", "cipher", "hash")),
        *(f"peer_cert_{name}" for name in ("subject", "issuer", "validity")),
    ),
    NO_TLS,
)


def in_items(found: Reasons, where: str = "items") -> Reasons:
    """These reasons for keys below another."""
    return {f"{where}.{key}": reason for key, reason in found.items()}
