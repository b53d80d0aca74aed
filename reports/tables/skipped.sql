-- title: Skipped, failed, unknown
-- note: Nothing is left out silently: every point, test and value that is missing, with its reason.
-- empty: Nothing was skipped and nothing failed.
SELECT 'point' AS what, workload || ' · ' || series AS name, state, count(*) AS times, reason FROM v_failures WHERE run_id = :run GROUP BY workload, series, state, reason
UNION ALL
SELECT 'stress test', test, 'skipped', 1, reason FROM v_stress s WHERE verdict = 'SKIP' AND run_id = (SELECT max(run_id) FROM v_stress t WHERE t.model_id = s.model_id AND t.test = s.test)
UNION ALL
SELECT 'counter', name || ' (' || source || ')', 'unknown', count(*), reason FROM v_counters WHERE run_id = :run AND value IS NULL GROUP BY name, source, reason
UNION ALL
SELECT 'roofline', name || ', ' || threads || ' threads', 'unknown', 1, reason FROM v_roofline WHERE run_id = :run AND value IS NULL
UNION ALL
SELECT 'score', task || ' ' || metric, 'unknown', 1, reason FROM v_scores WHERE value IS NULL
UNION ALL
SELECT 'fingerprint', name, 'unknown', 1, reason FROM v_fingerprints WHERE run_id = :run AND value IS NULL
