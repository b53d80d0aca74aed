-- views.sql - what readers see: reports and other people's tools read these views and nothing else.
-- Recreated whenever their text changes, so they may grow without a migration; a column is never renamed or removed.

-- One row per run.
CREATE VIEW v_runs AS
SELECT r.run_id, r.uid, r.source, r.plan, r.seed, r.command, r.host, r.started_at, r.finished_at,
       r.machine_id, m.label AS machine, r.build_id, b.label AS build,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.build_id AND f.name = 'commit') AS commit_id,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.build_id AND f.name = 'compiler') AS compiler,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.machine_id AND f.name = 'arch') AS arch,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.machine_id AND f.name = 'kernel') AS kernel_release,
       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id) AS n_points,
       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = 'finished') AS n_finished,
       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = 'failed') AS n_failed,
       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = 'skipped') AS n_skipped,
       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state IN ('planned', 'claimed')) AS n_open
FROM run r LEFT JOIN fingerprint m ON m.fingerprint_id = r.machine_id
           LEFT JOIN fingerprint b ON b.fingerprint_id = r.build_id;

-- What names a model: its label, with the beginning of its hash where another model of this database has the same label.
CREATE VIEW v_models AS
SELECT m.fingerprint_id AS model_id, m.hash, m.label || CASE WHEN EXISTS (
           SELECT 1 FROM fingerprint o WHERE o.kind = 'model' AND o.label = m.label AND o.fingerprint_id <> m.fingerprint_id)
       THEN ' #' || substr(m.hash, instr(m.hash, ':') + 1, 8) ELSE '' END AS model
FROM fingerprint m WHERE m.kind = 'model';

-- What a config is, with the model's name; `series` is the text that names it in tables and plots.
CREATE VIEW v_configs AS
SELECT c.config_id, c.key, c.engine, c.model_id, coalesce(m.model, '') AS model, m.hash AS model_hash,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = c.model_id AND f.name = 'file') AS model_file, c.workload,
       c.fill_tokens, c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options,
       CASE c.engine WHEN 'bitnet' THEN '' ELSE c.engine || ' ' END || c.kernel || ' x' || c.threads
           || CASE c.options WHEN '' THEN '' ELSE ' ' || c.options END AS series
FROM config c LEFT JOIN v_models m USING (model_id);

-- reason: why the value is not what the plan asked for.
CREATE VIEW v_options AS SELECT config_id, name, value, reason FROM config_option;

-- One row per point (worker process), in any state. tokens/s over all its samples; NULL where it has none.
CREATE VIEW v_points AS
SELECT p.point_id, p.run_id, p.ordinal, p.round, p.config_id, c.engine, c.model_id, c.model, c.workload, c.fill_tokens,
       c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options, c.series, p.build_id, p.state, p.attempts,
       p.reason, p.signal, p.exit_code, p.stderr_tail, p.hash, p.kernels_used, p.peak_rss_bytes, p.started_at, p.seconds,
       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = 'prefill')
           AS prefill_tokens_per_s,
       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = 'decode')
           AS decode_tokens_per_s
FROM point p JOIN v_configs c USING (config_id);

-- What names a config among those of its run: `model_part` ('name · ') only where the run has several models, `workload_part`
-- only where it has several workloads, and the series.
CREATE VIEW v_names AS
WITH own AS (SELECT DISTINCT run_id, config_id FROM point),
parts AS (
    SELECT o.run_id, o.config_id, c.series,
           CASE WHEN (SELECT count(DISTINCT d.model_id) FROM own p JOIN config d USING (config_id) WHERE p.run_id = o.run_id) > 1
               THEN c.model || ' · ' ELSE '' END AS model_part,
           CASE WHEN (SELECT count(DISTINCT d.workload) FROM own p JOIN config d USING (config_id) WHERE p.run_id = o.run_id) > 1
               THEN c.workload || ' · ' ELSE '' END AS workload_part
    FROM own o JOIN v_configs c USING (config_id))
SELECT run_id, config_id, model_part, workload_part, model_part || workload_part || series AS name FROM parts;

-- Output hashes (NULL: none yet). Logits are the same bits for every kernel and thread count: points of one run with equal `work`
-- must have one hash. reference64 is another arithmetic; options are part of the work, since some change the output. contradicts: this
-- point ended well, with another hash than one before it.
CREATE VIEW v_outputs AS
SELECT p.run_id, p.point_id, p.ordinal, p.state, p.hash, c.engine, c.kernel, c.threads, c.workload,
       printf('%s %d %d %d %d %d %s', c.engine, coalesce(c.model_id, 0), c.fill_tokens, c.prefill_tokens, c.decode_tokens,
              c.kernel = 'reference64', c.options) AS work,
       p.state = 'failed' AND p.signal IS NULL AND p.exit_code = 0 AS contradicts
FROM point p JOIN config c USING (config_id);

-- Everything that did not finish, with its reason.
CREATE VIEW v_failures AS
SELECT point_id, run_id, config_id, model, workload, series, round, state, reason, signal, exit_code, stderr_tail
FROM v_points WHERE state IN ('failed', 'skipped');

-- Every raw sample: one prefill pass or one decoded token; of a load test one time to the first token, one gap between tokens, one
-- request, or the counted time of the round with all tokens received in it.
CREATE VIEW v_samples AS
SELECT p.run_id, p.point_id, p.config_id, p.round, s.phase, s.rep, s.idx, s.ns, s.n_tokens,
       1.0 * s.ns / s.n_tokens AS ns_per_token, p.hash
FROM sample s JOIN point p USING (point_id) WHERE p.state = 'finished';

-- Distribution of the time per token for each (run, config, phase). A tail needs enough samples (MLPerf: p90 from 64,
-- p99 from 662 on) and is NULL below that. median_low, median_high: the 95 % interval of the median, from order statistics. Windows instead of GROUP BY: a condition on the run then reaches the samples, and one
-- run of a million samples is read in 0.3 s instead of all runs in 2.3 s.
CREATE VIEW v_latency AS
WITH ranked AS (
    SELECT run_id, config_id, phase, ns_per_token AS x, row_number() OVER w AS i, count(*) OVER (PARTITION BY run_id, config_id, phase) AS n
    FROM v_samples WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY ns_per_token)),
chosen AS (
    SELECT run_id, config_id, phase, i, n, min(x) OVER w AS min_ns, avg(x) OVER w AS mean_ns, max(x) OVER w AS max_ns,
           (nth_value(x, (n + 1) / 2) OVER w + nth_value(x, (n + 2) / 2) OVER w) / 2 AS median_ns,
           nth_value(x, (n + 3) / 4) OVER w AS p25_ns, nth_value(x, (3 * n + 3) / 4) OVER w AS p75_ns,
           CASE WHEN n >= 64 THEN nth_value(x, (90 * n + 99) / 100) OVER w END AS p90_ns,
           CASE WHEN n >= 662 THEN nth_value(x, (99 * n + 99) / 100) OVER w END AS p99_ns,
           nth_value(x, CAST(max(1, ceil(n / 2.0 - 0.98 * sqrt(n))) AS INTEGER)) OVER w AS median_low_ns,
           nth_value(x, CAST(min(n, floor(1 + n / 2.0 + 0.98 * sqrt(n))) AS INTEGER)) OVER w AS median_high_ns
    FROM ranked WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
SELECT run_id, config_id, phase, n, min_ns, mean_ns, max_ns, median_ns, p25_ns, p75_ns, p90_ns, p99_ns, 1e9 / median_ns AS tokens_per_s,
       median_low_ns, median_high_ns
FROM chosen WHERE i = 1;

-- The table most readers want: v_latency with the names of what was measured.
CREATE VIEW v_results AS
SELECT l.run_id, l.config_id, c.engine, c.model, c.model_id, c.workload, c.fill_tokens, c.prefill_tokens,
       c.decode_tokens, c.kernel, c.threads, c.options, c.series, l.phase, l.n, l.min_ns, l.p25_ns, l.median_ns,
       l.mean_ns, l.p75_ns, l.p90_ns, l.p99_ns, l.max_ns, l.tokens_per_s, l.median_low_ns, l.median_high_ns
FROM v_latency l JOIN v_configs c USING (config_id);

-- One row per repetition that has both phases: a request as a user sees it (tokenising and sampling left out).
CREATE VIEW v_requests AS
SELECT run_id, point_id, config_id, rep,
       sum(CASE WHEN phase = 'prefill' THEN ns END) AS ttft_ns,
       1.0 * sum(CASE WHEN phase = 'decode' THEN ns END) / sum(phase = 'decode') AS tpot_ns,
       max(CASE WHEN phase = 'decode' THEN ns END) AS itl_max_ns, sum(ns) AS e2e_ns, sum(phase = 'decode') AS n_decoded
FROM v_samples GROUP BY point_id, rep HAVING ttft_ns IS NOT NULL AND n_decoded > 0;

-- Every request of a load test that counts, as its client saw it. Times from when it was meant to be sent (start_ns).
CREATE VIEW v_load_requests AS
SELECT p.run_id, p.point_id, p.config_id, p.round, q.request, q.manner, q.outcome, q.status, q.reason, q.start_ns, q.late_ns, q.ttft_ns, q.end_ns, q.prompt_tokens,
       q.tokens, q.wasted_tokens, q.bytes
FROM load_request q JOIN point p USING (point_id);

-- Every counter of every point; value NULL comes with the reason.
CREATE VIEW v_counters AS
SELECT p.run_id, p.point_id, p.config_id, c.workload, c.series, k.phase, k.op, k.thread, k.name, k.source, k.value,
       k.reason, k.scaled, k.n_tokens, k.value / nullif(k.n_tokens, 0) AS per_token
FROM counter k JOIN point p USING (point_id) JOIN v_configs c USING (config_id);

-- What counters say together: rates and shares, from counters of the same source. value NULL comes with the reason of the counter that
-- is missing. Top-down level 1: shares of the issue slots (Zen 4 counts cycles, of six slots each).
CREATE VIEW v_derived AS
WITH ratio(metric, top, bottom, factor, offset) AS (VALUES
    ('instructions_per_cycle', 'instructions', 'cycles', 1.0, 0.0),
    ('branch_miss_rate', 'branch_misses', 'branches', 1.0, 0.0),
    ('cache_misses_per_cycle', 'll_read_misses', 'cycles', 1.0, 0.0),
    ('l1d_hit_rate', 'l1d_read_misses', 'l1d_reads', -1.0, 1.0),
    ('l2_hit_rate', 'l2_read_misses', 'l2_reads', -1.0, 1.0),
    ('ll_hit_rate', 'll_read_misses', 'll_reads', -1.0, 1.0),
    ('topdown_retiring', 'topdown_retiring_slots', 'topdown_slots', 1.0, 0.0),
    ('topdown_retiring', 'topdown_retiring_slots', 'topdown_cycles', 1.0 / 6, 0.0),
    ('topdown_backend_bound', 'topdown_backend_slots', 'topdown_slots', 1.0, 0.0),
    ('topdown_backend_bound', 'topdown_backend_slots', 'topdown_cycles', 1.0 / 6, 0.0),
    ('topdown_frontend_bound', 'topdown_frontend_slots', 'topdown_cycles', 1.0 / 6, 0.0),
    ('topdown_bad_speculation', 'topdown_bad_speculation_slots', 'topdown_slots', 1.0, 0.0)),
each AS (
    SELECT t.run_id, t.point_id, t.config_id, t.workload, t.series, t.phase, t.op, t.source, r.metric,
           r.offset + r.factor * t.per_token / nullif(b.per_token, 0) AS value, coalesce(t.reason, b.reason) AS reason,
           max(t.scaled, b.scaled) AS scaled
    FROM ratio r JOIN v_counters t ON t.name = r.top AND t.thread = -1
    JOIN v_counters b ON b.name = r.bottom AND b.point_id = t.point_id AND b.phase = t.phase AND b.op = t.op AND b.thread = -1
        AND b.source = t.source
    UNION ALL
    SELECT k.run_id, k.point_id, k.config_id, k.workload, k.series, k.phase, k.op, k.source, 'memory_bytes_per_s',
           1e9 * 64 * k.per_token * (SELECT 1.0 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = k.point_id AND s.phase = k.phase),
           k.reason, k.scaled
    FROM v_counters k WHERE k.name = 'memory_lines' AND k.thread = -1 AND k.op = '')
SELECT run_id, point_id, config_id, workload, series, phase, op, source, metric, max(value) AS value,
       CASE WHEN max(value) IS NULL THEN coalesce(max(reason), 'The counter below the line is zero.') END AS reason, max(scaled) AS scaled
FROM each GROUP BY point_id, phase, op, source, metric;

-- What one pass of a phase reads (declared weights and KV cache, all layers and threads), against the last-level cache of the CPU.
-- reason: why a share of the memory's bandwidth would mean nothing: the cache holds all of it; NULL: it does not, or is unknown.
CREATE VIEW v_working_sets AS
WITH read AS (
    SELECT point_id, phase, sum(1.0 * (weight_bytes + kv_bytes) / max(calls, 1)) AS bytes FROM op_time GROUP BY point_id, phase),
sized AS (
    SELECT p.run_id, p.point_id, p.config_id, o.phase, o.bytes,
           (SELECT CAST(f.value AS INTEGER) FROM run r JOIN fingerprint_field f ON f.fingerprint_id = r.machine_id
            WHERE r.run_id = p.run_id AND f.name IN ('l2_bytes', 'l3_bytes') AND f.value IS NOT NULL ORDER BY f.name DESC LIMIT 1) AS cache_bytes
    FROM read o JOIN point p USING (point_id))
SELECT run_id, point_id, config_id, phase, bytes, cache_bytes,
       CASE WHEN bytes <= cache_bytes THEN printf('A pass reads %.1f MiB, which the last-level cache of %.1f MiB holds.', bytes / 1048576, cache_bytes / 1048576.0) END AS reason
FROM sized;

-- Time and declared work per operation (all layers): ns is the slowest thread's, the work is that of all threads, share is
-- of the phase's time. bandwidth_share NULL comes with bandwidth_reason where the roofline was measured.
CREATE VIEW v_ops AS
WITH by_thread AS (
    SELECT point_id, phase, op, thread, sum(ns) AS ns, sum(calls) AS calls, sum(weight_bytes) AS weight_bytes,
           sum(kv_bytes) AS kv_bytes, sum(macs) AS macs, max(n_tokens) AS n_tokens
    FROM op_time GROUP BY point_id, phase, op, thread),
by_op AS (
    SELECT point_id, phase, op, max(ns) AS ns, max(calls) AS calls, sum(weight_bytes) AS weight_bytes,
           sum(kv_bytes) AS kv_bytes, sum(macs) AS macs, max(n_tokens) AS n_tokens
    FROM by_thread GROUP BY point_id, phase, op)
SELECT p.run_id, p.point_id, p.config_id, c.workload, c.series, c.kernel, c.threads, o.phase, o.op, o.calls, o.ns,
       1.0 * o.ns / nullif(sum(o.ns) OVER (PARTITION BY o.point_id, o.phase), 0) AS share,
       o.weight_bytes, o.kv_bytes, o.macs, o.n_tokens,
       1e9 * (o.weight_bytes + o.kv_bytes) / nullif(o.ns, 0) AS bytes_per_s, 1e9 * o.macs / nullif(o.ns, 0) AS macs_per_s,
       CASE WHEN w.reason IS NULL THEN 1e9 * (o.weight_bytes + o.kv_bytes) / nullif(o.ns, 0) / rb.value END AS bandwidth_share,
       1e9 * o.macs / nullif(o.ns, 0) / rm.value AS int8_peak_share, CASE WHEN rb.value IS NOT NULL THEN w.reason END AS bandwidth_reason
FROM by_op o JOIN point p USING (point_id) JOIN v_configs c USING (config_id) JOIN v_working_sets w ON w.point_id = o.point_id AND w.phase = o.phase
LEFT JOIN roofline rb ON rb.run_id = p.run_id AND rb.threads = c.threads AND rb.name = 'read_bytes_per_s'
LEFT JOIN roofline rm ON rm.run_id = p.run_id AND rm.threads = c.threads AND rm.name = 'int8_macs_per_s';

-- The same per layer and thread, unsummed: for flame graphs.
CREATE VIEW v_op_layers AS
SELECT p.run_id, o.point_id, p.config_id, o.phase, o.layer, o.op, o.thread, o.calls, o.ns, o.weight_bytes, o.kv_bytes,
       o.macs, o.n_tokens
FROM op_time o JOIN point p USING (point_id);

CREATE VIEW v_roofline AS SELECT run_id, threads, name, value, method, reason FROM roofline;

-- Measured time as a share of what the machine can do: declared work of the phase against the roofline. bandwidth_share NULL comes with
-- bandwidth_reason where the roofline was measured.
CREATE VIEW v_efficiency AS
WITH work AS (
    SELECT point_id, phase, 1.0 * sum(weight_bytes + kv_bytes) / max(n_tokens) AS bytes_per_token,
           1.0 * sum(macs) / max(n_tokens) AS macs_per_token
    FROM op_time GROUP BY point_id, phase),
config_work AS (
    SELECT p.run_id, p.config_id, w.phase, max(w.bytes_per_token) AS bytes_per_token, max(w.macs_per_token) AS macs_per_token, max(s.reason) AS reason
    FROM work w JOIN point p USING (point_id) JOIN v_working_sets s ON s.point_id = w.point_id AND s.phase = w.phase
    GROUP BY p.run_id, p.config_id, w.phase)
SELECT l.run_id, l.config_id, c.workload, c.series, c.kernel, c.threads, l.phase, l.median_ns, l.tokens_per_s,
       w.bytes_per_token, w.macs_per_token, w.bytes_per_token * l.tokens_per_s AS bytes_per_s,
       w.macs_per_token * l.tokens_per_s AS macs_per_s, rb.value AS read_bytes_per_s, rm.value AS int8_macs_per_s,
       CASE WHEN w.reason IS NULL THEN w.bytes_per_token * l.tokens_per_s / rb.value END AS bandwidth_share,
       w.macs_per_token * l.tokens_per_s / rm.value AS int8_peak_share, CASE WHEN rb.value IS NOT NULL THEN w.reason END AS bandwidth_reason
FROM config_work w JOIN v_latency l USING (run_id, config_id, phase) JOIN v_configs c USING (config_id)
LEFT JOIN roofline rb ON rb.run_id = l.run_id AND rb.threads = c.threads AND rb.name = 'read_bytes_per_s'
LEFT JOIN roofline rm ON rm.run_id = l.run_id AND rm.threads = c.threads AND rm.name = 'int8_macs_per_s';

-- Fingerprints of a run (kind machine, build) and of its models; value NULL comes with the reason. A difference in a field
-- with identity 1 makes two runs incomparable (machine, model).
CREATE VIEW v_fingerprints AS
SELECT r.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity
FROM run r JOIN fingerprint f ON f.fingerprint_id IN (r.machine_id, r.build_id) JOIN fingerprint_field x USING (fingerprint_id)
UNION ALL
SELECT DISTINCT p.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity
FROM point p JOIN config c USING (config_id) JOIN fingerprint f ON f.fingerprint_id = c.model_id
JOIN fingerprint_field x USING (fingerprint_id);

-- Load, steal, frequency, ... before and after each point.
CREATE VIEW v_moments AS
SELECT p.run_id, m.point_id, m.at, m.name, m.value, m.reason FROM moment m JOIN point p USING (point_id);

-- One row per (series, run): what a history plot or a change-point search walks over. Order by started_at within `track`.
CREATE VIEW v_history AS
SELECT c.config_id || ' ' || l.phase || ' ' || coalesce(r.machine_id, 0) AS track, r.machine_id, r.machine, c.model,
       c.model_id, c.workload, c.series, c.kernel, c.threads, c.options, c.config_id, l.phase, r.run_id, r.started_at,
       r.commit_id, l.n, l.median_ns, l.p25_ns, l.p75_ns, l.tokens_per_s
FROM v_latency l JOIN v_runs r USING (run_id) JOIN v_configs c USING (config_id);

-- Changes of v_history that somebody has acknowledged, up to `ratio` (time after / before).
CREATE VIEW v_acknowledgements AS
SELECT a.run_id, a.config_id, a.phase, r.machine_id, r.started_at, r.commit_id, a.ratio, a.why, a.acknowledged_at
FROM acknowledgement a JOIN v_runs r USING (run_id);

CREATE VIEW v_scores AS
SELECT s.run_id, s.model_id, m.model, s.config, s.task, s.version, s.metric, s.value, s.stderr, s.n_items,
       s.n_shots, s.reason
FROM score s JOIN v_models m USING (model_id);

-- Of each score and stress test the one of the latest run by start time.
CREATE VIEW v_latest_scores AS
SELECT s.* FROM v_scores s WHERE s.run_id = (
    SELECT t.run_id FROM score t JOIN run r USING (run_id)
    WHERE t.model_id = s.model_id AND t.task = s.task AND t.metric = s.metric AND t.config = s.config
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);

CREATE VIEW v_score_items AS
SELECT s.run_id, s.model_id, m.model, s.config, s.task, s.item, s.gold, s.ll, s.is_right, s.text
FROM score_item s JOIN v_models m USING (model_id);

CREATE VIEW v_stress AS
SELECT s.run_id, s.model_id, m.model, s.test, s.verdict, s.value, s.threshold, s.seconds, s.reason, s.config
FROM stress s JOIN v_models m USING (model_id);

-- Of each configuration; one that was not recorded (before version 12) gives way to any later run.
CREATE VIEW v_latest_stress AS
SELECT s.* FROM v_stress s WHERE s.run_id = (
    SELECT t.run_id FROM stress t JOIN run r USING (run_id)
    WHERE t.model_id = s.model_id AND t.test = s.test AND (t.config = s.config OR s.config = '')
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);

-- How a plan chose its configurations, from the line of its text that says so.
CREATE VIEW v_plans AS
SELECT run_id, plan, CASE WHEN instr(char(10) || plan_text, char(10) || 'mode: one_at_a_time') THEN 'one_at_a_time'
           WHEN instr(char(10) || plan_text, char(10) || 'mode: leave_one_out') THEN 'leave_one_out'
           WHEN instr(char(10) || plan_text, char(10) || 'mode: pairwise') THEN 'pairwise' ELSE 'cartesian' END AS mode
FROM run;

-- What a choice of options does, as computed at the end of its sweep (bitnet-bench options).
CREATE VIEW v_option_effects AS
SELECT e.run_id, e.model_id, m.model, e.setting, e.choice, e.base, e.place, e.exact, e.decode, e.decode_low, e.decode_high, e.prefill, e.prefill_low, e.prefill_high, e.memory, e.sequence, e.kl,
       e.perplexity, e.perplexity_low, e.perplexity_high, e.accuracy, e.accuracy_low, e.accuracy_high, e.n_items, e.verdict, e.reason, e.claims, e.rule
FROM option_effect e JOIN v_models m USING (model_id);

-- Every gate and every self-test of it, with its result as JSON: json_each(result, '$.time') are its workloads with their pairs.
CREATE VIEW v_gates AS
SELECT g.run_id, g.kind, r.started_at, r.host, r.command, r.machine_id, g.model_id, m.model, b.label AS base, h.label AS head, g.setting,
       g.verdict, g.allowed, g.result
FROM gate g JOIN run r USING (run_id) JOIN v_models m USING (model_id) JOIN fingerprint b ON b.fingerprint_id = g.base_id
LEFT JOIN fingerprint h ON h.fingerprint_id = r.build_id;

-- Every published value that was looked at (bitnet-bench claims), with what was found. `whole`: of all values of the claim together;
-- evidence_id, evidence_commit: the sweep that measured it and the commit of its worker.
CREATE VIEW v_claims AS
SELECT k.run_id, r.machine_id, r.machine, r.host, r.started_at, r.commit_id, k.claim, k.value, k.place, k.statement, k.source, k.found_in,
       k.provenance, k.environment, k.in_table, k.in_row, k.in_column, k.unit, k.published, k.accept_low, k.accept_high, k.measured, k.low, k.high,
       k.n, k.verdict, k.whole, k.reason, k.evidence_id, e.commit_id AS evidence_commit
FROM claim k JOIN v_runs r USING (run_id) LEFT JOIN v_runs e ON e.run_id = k.evidence_id;

-- Of each claim and machine the latest: a claim has a verdict per CPU.
CREATE VIEW v_latest_claims AS
SELECT c.* FROM v_claims c WHERE c.run_id = (
    SELECT k.run_id FROM claim k JOIN run r USING (run_id) WHERE k.claim = c.claim AND r.machine_id IS c.machine_id
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);
