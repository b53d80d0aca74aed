-- title: Counters by option and kernel
-- note: Events per token of decode beside the configuration without the choice, on a logarithmic axis; the line is the range over processes. Only counters that could be read (callgrind counts on a simulated CPU); at most 40 rows.
-- empty: No two configurations of a run have counts of the same event to compare; a plan with counters: true counts them where the machine or callgrind does.
WITH counts AS (
    SELECT k.name, k.source, c.config_id, c.model_id, c.workload, c.threads, c.kernel, c.options, avg(k.per_token) AS x, min(k.per_token) AS low, max(k.per_token) AS high
    FROM v_counters k JOIN v_configs c USING (config_id)
    WHERE k.run_id = coalesce((SELECT run_id FROM latest_effects WHERE run_id IN (SELECT run_id FROM v_counters WHERE value IS NOT NULL AND source NOT IN ('software', 'rusage')) LIMIT 1), :run)
      AND k.phase = 'decode' AND k.op = '' AND k.thread = -1 AND k.source NOT IN ('software', 'rusage') AND k.per_token > 0 AND c.engine = 'bitnet'
    GROUP BY k.name, k.source, c.config_id),
bases AS (
    SELECT *, row_number() OVER (PARTITION BY name, source, model_id, workload, threads ORDER BY kernel = 'auto' DESC, kernel = 'ref' DESC, config_id) AS i
    FROM counts WHERE options = ''),
events AS (
    SELECT name, source, row_number() OVER (ORDER BY CASE name WHEN 'instructions' THEN 0 WHEN 'cycles' THEN 1 WHEN 'memory_lines' THEN 2 WHEN 'll_read_misses' THEN 3 WHEN 'l1d_read_misses' THEN 4 WHEN 'branch_misses' THEN 5 ELSE 6 END, name, source) AS place
    FROM counts GROUP BY name, source),
compared AS (
    SELECT e.place, c.name || ', ' || c.source AS series, c.x / b.x AS x, c.low / b.x AS low, c.high / b.x AS high,
           CASE WHEN min(c.model_id) OVER () < max(c.model_id) OVER () THEN (SELECT model || ' · ' FROM v_configs m WHERE m.config_id = c.config_id) ELSE '' END
           || CASE WHEN min(c.workload) OVER () < max(c.workload) OVER () THEN c.workload || ' · ' ELSE '' END
           || CASE WHEN min(c.threads) OVER () < max(c.threads) OVER () THEN 'x' || c.threads || ' · ' ELSE '' END
           || CASE WHEN c.kernel <> b.kernel THEN c.kernel || ' beside ' || b.kernel ELSE c.options END AS label
    FROM counts c JOIN bases b ON b.i = 1 AND b.name = c.name AND b.source = c.source AND b.model_id IS c.model_id AND b.workload = c.workload AND b.threads = c.threads AND b.config_id <> c.config_id
    JOIN events e ON e.name = c.name AND e.source = c.source WHERE e.place <= 6),
placed AS (SELECT label, row_number() OVER (ORDER BY min(CASE WHEN place = (SELECT min(place) FROM compared) THEN x END), label) AS y FROM compared GROUP BY label)
SELECT series, y, x, low, high FROM (
    SELECT 0 AS place, '' AS series, y, label AS x, NULL AS low, NULL AS high FROM placed WHERE y <= 40
    UNION ALL SELECT c.place, c.series, p.y, c.x, c.low, c.high FROM compared c JOIN placed p USING (label) WHERE p.y <= 40)
ORDER BY place, y
