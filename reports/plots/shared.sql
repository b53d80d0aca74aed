-- shared.sql - what several queries read, made once a page for this connection alone. :run is the run that the page shows.

-- All samples are read once: in order, of every process, and of all of a configuration in a run. v_latency of this connection says what that of
-- the database says (reports/tests/test_plots compares them), in a tenth of the time.
CREATE TEMP TABLE kept_points AS
SELECT point_id, run_id, config_id, phase, count(*) AS n, sum(ns_per_token) AS sum_ns, bn_sorted(ns_per_token) AS sorted FROM v_samples GROUP BY point_id, phase;
CREATE TEMP TABLE kept_latency AS
WITH pooled AS (SELECT run_id, config_id, phase, sum(n) AS n, sum(sum_ns) AS sum_ns, bn_sorted(sorted) AS x FROM kept_points GROUP BY run_id, config_id, phase)
SELECT run_id, config_id, phase, n, bn_at(x, 1) AS min_ns, sum_ns / n AS mean_ns, bn_at(x, n) AS max_ns, (bn_at(x, (n + 1) / 2) + bn_at(x, (n + 2) / 2)) / 2 AS median_ns,
       bn_at(x, (n + 3) / 4) AS p25_ns, bn_at(x, (3 * n + 3) / 4) AS p75_ns, CASE WHEN n >= 64 THEN bn_at(x, (90 * n + 99) / 100) END AS p90_ns,
       CASE WHEN n >= 662 THEN bn_at(x, (99 * n + 99) / 100) END AS p99_ns, 2e9 / (bn_at(x, (n + 1) / 2) + bn_at(x, (n + 2) / 2)) AS tokens_per_s,
       bn_at(x, max(1, ceil(n / 2.0 - 0.98 * sqrt(n)))) AS median_low_ns, bn_at(x, min(n, floor(1 + n / 2.0 + 0.98 * sqrt(n)))) AS median_high_ns,
       CASE run_id WHEN :run THEN x END AS sorted
FROM pooled;
CREATE INDEX temp.kept_latency_run ON kept_latency (run_id, config_id, phase);
DROP VIEW temp.v_latency;
CREATE TEMP VIEW v_latency AS
SELECT run_id, config_id, phase, n, min_ns, mean_ns, max_ns, median_ns, p25_ns, p75_ns, p90_ns, p99_ns, tokens_per_s, median_low_ns, median_high_ns FROM kept_latency;

CREATE TEMP TABLE shown AS SELECT :run AS run_id;

-- The choices of the latest sweep over options; a file by its name alone.
CREATE TEMP VIEW latest_effects AS
SELECT e.*, CASE WHEN instr(choice, '/') AND instr(choice, ' ') = 0 THEN substr(choice, 1, instr(choice, '=')) || replace(choice, rtrim(choice, replace(choice, '/', '')), '') ELSE choice END AS short_choice
FROM v_option_effects e
WHERE verdict <> 'unmeasured' AND run_id = (
    SELECT o.run_id FROM v_option_effects o JOIN v_runs r USING (run_id) ORDER BY o.run_id = (SELECT run_id FROM shown) DESC, r.started_at DESC, r.run_id DESC LIMIT 1);

-- The run's speeds for plots of rows: series '' has y and name of each row, the others are a number of threads each.
CREATE TEMP VIEW speed_rows AS
WITH named AS (
    SELECT r.*, n.model_part || CASE r.engine WHEN 'bitnet' THEN r.kernel ELSE r.engine END || CASE r.options WHEN '' THEN '' ELSE ' ' || r.options END AS name,
           CASE WHEN min(r.workload) OVER (PARTITION BY r.phase) < max(r.workload) OVER (PARTITION BY r.phase) THEN r.workload || ', ' ELSE '' END || r.threads || CASE r.threads WHEN 1 THEN ' thread' ELSE ' threads' END AS line
    FROM v_results r JOIN v_names n USING (run_id, config_id) JOIN shown USING (run_id) WHERE r.phase IN ('decode', 'prefill')),
placed AS (SELECT phase, name, row_number() OVER (PARTITION BY phase ORDER BY max(tokens_per_s) DESC, name) AS y FROM named GROUP BY phase, name)
SELECT phase, 0 AS place, 0 AS workload_place, '' AS workload, 0 AS threads, '' AS series, y, name AS x, NULL AS low, NULL AS high FROM placed WHERE y <= 40
UNION ALL
SELECT n.phase, 1, length(n.workload), n.workload, n.threads, n.line, p.y, n.tokens_per_s, 1e9 / n.median_high_ns, 1e9 / n.median_low_ns
FROM named n JOIN placed p USING (phase, name) WHERE p.y <= 40;

-- The fastest decode of the run, for plots of lines.
CREATE TEMP VIEW fast_decode AS
SELECT config_id, model_part || series || CASE WHEN min(workload) OVER () < max(workload) OVER () THEN ', ' || workload ELSE '' END AS line, place
FROM (SELECT r.config_id, n.model_part, r.series, r.workload, row_number() OVER (ORDER BY r.tokens_per_s DESC, r.config_id) AS place
      FROM v_results r JOIN v_names n USING (run_id, config_id) JOIN shown USING (run_id) WHERE r.phase = 'decode')
WHERE place <= 6;

-- The point whose operations are shown: the fastest decode that has times of operations.
CREATE TEMP VIEW shown_point AS
SELECT p.point_id FROM v_points p JOIN shown USING (run_id) WHERE p.point_id IN (SELECT point_id FROM v_op_layers JOIN shown USING (run_id))
ORDER BY p.state = 'finished' DESC, p.decode_tokens_per_s DESC, p.point_id LIMIT 1;

-- "nll@512" of the latest run of a stress test on a model in a configuration: name nll, place 512.
CREATE TEMP VIEW stress_metrics AS
SELECT s.task, s.model || CASE s.config WHEN '' THEN '' ELSE ', ' || s.config END AS series, substr(metric, 1, instr(metric, '@') - 1) AS name, CAST(substr(metric, instr(metric, '@') + 1) AS INTEGER) AS place, s.value, coalesce(s.stderr, 0) AS stderr
FROM v_scores s WHERE s.value IS NOT NULL AND instr(s.metric, '@') AND s.run_id = (
    SELECT t.run_id FROM v_scores t JOIN v_runs r USING (run_id) WHERE t.model_id = s.model_id AND t.task = s.task AND t.config = s.config ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);
