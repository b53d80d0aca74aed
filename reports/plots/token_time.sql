-- title: Time per token over position
-- note: Median over repetitions and rounds, by position in the context; up to six configurations, fastest first.
-- empty: No decode point of this run has finished.
WITH fewer AS (
    -- of a long context at most some 250 positions
    SELECT s.config_id, s.idx, s.ns_per_token AS x, c.fill_tokens + c.prefill_tokens + s.idx AS position
    FROM v_samples s JOIN v_configs c USING (config_id)
    WHERE s.run_id = :run AND s.phase = 'decode' AND s.config_id IN (SELECT config_id FROM fast_decode) AND s.idx % (1 + c.decode_tokens / 256) = 0)
SELECT f.line, position, bn_median(x) / 1e6 AS ms FROM fewer JOIN fast_decode f USING (config_id) GROUP BY f.place, position ORDER BY f.place, position
