-- The audit trail and the decisions are chains: each link holds the SHA-256 of its line and of the link before it.
CREATE TABLE chain_link (
    chain   TEXT NOT NULL,               -- audit, decision
    place   BIGINT NOT NULL,             -- 1, 2, 3 …
    line_id BIGINT NOT NULL,             -- the line's row
    hash    TEXT NOT NULL,
    PRIMARY KEY (chain, place)
);
CREATE UNIQUE INDEX chain_link_line ON chain_link (chain, line_id);

-- How far each chain reaches, kept apart from its links: one whose end was cut off no longer reaches there.
CREATE TABLE chain_head (
    chain TEXT PRIMARY KEY,
    place BIGINT NOT NULL,
    hash  TEXT NOT NULL
);

-- The texts that were decided upon, as they were then, by the SHA-256 of what they say.
CREATE TABLE decided_text (
    hash    TEXT PRIMARY KEY,
    title   TEXT NOT NULL,
    summary TEXT NOT NULL,
    text    TEXT NOT NULL
);
ALTER TABLE decision ADD COLUMN decided_text TEXT NOT NULL DEFAULT '';

CREATE TRIGGER audit_is_never_edited BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'a line of the audit trail is never edited'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'a line of the audit trail is never deleted'); END;
CREATE TRIGGER chain_link_is_never_edited BEFORE UPDATE ON chain_link
BEGIN SELECT RAISE(ABORT, 'a link is never edited'); END;
CREATE TRIGGER chain_link_is_never_deleted BEFORE DELETE ON chain_link
BEGIN SELECT RAISE(ABORT, 'a link is never deleted'); END;
CREATE TRIGGER chain_head_only_goes_on BEFORE UPDATE ON chain_head WHEN NEW.place <= OLD.place OR NEW.chain <> OLD.chain
BEGIN SELECT RAISE(ABORT, 'a chain only gets longer'); END;
CREATE TRIGGER chain_head_is_never_deleted BEFORE DELETE ON chain_head
BEGIN SELECT RAISE(ABORT, 'a chain is never forgotten'); END;
CREATE TRIGGER decided_text_is_never_edited BEFORE UPDATE ON decided_text
BEGIN SELECT RAISE(ABORT, 'a text that was decided upon is never edited'); END;
CREATE TRIGGER decided_text_is_never_deleted BEFORE DELETE ON decided_text
BEGIN SELECT RAISE(ABORT, 'a text that was decided upon is never deleted'); END;
CREATE INDEX audit_actor ON audit (actor, id);
