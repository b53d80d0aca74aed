-- title: Machines side by side
-- note: Speed of the same configuration on each machine, from its latest run there, beside the first machine of the database, on a logarithmic axis. The line joins the ends of both machines' 95 % intervals of the median. At most 40 rows, decode first.
-- empty: All runs of this database are of one machine, or no configuration ran on two; bitnet-bench merge adds the database of another.
WITH latest AS (
    SELECT r.machine_id, r.machine, l.*, row_number() OVER (PARTITION BY r.machine_id, l.config_id, l.phase ORDER BY r.started_at DESC, r.run_id DESC) AS i
    FROM v_latency l JOIN v_runs r USING (run_id) WHERE r.machine_id IS NOT NULL AND l.phase IN ('decode', 'prefill')),
machines AS (SELECT machine_id, machine, row_number() OVER (ORDER BY min(started_at), machine_id) AS place FROM v_runs WHERE machine_id IN (SELECT machine_id FROM latest) GROUP BY machine_id),
compared AS (
    SELECT m.place, m.machine || ' (' || m.place || '), beside ' || d.machine || ' (1)' AS series, c.phase || CASE v.workload WHEN c.phase THEN '' ELSE ' ' || v.workload END || ' · ' || v.model || ' · ' || v.series AS label, c.phase,
           f.median_ns / c.median_ns AS x, f.median_low_ns / c.median_high_ns AS low, f.median_high_ns / c.median_low_ns AS high
    FROM latest c JOIN machines m USING (machine_id) JOIN machines d ON d.place = 1 JOIN latest f ON f.machine_id = d.machine_id AND f.config_id = c.config_id AND f.phase = c.phase AND f.i = 1
    JOIN v_configs v ON v.config_id = c.config_id WHERE c.i = 1 AND m.place > 1),
placed AS (SELECT label, row_number() OVER (ORDER BY phase, max(x) DESC, label) AS y FROM compared GROUP BY label)
SELECT series, y, x, low, high FROM (
    SELECT 0 AS place, '' AS series, y, label AS x, NULL AS low, NULL AS high FROM placed WHERE y <= 40
    UNION ALL SELECT c.place, c.series, p.y, c.x, c.low, c.high FROM compared c JOIN placed p USING (label) WHERE p.y <= 40)
ORDER BY place, y
