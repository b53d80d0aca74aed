-- v6_to_v7.sql - the table of gates. Gates of before were not stored.
-- What a gate, or its self-test, said of two builds. Of a gate the run's build is the head.
CREATE TABLE gate (
    run_id   INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    kind     TEXT NOT NULL CHECK (kind IN ('gate', 'self-test')),
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    base_id  INTEGER NOT NULL REFERENCES fingerprint,
    setting  TEXT NOT NULL,                 -- kernel, threads and workloads: self-tests hold for gates of their setting
    verdict  TEXT NOT NULL,
    allowed  TEXT,                          -- intended changes that were accepted: the words of --allow
    result   TEXT NOT NULL                  -- the JSON that the command prints, with every pair
) STRICT;
