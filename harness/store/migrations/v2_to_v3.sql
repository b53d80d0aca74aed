-- v2_to_v3.sql - an option that had to be set otherwise than the plan asked (it conflicts with another one) says so, and
-- the samples of a phase are found without walking through all points of a run.
ALTER TABLE config_option ADD COLUMN reason TEXT;
CREATE INDEX point_hash ON point (run_id, hash) WHERE hash IS NOT NULL;
