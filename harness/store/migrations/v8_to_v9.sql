-- v8_to_v9.sql - load tests: phases of what clients saw, and the table of their requests. Samples are copied, since the condition on
-- their phase changes; no table is renamed, since SQLite would then look into triggers of strangers.
CREATE TEMP TABLE samples_before AS SELECT point_id, phase, rep, idx, ns, n_tokens FROM main.sample;
DROP TABLE main.sample;
-- Raw samples: every prefill pass and every decoded token; of a load test (harness/load) what clients saw: time to the first token,
-- between tokens, of whole requests, and `load`, all that was received in the counted time.
CREATE TABLE sample (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    -- OR: for IN with more than two values SQLite makes a table of them at every row
    phase    TEXT NOT NULL CHECK (phase = 'prefill' OR phase = 'decode' OR phase = 'benchmark' OR phase = 'ttft' OR phase = 'itl' OR phase = 'e2e'
                                  OR phase = 'load'),
    rep      INTEGER NOT NULL,              -- which repetition inside the worker, which request of the load test
    idx      INTEGER NOT NULL,              -- which token (decode, itl) or chunk (prefill) of the repetition
    ns       INTEGER NOT NULL CHECK (ns >= 0),
    n_tokens INTEGER NOT NULL CHECK (n_tokens > 0),
    PRIMARY KEY (point_id, phase, rep, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO main.sample SELECT point_id, phase, rep, idx, ns, n_tokens FROM samples_before;
DROP TABLE temp.samples_before;
-- Every request of a load test that counts, whatever became of it. Times from when it was meant to be sent.
CREATE TABLE load_request (
    point_id   INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    request    INTEGER NOT NULL,            -- its number in the run; samples have it as rep
    manner     TEXT NOT NULL,               -- of its client: 'steady', 'slow', 'vanishing'
    outcome    TEXT NOT NULL,               -- 'complete', 'refused', 'failed', 'reset', 'broken', 'timeout', 'vanished'
    status     INTEGER,                     -- of HTTP
    reason     TEXT,                        -- why it is not complete
    start_ns   INTEGER NOT NULL,            -- after the first request that counts
    late_ns    INTEGER NOT NULL,            -- until it was sent
    ttft_ns    INTEGER,
    end_ns     INTEGER NOT NULL,
    prompt_tokens INTEGER,                  -- as the server counts them
    tokens     INTEGER NOT NULL,            -- received
    wasted_tokens INTEGER NOT NULL,         -- of them, by a client that got no complete answer
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (point_id, request)
) STRICT, WITHOUT ROWID;
