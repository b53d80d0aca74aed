-- title: Time between tokens over the run
-- note: Decoded tokens in the order in which they were measured, up to six configurations, fastest first: the line is the median of neighbours, a dot their slowest. A level that rises is a machine that slows down; dots far above are stalls.
-- empty: No decode point of this run has finished.
WITH chunks AS (
    -- of sixteen tokens, and what is left over
    SELECT s.config_id, s.point_id, s.rep, min(s.idx / 16, max(0, c.decode_tokens / 16 - 1)) AS part, count(*) AS n, bn_median(s.ns_per_token) AS x, max(s.ns_per_token) AS slowest
    FROM v_samples s JOIN v_configs c USING (config_id) WHERE s.run_id = :run AND s.phase = 'decode' AND s.config_id IN (SELECT config_id FROM fast_decode) GROUP BY s.point_id, s.rep, part),
placed AS (
    SELECT c.*, sum(c.n) OVER (PARTITION BY c.config_id ORDER BY p.ordinal, c.rep, c.part) AS at, sum(c.n) OVER (PARTITION BY c.config_id) AS total
    FROM chunks c JOIN v_points p USING (point_id))
SELECT f.line, max(at) AS tokens, bn_median(x) / 1e6 AS ms, max(slowest) / 1e6 AS slowest_ms
FROM placed JOIN fast_decode f USING (config_id) GROUP BY f.place, (at - 1) * 100 / total ORDER BY f.place, tokens
