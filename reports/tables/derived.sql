-- title: What the counters say
-- note: Rates and shares, mean over the points of a configuration; callgrind simulates this machine's caches. A rate whose counter is missing has no value and says why.
-- empty: This run recorded no counters that make a rate.
WITH d AS (SELECT v.*, n.name AS configuration FROM v_derived v JOIN v_names n USING (run_id, config_id) WHERE run_id = :run AND op = '')
SELECT metric, source, phase, configuration, printf('%.5g', avg(value)) AS value,
       CASE WHEN max(scaled) THEN 'scaled for multiplexing' ELSE '' END AS reason
FROM d WHERE value IS NOT NULL GROUP BY metric, source, phase, config_id
UNION ALL
SELECT metric, source, group_concat(DISTINCT phase), printf('all %d points', count(DISTINCT point_id)), NULL, reason
FROM d WHERE value IS NULL GROUP BY metric, source, reason
ORDER BY 6, 1, 4, 3
