-- v7_to_v8.sql - changes that somebody has acknowledged. Runs of before have none.
-- A change that somebody has acknowledged (bitnet-bench history --ack): it began with this run of this config, and is known up to this
-- size.
CREATE TABLE acknowledgement (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, -- step: the first run of the new level; drift: its last run then
    config_id INTEGER NOT NULL REFERENCES config,
    phase     TEXT NOT NULL,
    ratio     REAL NOT NULL CHECK (ratio > 0), -- time after / before
    why       TEXT NOT NULL,
    acknowledged_at TEXT NOT NULL,
    PRIMARY KEY (run_id, config_id, phase)
) STRICT, WITHOUT ROWID;
