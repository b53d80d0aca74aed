-- v9_to_v10.sql - what published figures are worth on a machine. Runs of before have none.
-- What `bitnet-bench claims` found of one published value (harness/claims), in `unit`. `evidence_id` is the sweep that measured it.
CREATE TABLE claim (
    run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    claim       TEXT NOT NULL,              -- id of the claim: the name of its file
    value       TEXT NOT NULL,              -- which of its figures
    place       INTEGER NOT NULL,           -- of the row among those of the run
    statement   TEXT NOT NULL,
    source      TEXT NOT NULL,
    found_in    TEXT NOT NULL,              -- table, figure, section
    provenance  TEXT NOT NULL,              -- 'P1' (primary text) to 'P6' (secondary page without a primary source)
    environment TEXT NOT NULL,
    in_table    TEXT, in_row TEXT, in_column TEXT,
    unit        TEXT NOT NULL,
    published   REAL NOT NULL, accept_low REAL NOT NULL, accept_high REAL NOT NULL,
    measured    REAL, low REAL, high REAL,
    n           INTEGER NOT NULL,           -- pairs behind it; 0: arithmetic, or nothing
    verdict     TEXT NOT NULL,
    whole       TEXT NOT NULL,              -- verdict of all values of the claim together
    reason      TEXT NOT NULL,
    evidence_id INTEGER REFERENCES run (run_id) ON DELETE SET NULL,
    PRIMARY KEY (run_id, claim, value)
) STRICT, WITHOUT ROWID;
