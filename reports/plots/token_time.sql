-- title: Time per token over position
-- note: Median over repetitions and rounds, by position in the context; up to eight configurations, fastest first.
-- empty: No decode point of this run has finished.
WITH ranked AS (
    SELECT s.config_id, s.idx, s.ns_per_token AS x, row_number() OVER (PARTITION BY s.config_id, s.idx ORDER BY s.ns_per_token) AS i,
           count(*) OVER (PARTITION BY s.config_id, s.idx) AS n
    FROM v_samples s WHERE s.run_id = :run AND s.phase = 'decode'),
shown AS (SELECT config_id, model_part || series AS line, workload, tokens_per_s FROM v_results JOIN v_names USING (run_id, config_id) WHERE run_id = :run AND phase = 'decode' ORDER BY tokens_per_s DESC LIMIT 8)
SELECT w.line || CASE WHEN (SELECT count(DISTINCT workload) FROM shown) > 1 THEN ', ' || w.workload ELSE '' END AS line,
       c.fill_tokens + c.prefill_tokens + r.idx AS position, r.x / 1e6 AS ms
FROM ranked r JOIN shown w USING (config_id) JOIN v_configs c USING (config_id)
WHERE r.i = (r.n + 1) / 2 ORDER BY w.tokens_per_s DESC, 1, position
