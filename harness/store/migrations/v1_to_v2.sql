-- v1_to_v2.sql - a fingerprint's field says whether a difference in it forbids a comparison, so that a refusal can name
-- the fields. Version 1 kept that in the program alone; these are the names that were not part of the hash.
ALTER TABLE fingerprint_field ADD COLUMN identity INTEGER NOT NULL DEFAULT 1 CHECK (identity IN (0, 1));
UPDATE fingerprint_field SET identity = 0 WHERE name IN ('clocksource', 'perf_event_paranoid')
    OR (name = 'file' AND EXISTS (SELECT 1 FROM fingerprint_field x WHERE x.fingerprint_id = fingerprint_field.fingerprint_id
                                  AND x.name = 'content_hash' AND x.value IS NOT NULL));
