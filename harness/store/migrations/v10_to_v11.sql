-- v10_to_v11.sql - counts of an emulator (ci/arches): another source of counters. They are copied, since the condition on their source
-- changes.
CREATE TEMP TABLE counters_before AS
    SELECT point_id, phase, op, thread, name, source, value, reason, scaled, n_tokens FROM main.counter;
DROP TABLE main.counter;
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
INSERT INTO main.counter SELECT point_id, phase, op, thread, name, source, value, reason, scaled, n_tokens FROM counters_before;
DROP TABLE temp.counters_before;
