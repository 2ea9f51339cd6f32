-- What keys handed in under an Idempotency-Key, with the answer that was given: asked again, it is given again.
CREATE TABLE handed_in (
    key_id     INTEGER NOT NULL REFERENCES api_key (id),
    idempotency TEXT NOT NULL,
    body_hash  TEXT NOT NULL,
    status     INTEGER NOT NULL,
    answer     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (key_id, idempotency)
);

-- Where events are sent. The secret signs them, so it has to be readable.
CREATE TABLE webhook (
    id           INTEGER PRIMARY KEY,
    url          TEXT NOT NULL,
    secret       TEXT NOT NULL,
    old_secret   TEXT,                      -- signs too until then, while the receiver changes over
    old_secret_until BIGINT,
    events       TEXT NOT NULL,             -- words parted by blanks: amplified, decision
    portals      TEXT NOT NULL DEFAULT '[]',
    key_id       INTEGER REFERENCES api_key (id), -- the key that made it; none for one of the console
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    disabled_at  BIGINT,
    disabled_why TEXT NOT NULL DEFAULT '',
    removed_at   BIGINT,
    decision_id  BIGINT NOT NULL,           -- decisions up to this one were queued
    amplified_at BIGINT NOT NULL            -- changes of amplified stories up to then were queued
);

CREATE TABLE delivery (
    id           INTEGER PRIMARY KEY,
    webhook_id   INTEGER NOT NULL REFERENCES webhook (id),
    message      TEXT NOT NULL,             -- the message's id, the same for every try
    event        TEXT NOT NULL,
    body         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      BIGINT,                    -- none: delivered or given up
    delivered_at BIGINT,
    last_at      BIGINT,
    last_status  INTEGER,
    last_problem TEXT NOT NULL DEFAULT '',
    UNIQUE (webhook_id, message)
);
CREATE INDEX delivery_due ON delivery (next_at) WHERE next_at IS NOT NULL;
