-- title: History
-- note: Time per token in each run of a configuration on this machine, its first runs being 1; beside the engine "reference" of the same run where there is one, so that what the machine does cancels. Lines are levels, orange bars where a level began, with 95 % certainty; at most four series, the largest changes first. bitnet-bench history names the commits.
-- empty: No configuration has run eight times on this machine, from when on changes can be told from noise (ci/nightly, bitnet-bench history).
WITH machine AS (SELECT machine_id FROM v_runs WHERE run_id = :run),
tracks AS (
    SELECT p.config_id FROM v_points p JOIN v_runs r USING (run_id) WHERE p.state = 'finished' AND p.engine = 'bitnet' AND r.machine_id IS (SELECT machine_id FROM machine)
    GROUP BY p.config_id HAVING count(DISTINCT p.run_id) >= 8),
pairs AS (
    SELECT c.config_id, max(o.config_id) AS reference_id
    FROM tracks JOIN v_configs c USING (config_id)
    LEFT JOIN v_configs o ON o.engine = 'reference' AND o.model_id IS c.model_id AND o.workload = c.workload AND o.fill_tokens = c.fill_tokens AND o.prefill_tokens = c.prefill_tokens
        AND o.decode_tokens = c.decode_tokens AND o.threads = c.threads
    GROUP BY c.config_id),
cells AS MATERIALIZED (
    SELECT run_id, config_id, phase, bn_median((bn_at(sorted, (n + 1) / 2) + bn_at(sorted, (n + 2) / 2)) / 2) AS ns FROM kept_points
    WHERE config_id IN (SELECT config_id FROM pairs UNION SELECT reference_id FROM pairs) GROUP BY run_id, config_id, phase),
nights AS (
    SELECT c.config_id, c.phase, r.run_id, r.started_at, c.ns, c.ns / q.ns AS ratio, count(q.ns) OVER (PARTITION BY c.config_id, c.phase) >= 8 AS related
    FROM cells c JOIN pairs p USING (config_id) JOIN v_runs r USING (run_id)
    LEFT JOIN cells q ON q.run_id = c.run_id AND q.config_id = p.reference_id AND q.phase = c.phase
    WHERE r.machine_id IS (SELECT machine_id FROM machine)),
tested AS (
    SELECT config_id, phase, related, CAST(strftime('%s', started_at) AS INTEGER) AS t, CASE WHEN related THEN ratio ELSE ns END AS v,
           row_number() OVER (PARTITION BY config_id, phase ORDER BY started_at, run_id) AS i
    FROM nights WHERE NOT related OR ratio IS NOT NULL),
found AS (
    SELECT config_id, phase, related, bn_median(CASE WHEN i <= 4 THEN v END) AS base, bn_changes(i, ln(v), related) AS changes
    FROM tested GROUP BY config_id, phase HAVING count(*) >= 8),
chosen AS (
    SELECT f.*, json_array_length(changes) AS n_changes,
           row_number() OVER (ORDER BY (SELECT max(abs(ln(json_extract(value, '$.ratio')))) FROM json_each(changes)) DESC NULLS LAST, phase, config_id) AS place
    FROM found f),
changes AS (
    SELECT c.config_id, c.phase, json_extract(j.value, '$.drifts') AS drifts, json_extract(j.value, '$.from') AS a, json_extract(j.value, '$.to') AS z,
           json_extract(j.value, '$.low') AS low, json_extract(j.value, '$.high') AS high, json_extract(j.value, '$.ratio') AS ratio
    FROM chosen c, json_each(c.changes) j WHERE c.place <= 4),
parts AS (
    SELECT t.*, c.base, c.n_changes, c.place,
           (SELECT count(*) FROM changes d WHERE d.config_id = t.config_id AND d.phase = t.phase AND d.a <= t.i) AS part,
           EXISTS (SELECT 1 FROM changes d WHERE d.config_id = t.config_id AND d.phase = t.phase AND d.drifts AND t.i BETWEEN d.a AND d.z) AS sloping
    FROM tested t JOIN chosen c USING (config_id, phase) WHERE c.place <= 4),
leveled AS (SELECT *, CASE WHEN NOT sloping THEN exp(avg(CASE WHEN NOT sloping THEN ln(v / base) END) OVER (PARTITION BY config_id, phase, part)) END AS level FROM parts)
SELECT v.model || ' · ' || v.workload || ' · ' || v.series || ', ' || l.phase || CASE WHEN l.related THEN ', beside the reference' ELSE '' END AS line, l.t, l.v / l.base AS y, l.level,
       CASE WHEN d.a IS NOT NULL THEN coalesce(l.level, l.v / l.base) END AS changed,
       (SELECT t FROM tested b WHERE b.config_id = l.config_id AND b.phase = l.phase AND b.i = d.low) AS low,
       (SELECT t FROM tested b WHERE b.config_id = l.config_id AND b.phase = l.phase AND b.i = d.high) AS high,
       CASE WHEN d.a IS NOT NULL THEN printf('%+.1f %%', 100 * (d.ratio - 1)) END AS words, l.n_changes, v.model || ' · ' || v.workload || ' · ' || v.series || ', ' || l.phase || CASE WHEN l.related THEN ', beside the reference' ELSE '' END AS name
FROM leveled l JOIN v_configs v USING (config_id) LEFT JOIN changes d ON d.config_id = l.config_id AND d.phase = l.phase AND d.a = l.i
ORDER BY l.place, l.t, l.i
