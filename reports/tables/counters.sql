-- title: Counters
-- note: Per token, mean over the points of a configuration. A counter that could not be read has no value and says why; it is never 0.
-- empty: This run recorded no counters.
WITH c AS (SELECT k.*, n.name AS configuration FROM v_counters k JOIN v_names n USING (run_id, config_id)
           WHERE run_id = :run AND op = '' AND thread = -1)
SELECT c.name AS counter, source, phase, configuration, printf('%.5g', avg(per_token)) AS "per token",
       CASE WHEN max(scaled) THEN 'scaled for multiplexing' ELSE '' END AS reason
FROM c WHERE value IS NOT NULL GROUP BY c.name, source, phase, config_id
UNION ALL
SELECT c.name, source, group_concat(DISTINCT phase), printf('all %d points', count(DISTINCT point_id)), NULL, reason
FROM c WHERE value IS NULL GROUP BY c.name, source, reason
ORDER BY 6, 1, 4, 3
