-- title: Counters
-- note: Per token, mean over the points of a configuration. A counter that could not be read has no value and says why; it is never 0.
-- empty: This run recorded no counters.
WITH c AS (SELECT * FROM v_counters WHERE run_id = :run AND op = '' AND thread = -1)
SELECT name AS counter, source, phase, workload || ' · ' || series AS configuration, printf('%.5g', avg(per_token)) AS "per token",
       CASE WHEN max(scaled) THEN 'scaled for multiplexing' ELSE '' END AS reason
FROM c WHERE value IS NOT NULL GROUP BY name, source, phase, workload, series
UNION ALL
SELECT name, source, group_concat(DISTINCT phase), printf('all %d points', count(DISTINCT point_id)), NULL, reason
FROM c WHERE value IS NULL GROUP BY name, source, reason
ORDER BY 6, 1, 4, 3
