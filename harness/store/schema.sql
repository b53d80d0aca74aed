-- schema.sql - the tables of the results database, at the version of this program (PRAGMA user_version).
-- Writers: harness/store only. Readers use the views in views.sql, never these tables.
-- Conventions: times in ns, sizes in bytes, moments of the calendar as ISO 8601 text in UTC. A value that could not be
-- read is NULL and has a reason; it is never 0. `seal`: a checksum of the row and of what belongs to it, see seals.sql.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was measured on, with and from. `hash` covers the identity fields; equal hash = comparable.
CREATE TABLE fingerprint (
    fingerprint_id INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL CHECK (kind IN ('machine', 'build', 'model')),
    hash  TEXT NOT NULL,
    label TEXT NOT NULL,
    seal  INTEGER,
    UNIQUE (kind, hash)
) STRICT;

CREATE TABLE fingerprint_field (
    fingerprint_id INTEGER NOT NULL REFERENCES fingerprint ON DELETE CASCADE,
    name   TEXT NOT NULL,
    value  TEXT,
    reason TEXT,
    identity INTEGER NOT NULL DEFAULT 1 CHECK (identity IN (0, 1)), -- 1: a difference forbids a comparison
    PRIMARY KEY (fingerprint_id, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- One execution of a plan (or one imported file). `identity` = plan, build, machine and arguments: an unfinished run with
-- the same identity is resumed.
CREATE TABLE run (
    run_id      INTEGER PRIMARY KEY,
    uid         TEXT NOT NULL UNIQUE,
    identity    TEXT NOT NULL,
    source      TEXT NOT NULL,              -- 'sweep', 'gate', 'load', 'claims', 'llama-bench', 'google-benchmark', 'lm-eval', 'bitnet-eval', 'arches'
    plan        TEXT NOT NULL,
    plan_text   TEXT NOT NULL,
    seed        INTEGER NOT NULL,
    command     TEXT NOT NULL,
    host        TEXT NOT NULL,
    machine_id  INTEGER REFERENCES fingerprint,
    build_id    INTEGER REFERENCES fingerprint,
    started_at  TEXT NOT NULL,              -- '2026-11-25T17:30:04.000Z': in order as text
    finished_at TEXT,                       -- NULL: not all points are done
    seal        INTEGER
) STRICT;
CREATE INDEX run_identity ON run (identity, finished_at);
CREATE INDEX run_started ON run (started_at, run_id);

-- What a point measures, shared between runs so that a history is one join. `key` is its canonical text.
CREATE TABLE config (
    config_id      INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    engine         TEXT NOT NULL,           -- 'bitnet', or the name of an external engine
    model_id       INTEGER REFERENCES fingerprint,
    workload       TEXT NOT NULL,
    fill_tokens    INTEGER NOT NULL,        -- context before the clock starts
    prefill_tokens INTEGER NOT NULL,
    decode_tokens  INTEGER NOT NULL,
    kernel         TEXT NOT NULL,
    threads        INTEGER NOT NULL,
    options        TEXT NOT NULL,           -- 'name=value name=value', sorted; the rows are in config_option
    seal           INTEGER
) STRICT;

CREATE TABLE config_option (
    config_id INTEGER NOT NULL REFERENCES config ON DELETE CASCADE,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,                    -- what the worker was given
    reason TEXT,                            -- why it is not what the plan asked for; NULL: it is
    PRIMARY KEY (config_id, name)
) STRICT, WITHOUT ROWID;

-- One worker process to run, running, or done. The rows of a run are its queue.
CREATE TABLE point (
    point_id  INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,             -- place in the shuffled, interleaved order
    round     INTEGER NOT NULL,             -- what was measured close together; each config appears once in it
    config_id INTEGER NOT NULL REFERENCES config,
    build_id  INTEGER REFERENCES fingerprint,
    state     TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'claimed', 'finished', 'failed', 'skipped')),
    owner     TEXT,                         -- who claimed it: boot id, pid and start time of the process
    lease_until INTEGER,                    -- seconds since 1970: after this the claim is void
    attempts  INTEGER NOT NULL DEFAULT 0,
    reason    TEXT,                         -- why it failed or was skipped: one sentence
    signal    INTEGER,                      -- the signal that ended the worker
    exit_code INTEGER,
    stderr_tail TEXT,
    hash      TEXT,                         -- of all logits computed in the timed passes
    kernels_used   TEXT,
    peak_rss_bytes INTEGER,
    started_at  TEXT,
    seconds     REAL,
    seal        INTEGER,
    UNIQUE (run_id, ordinal),
    UNIQUE (run_id, config_id, round),
    CHECK (state NOT IN ('failed', 'skipped') OR reason IS NOT NULL)
) STRICT;
CREATE INDEX point_queue ON point (run_id, state, ordinal);
CREATE INDEX point_config ON point (config_id);
CREATE INDEX point_hash ON point (run_id, hash) WHERE hash IS NOT NULL;

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

-- Counters as rows. thread -1 and op '' mean all of them. A value that was scaled for multiplexing says so.
CREATE TABLE counter (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    phase  TEXT NOT NULL,
    op     TEXT NOT NULL DEFAULT '',
    thread INTEGER NOT NULL DEFAULT -1,
    name   TEXT NOT NULL,
    source TEXT NOT NULL
        CHECK (source = 'perf' OR source = 'software' OR source = 'callgrind' OR source = 'rusage' OR source = 'fake' OR source = 'qemu'),
    value  REAL,
    reason TEXT,
    scaled INTEGER NOT NULL DEFAULT 0 CHECK (scaled IN (0, 1)),
    n_tokens INTEGER NOT NULL DEFAULT 0,    -- tokens the value covers
    PRIMARY KEY (point_id, phase, op, thread, name, source),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Time and declared work per operation, from the engine's observer in a pass of its own (not among the samples).
CREATE TABLE op_time (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    phase  TEXT NOT NULL,
    layer  INTEGER NOT NULL,                -- -1: embedding and head
    op     TEXT NOT NULL,
    thread INTEGER NOT NULL,
    calls  INTEGER NOT NULL,
    ns     INTEGER NOT NULL,
    weight_bytes INTEGER NOT NULL,
    kv_bytes     INTEGER NOT NULL,
    macs         INTEGER NOT NULL,
    n_tokens     INTEGER NOT NULL,          -- tokens the row covers
    PRIMARY KEY (point_id, phase, layer, op, thread)
) STRICT, WITHOUT ROWID;

-- What could disturb a point, read before and after it.
CREATE TABLE moment (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    at     TEXT NOT NULL CHECK (at IN ('before', 'after')),
    name   TEXT NOT NULL,
    value  REAL,
    reason TEXT,
    PRIMARY KEY (point_id, at, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

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

-- What this machine can do at most, measured with the run.
CREATE TABLE roofline (
    run_id  INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    threads INTEGER NOT NULL,
    name    TEXT NOT NULL CHECK (name IN ('read_bytes_per_s', 'int8_macs_per_s')),
    value   REAL,
    method  TEXT NOT NULL,
    reason  TEXT,
    PRIMARY KEY (run_id, threads, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Accuracy: one row per task and metric; items keep what each question gave.
CREATE TABLE score (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    config   TEXT NOT NULL DEFAULT '',      -- options the model ran with, 'name=value ...'
    task     TEXT NOT NULL,
    metric   TEXT NOT NULL,                 -- with its rule where rules differ: 'ppl@llama.cpp'
    version  TEXT NOT NULL DEFAULT '',
    value    REAL,
    stderr   REAL,
    n_items  INTEGER,
    n_shots  INTEGER,
    reason   TEXT,
    PRIMARY KEY (run_id, model_id, config, task, metric),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE score_item (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    config   TEXT NOT NULL DEFAULT '',
    task     TEXT NOT NULL,
    item     TEXT NOT NULL,
    gold     TEXT,
    ll       TEXT NOT NULL,                 -- JSON array, one log-likelihood per choice; of a generated answer []
    is_right INTEGER CHECK (is_right IN (0, 1)), -- of an ending or a generated answer; NULL: ll and gold say it
    text     TEXT,                          -- of a generated answer: what was generated
    PRIMARY KEY (run_id, model_id, config, task, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE stress (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id  INTEGER NOT NULL REFERENCES fingerprint,
    config    TEXT NOT NULL DEFAULT '',     -- 'quick' or 'full', and the options that were set; '': not recorded
    test      TEXT NOT NULL,
    verdict   TEXT NOT NULL CHECK (verdict IN ('PASS', 'FAIL', 'SKIP')),
    value     REAL,
    threshold REAL,
    seconds   REAL,
    reason    TEXT,
    PRIMARY KEY (run_id, model_id, config, test)
) STRICT, WITHOUT ROWID;

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
