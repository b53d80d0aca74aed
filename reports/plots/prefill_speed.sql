-- title: Prefill speed
-- note: Median tokens per second by kernel variant and threads; the line is the 95 % interval of the median.
-- empty: No prefill point of this run has finished.
WITH ranked AS (
    SELECT config_id, ns_per_token AS x, row_number() OVER (PARTITION BY config_id ORDER BY ns_per_token) AS i, count(*) OVER (PARTITION BY config_id) AS n
    FROM v_samples WHERE run_id = :run AND phase = 'prefill'),
bounds AS (
    SELECT config_id, min(CASE WHEN i >= n / 2.0 - 0.98 * sqrt(n) THEN x END) AS low, max(CASE WHEN i <= 1 + n / 2.0 + 0.98 * sqrt(n) THEN x END) AS high
    FROM ranked GROUP BY config_id),
named AS (
    SELECT r.*, n.model_part || CASE r.engine WHEN 'bitnet' THEN r.kernel ELSE r.engine END || CASE r.options WHEN '' THEN '' ELSE ' ' || r.options END AS bar,
           CASE WHEN (SELECT count(DISTINCT workload) FROM v_results WHERE run_id = :run AND phase = 'prefill') > 1 THEN r.workload || ', ' ELSE '' END
               || r.threads || CASE r.threads WHEN 1 THEN ' thread' ELSE ' threads' END AS line,
           1e9 / b.high AS low, 1e9 / b.low AS high
    FROM v_results r JOIN bounds b USING (config_id) JOIN v_names n USING (run_id, config_id) WHERE r.run_id = :run AND r.phase = 'prefill'),
placed AS (SELECT bar, row_number() OVER (ORDER BY max(tokens_per_s)) - 1 AS x FROM named GROUP BY bar)
SELECT line, x, bar, tokens_per_s, low, high FROM named JOIN placed USING (bar) ORDER BY rtrim(workload, '0123456789'), length(workload), workload, threads, line, x
