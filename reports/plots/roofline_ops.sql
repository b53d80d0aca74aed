-- title: Operations against the roofline
-- note: Each operation of the fastest decode point by the multiply-adds that it does for a byte that it declares to read, both axes logarithmic. The line is what this machine can do at most, as measured with the run: reads from memory rise to the peak of int8 multiply-adds. Above the slope the caches hold what is read.
-- empty: No point of this run has both times of operations and a measured roofline.
WITH ops AS (
    SELECT phase, op, threads, 1.0 * macs / (weight_bytes + kv_bytes) AS x, macs_per_s / 1e9 AS y
    FROM v_ops WHERE point_id = (SELECT point_id FROM shown_point) AND macs > 0 AND weight_bytes + kv_bytes > 0 AND ns > 0),
roof AS (
    SELECT max(CASE name WHEN 'read_bytes_per_s' THEN value END) / 1e9 AS bandwidth, max(CASE name WHEN 'int8_macs_per_s' THEN value END) / 1e9 AS peak
    FROM v_roofline WHERE run_id = :run AND threads = (SELECT threads FROM ops LIMIT 1)),
span AS (SELECT min(o.x) AS low_x, max(o.x) AS high_x, min(o.y) / 1.5 AS low_y, max(max(o.y), coalesce(max(r.peak), 0)) AS high_y FROM ops o, roof r WHERE r.bandwidth IS NOT NULL OR r.peak IS NOT NULL),
knees AS (SELECT low_x / 2.5 AS x FROM span WHERE low_x IS NOT NULL UNION SELECT peak / bandwidth FROM roof, span WHERE peak / bandwidth BETWEEN low_x / 2.5 AND high_x * 2.5 UNION SELECT high_x * 2.5 FROM span WHERE high_x IS NOT NULL),
phases AS (SELECT phase, row_number() OVER (ORDER BY avg(x)) AS place, count(*) OVER () AS n FROM ops GROUP BY phase),
-- names stand in a column beside the phase's points, in their order
sided AS (SELECT o.*, p.place, p.place = 1 AND p.n > 1 AS west FROM ops o JOIN phases p USING (phase)),
ranked AS (SELECT *, row_number() OVER (PARTITION BY west ORDER BY y, op) - 0.5 AS i, count(*) OVER (PARTITION BY west) AS n FROM sided)
SELECT series, x, y, op, label_x, label_y, sign FROM (
    SELECT 0 AS place, 'roof: ' || coalesce(printf('%.1f GB/s', bandwidth), 'bandwidth not measured') || ', ' || coalesce(printf('%.0f G multiply-adds/s', peak), 'peak not measured') AS series,
           x, coalesce(min(peak, bandwidth * x), peak, bandwidth * x) AS y, NULL AS op, NULL AS label_x, NULL AS label_y, NULL AS sign FROM knees, roof
    UNION ALL
    SELECT place, phase, x, y, op, CASE WHEN west THEN low_x / 4 ELSE high_x * 4 END, low_y * exp(i / n * ln(high_y / low_y)), CASE WHEN west THEN -1 ELSE 1 END FROM ranked, span WHERE low_y IS NOT NULL)
ORDER BY place, x, y
