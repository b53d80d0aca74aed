-- title: Skipped, failed, unknown
-- note: Nothing is left out silently: every point, test and value that is missing, with its reason.
-- empty: Nothing was skipped and nothing failed.
SELECT 'point' AS what, n.name, state, count(*) AS times, reason FROM v_failures JOIN v_names n USING (run_id, config_id)
WHERE run_id = :run GROUP BY config_id, state, reason
UNION ALL
SELECT 'stress test', test || ' · ' || model || CASE config WHEN '' THEN '' ELSE ' · ' || config END, 'skipped', 1, reason FROM v_latest_stress WHERE verdict = 'SKIP'
UNION ALL
SELECT 'counter', name || ' (' || source || ')', 'unknown', count(*), reason FROM v_counters WHERE run_id = :run AND value IS NULL GROUP BY name, source, reason
UNION ALL
SELECT 'roofline', name || ', ' || threads || ' threads', 'unknown', 1, reason FROM v_roofline WHERE run_id = :run AND value IS NULL
UNION ALL
SELECT 'score', task || ' ' || metric || ' · ' || model, 'unknown', 1, reason FROM v_latest_scores WHERE value IS NULL
UNION ALL
SELECT 'fingerprint', name, 'unknown', 1, reason FROM v_fingerprints WHERE run_id = :run AND value IS NULL
