-- title: Speed over threads
-- note: Median tokens per second with the 95 % interval of the median, both axes logarithmic; of each phase and workload the two fastest kernels. The grey line is the first one's speed in proportion to threads.
-- empty: No configuration of this run was measured with several numbers of threads.
WITH points AS (
    SELECT r.model_id, r.workload, r.phase, r.engine, r.kernel, r.options, r.threads, r.tokens_per_s AS y, 1e9 / r.median_high_ns AS low, 1e9 / r.median_low_ns AS high,
           r.phase || CASE WHEN min(r.workload) OVER () < max(r.workload) OVER () AND r.workload <> r.phase THEN ' ' || r.workload ELSE '' END || ' · ' || n.model_part
           || CASE r.engine WHEN 'bitnet' THEN r.kernel ELSE r.engine END || CASE r.options WHEN '' THEN '' ELSE ' ' || r.options END AS line
    FROM v_results r JOIN v_names n USING (run_id, config_id) WHERE r.run_id = :run AND r.phase IN ('decode', 'prefill')),
series AS (
    SELECT line, phase, max(y) AS best, row_number() OVER (PARTITION BY model_id, workload, phase ORDER BY max(y) DESC, line) AS i
    FROM points GROUP BY line HAVING count(DISTINCT threads) > 1),
chosen AS (SELECT line, row_number() OVER (ORDER BY phase, best DESC, line) AS place FROM series WHERE i <= 2),
first AS (SELECT min(threads) AS least, max(threads) AS most, min(CASE threads WHEN (SELECT min(threads) FROM points JOIN chosen USING (line) WHERE place = 1) THEN y END) AS y FROM points JOIN chosen USING (line) WHERE place = 1)
SELECT line, threads, y, low, high FROM (
    SELECT place, line, threads, y, low, high FROM points JOIN chosen USING (line) WHERE place <= 6
    UNION ALL SELECT 0, 'in proportion to threads', least, y, y, y FROM first WHERE y IS NOT NULL
    UNION ALL SELECT 0, 'in proportion to threads', most, y * most / least, y * most / least, y * most / least FROM first WHERE y IS NOT NULL)
ORDER BY place, threads
