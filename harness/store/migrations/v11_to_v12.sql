-- v11_to_v12.sql - stress tests of several configurations in one run; whether an ending or a generated answer was right. Stress tests are
-- copied, since their key changes.
CREATE TEMP TABLE stress_before AS
    SELECT run_id, model_id, test, verdict, value, threshold, seconds, reason FROM main.stress;
DROP TABLE main.stress;
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
INSERT INTO main.stress (run_id, model_id, test, verdict, value, threshold, seconds, reason)
    SELECT run_id, model_id, test, verdict, value, threshold, seconds, reason FROM stress_before;
DROP TABLE temp.stress_before;
ALTER TABLE main.score_item ADD COLUMN is_right INTEGER CHECK (is_right IN (0, 1));
ALTER TABLE main.score_item ADD COLUMN text TEXT;
