-- v5_to_v6.sql - the table of what options do, as computed at the end of a sweep over them. Runs of before have no rows in it.
-- What a choice of options does against the same configuration without it (harness/effects), as computed when its run ended: for
-- readers that cannot compute it. Ratios of speed above 1 are faster; kl in nats; perplexity is a log ratio; accuracy a difference
-- of shares.
CREATE TABLE option_effect (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    setting  TEXT NOT NULL,                 -- workload, kernel, threads
    choice   TEXT NOT NULL,                 -- 'name=value', or several
    base     TEXT NOT NULL,                 -- what it is added to
    place    INTEGER NOT NULL,              -- of the row in the table
    exact    INTEGER NOT NULL CHECK (exact IN (0, 1)),
    decode   REAL, decode_low REAL, decode_high REAL,
    prefill  REAL, prefill_low REAL, prefill_high REAL,
    memory   REAL, sequence REAL,
    kl       REAL,
    perplexity REAL, perplexity_low REAL, perplexity_high REAL,
    accuracy REAL, accuracy_low REAL, accuracy_high REAL,
    n_items  INTEGER NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('keep', 'drop', 'neutral', 'broken', 'unmeasured')),
    reason   TEXT NOT NULL,
    claims   TEXT NOT NULL,
    rule     TEXT NOT NULL,
    PRIMARY KEY (run_id, model_id, setting, choice)
) STRICT, WITHOUT ROWID;
