-- Searches counted per day by their words alone: no address, no person, no time of day. What was found and chosen goes
-- when its day is over; the others say what citizens look for and do not find.
CREATE TABLE unanswered_query (
    day      TEXT NOT NULL,                  -- 2026-11-21, in Vietnam
    words    TEXT NOT NULL,                  -- folded, in the order of the alphabet
    shown    TEXT NOT NULL,                  -- as somebody typed it
    searches BIGINT NOT NULL DEFAULT 0,
    empty    BIGINT NOT NULL DEFAULT 0,      -- searches that found nothing
    clicks   BIGINT NOT NULL DEFAULT 0,      -- items opened from the answers
    PRIMARY KEY (day, words)
);
