-- The broker's durable state. `version` names this layout; a newer one is refused, never guessed at.
CREATE TABLE IF NOT EXISTS meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS definitions (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,              -- JSON array of strings
    value TEXT NOT NULL,            -- JSON object
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

-- One row per message and queue. position grows for ever, so inserts append and a scan is in queue order.
CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY,
    queue_id INTEGER NOT NULL,
    exchange TEXT NOT NULL,
    routing_key TEXT NOT NULL,
    header BLOB NOT NULL,
    body BLOB NOT NULL,
    expires_ms INTEGER,             -- milliseconds since 1970; NULL: never
    checksum INTEGER NOT NULL,      -- CRC-32 of header and body
    redelivered INTEGER NOT NULL DEFAULT 0
);
