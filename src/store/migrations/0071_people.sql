-- A second factor: the secret once its owner has proved it, the one that waits for that, the last time step that was used.
ALTER TABLE account ADD COLUMN totp_secret TEXT;
ALTER TABLE account ADD COLUMN totp_pending TEXT;
ALTER TABLE account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
CREATE TABLE recovery_code (
    account_id INTEGER NOT NULL REFERENCES account (id),
    code_hash  TEXT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- When its owner last proved who they are, and from where it came.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- Failures of sign-in by the address that they came from.
CREATE TABLE sign_in_address (
    address      TEXT PRIMARY KEY,
    failures     BIGINT NOT NULL,
    locked_until BIGINT,
    last_at      BIGINT NOT NULL
);

-- Browsers in which somebody signed in before: strangers' guesses do not close the door to them.
CREATE TABLE known_device (
    token_hash TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    failures   BIGINT NOT NULL DEFAULT 0,
    last_at    BIGINT NOT NULL
);

-- Keys of programs. The secret itself is nowhere.
CREATE TABLE api_key (
    id           INTEGER PRIMARY KEY,
    prefix       TEXT NOT NULL UNIQUE,
    hash         TEXT NOT NULL,
    name         TEXT NOT NULL,
    scopes       TEXT NOT NULL,             -- words parted by blanks
    portals      TEXT NOT NULL DEFAULT '[]',-- slugs; none for a key that is bound to no portal
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
);
