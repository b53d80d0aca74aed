-- title: How times per token are distributed
-- note: Share of decoded tokens that took at most so long, of up to six configurations, fastest first. A steep line is a steady time; the median is where it crosses one half.
-- empty: No decode point of this run has finished.
WITH RECURSIVE steps(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM steps WHERE k < 204),
drawn AS (SELECT f.place, f.line, l.n, l.sorted FROM kept_latency l JOIN fast_decode f USING (config_id) WHERE l.run_id = :run AND l.phase = 'decode'),
-- every half percent, and the slowest
ranks AS (SELECT DISTINCT place, CASE WHEN k <= 200 THEN (k * n + 199) / 200 ELSE n - (204 - k) END AS i FROM drawn, steps)
SELECT line, bn_at(sorted, max(1, i)) / 1e6 AS ms, 1.0 * i / n AS share
FROM (SELECT place, i FROM ranks WHERE i >= 1 UNION SELECT place, 0 FROM drawn) JOIN drawn USING (place) ORDER BY place, i
