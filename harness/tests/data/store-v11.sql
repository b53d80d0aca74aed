PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('views',replace('-- views.sql - what readers see: reports and other people''s tools read these views and nothing else.\n-- Recreated whenever their text changes, so they may grow without a migration; a column is never renamed or removed.\n\n-- One row per run.\nCREATE VIEW v_runs AS\nSELECT r.run_id, r.uid, r.source, r.plan, r.seed, r.command, r.host, r.started_at, r.finished_at,\n       r.machine_id, m.label AS machine, r.build_id, b.label AS build,\n       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.build_id AND f.name = ''commit'') AS commit_id,\n       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.build_id AND f.name = ''compiler'') AS compiler,\n       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.machine_id AND f.name = ''arch'') AS arch,\n       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = r.machine_id AND f.name = ''kernel'') AS kernel_release,\n       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id) AS n_points,\n       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = ''finished'') AS n_finished,\n       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = ''failed'') AS n_failed,\n       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state = ''skipped'') AS n_skipped,\n       (SELECT count(*) FROM point p WHERE p.run_id = r.run_id AND p.state IN (''planned'', ''claimed'')) AS n_open\nFROM run r LEFT JOIN fingerprint m ON m.fingerprint_id = r.machine_id\n           LEFT JOIN fingerprint b ON b.fingerprint_id = r.build_id;\n\n-- What names a model: its label, with the beginning of its hash where another model of this database has the same label.\nCREATE VIEW v_models AS\nSELECT m.fingerprint_id AS model_id, m.hash, m.label || CASE WHEN EXISTS (\n           SELECT 1 FROM fingerprint o WHERE o.kind = ''model'' AND o.label = m.label AND o.fingerprint_id <> m.fingerprint_id)\n       THEN '' #'' || substr(m.hash, instr(m.hash, '':'') + 1, 8) ELSE '''' END AS model\nFROM fingerprint m WHERE m.kind = ''model'';\n\n-- What a config is, with the model''s name; `series` is the text that names it in tables and plots.\nCREATE VIEW v_configs AS\nSELECT c.config_id, c.key, c.engine, c.model_id, coalesce(m.model, '''') AS model, m.hash AS model_hash,\n       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = c.model_id AND f.name = ''file'') AS model_file, c.workload,\n       c.fill_tokens, c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options,\n       CASE c.engine WHEN ''bitnet'' THEN '''' ELSE c.engine || '' '' END || c.kernel || '' x'' || c.threads\n           || CASE c.options WHEN '''' THEN '''' ELSE '' '' || c.options END AS series\nFROM config c LEFT JOIN v_models m USING (model_id);\n\n-- reason: why the value is not what the plan asked for.\nCREATE VIEW v_options AS SELECT config_id, name, value, reason FROM config_option;\n\n-- One row per point (worker process), in any state. tokens/s over all its samples; NULL where it has none.\nCREATE VIEW v_points AS\nSELECT p.point_id, p.run_id, p.ordinal, p.round, p.config_id, c.engine, c.model_id, c.model, c.workload, c.fill_tokens,\n       c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options, c.series, p.build_id, p.state, p.attempts,\n       p.reason, p.signal, p.exit_code, p.stderr_tail, p.hash, p.kernels_used, p.peak_rss_bytes, p.started_at, p.seconds,\n       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = ''prefill'')\n           AS prefill_tokens_per_s,\n       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = ''decode'')\n           AS decode_tokens_per_s\nFROM point p JOIN v_configs c USING (config_id);\n\n-- What names a config among those of its run: `model_part` (''name · '') only where the run has several models, `workload_part`\n-- only where it has several workloads, and the series.\nCREATE VIEW v_names AS\nWITH own AS (SELECT DISTINCT run_id, config_id FROM point),\nparts AS (\n    SELECT o.run_id, o.config_id, c.series,\n           CASE WHEN (SELECT count(DISTINCT d.model_id) FROM own p JOIN config d USING (config_id) WHERE p.run_id = o.run_id) > 1\n               THEN c.model || '' · '' ELSE '''' END AS model_part,\n           CASE WHEN (SELECT count(DISTINCT d.workload) FROM own p JOIN config d USING (config_id) WHERE p.run_id = o.run_id) > 1\n               THEN c.workload || '' · '' ELSE '''' END AS workload_part\n    FROM own o JOIN v_configs c USING (config_id))\nSELECT run_id, config_id, model_part, workload_part, model_part || workload_part || series AS name FROM parts;\n\n-- Output hashes (NULL: none yet). Logits are the same bits for every kernel and thread count: points of one run with equal `work`\n-- must have one hash. reference64 is another arithmetic; options are part of the work, since some change the output. contradicts: this\n-- point ended well, with another hash than one before it.\nCREATE VIEW v_outputs AS\nSELECT p.run_id, p.point_id, p.ordinal, p.state, p.hash, c.engine, c.kernel, c.threads, c.workload,\n       printf(''%s %d %d %d %d %d %s'', c.engine, coalesce(c.model_id, 0), c.fill_tokens, c.prefill_tokens, c.decode_tokens,\n              c.kernel = ''reference64'', c.options) AS work,\n       p.state = ''failed'' AND p.signal IS NULL AND p.exit_code = 0 AS contradicts\nFROM point p JOIN config c USING (config_id);\n\n-- Everything that did not finish, with its reason.\nCREATE VIEW v_failures AS\nSELECT point_id, run_id, config_id, model, workload, series, round, state, reason, signal, exit_code, stderr_tail\nFROM v_points WHERE state IN (''failed'', ''skipped'');\n\n-- Every raw sample: one prefill pass or one decoded token; of a load test one time to the first token, one gap between tokens, one\n-- request, or the counted time of the round with all tokens received in it.\nCREATE VIEW v_samples AS\nSELECT p.run_id, p.point_id, p.config_id, p.round, s.phase, s.rep, s.idx, s.ns, s.n_tokens,\n       1.0 * s.ns / s.n_tokens AS ns_per_token, p.hash\nFROM sample s JOIN point p USING (point_id) WHERE p.state = ''finished'';\n\n-- Distribution of the time per token for each (run, config, phase). A tail needs enough samples (MLPerf: p90 from 64,\n-- p99 from 662 on) and is NULL below that. Windows instead of GROUP BY: a condition on the run then reaches the samples, and one\n-- run of a million samples is read in 0.3 s instead of all runs in 2.3 s.\nCREATE VIEW v_latency AS\nWITH ranked AS (\n    SELECT run_id, config_id, phase, ns_per_token AS x, row_number() OVER w AS i, count(*) OVER (PARTITION BY run_id, config_id, phase) AS n\n    FROM v_samples WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY ns_per_token)),\nchosen AS (\n    SELECT run_id, config_id, phase, i, n, min(x) OVER w AS min_ns, avg(x) OVER w AS mean_ns, max(x) OVER w AS max_ns,\n           (nth_value(x, (n + 1) / 2) OVER w + nth_value(x, (n + 2) / 2) OVER w) / 2 AS median_ns,\n           nth_value(x, (n + 3) / 4) OVER w AS p25_ns, nth_value(x, (3 * n + 3) / 4) OVER w AS p75_ns,\n           CASE WHEN n >= 64 THEN nth_value(x, (90 * n + 99) / 100) OVER w END AS p90_ns,\n           CASE WHEN n >= 662 THEN nth_value(x, (99 * n + 99) / 100) OVER w END AS p99_ns\n    FROM ranked WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))\nSELECT run_id, config_id, phase, n, min_ns, mean_ns, max_ns, median_ns, p25_ns, p75_ns, p90_ns, p99_ns, 1e9 / median_ns AS tokens_per_s\nFROM chosen WHERE i = 1;\n\n-- The table most readers want: v_latency with the names of what was measured.\nCREATE VIEW v_results AS\nSELECT l.run_id, l.config_id, c.engine, c.model, c.model_id, c.workload, c.fill_tokens, c.prefill_tokens,\n       c.decode_tokens, c.kernel, c.threads, c.options, c.series, l.phase, l.n, l.min_ns, l.p25_ns, l.median_ns,\n       l.mean_ns, l.p75_ns, l.p90_ns, l.p99_ns, l.max_ns, l.tokens_per_s\nFROM v_latency l JOIN v_configs c USING (config_id);\n\n-- One row per repetition that has both phases: a request as a user sees it (tokenising and sampling left out).\nCREATE VIEW v_requests AS\nSELECT run_id, point_id, config_id, rep,\n       sum(CASE WHEN phase = ''prefill'' THEN ns END) AS ttft_ns,\n       1.0 * sum(CASE WHEN phase = ''decode'' THEN ns END) / sum(phase = ''decode'') AS tpot_ns,\n       max(CASE WHEN phase = ''decode'' THEN ns END) AS itl_max_ns, sum(ns) AS e2e_ns, sum(phase = ''decode'') AS n_decoded\nFROM v_samples GROUP BY point_id, rep HAVING ttft_ns IS NOT NULL AND n_decoded > 0;\n\n-- Every request of a load test that counts, as its client saw it. Times from when it was meant to be sent (start_ns).\nCREATE VIEW v_load_requests AS\nSELECT p.run_id, p.point_id, p.config_id, p.round, q.request, q.manner, q.outcome, q.status, q.reason, q.start_ns, q.late_ns, q.ttft_ns, q.end_ns, q.prompt_tokens,\n       q.tokens, q.wasted_tokens, q.bytes\nFROM load_request q JOIN point p USING (point_id);\n\n-- Every counter of every point; value NULL comes with the reason.\nCREATE VIEW v_counters AS\nSELECT p.run_id, p.point_id, p.config_id, c.workload, c.series, k.phase, k.op, k.thread, k.name, k.source, k.value,\n       k.reason, k.scaled, k.n_tokens, k.value / nullif(k.n_tokens, 0) AS per_token\nFROM counter k JOIN point p USING (point_id) JOIN v_configs c USING (config_id);\n\n-- What counters say together: rates and shares, from counters of the same source. value NULL comes with the reason of the counter that\n-- is missing. Top-down level 1: shares of the issue slots (Zen 4 counts cycles, of six slots each).\nCREATE VIEW v_derived AS\nWITH ratio(metric, top, bottom, factor, offset) AS (VALUES\n    (''instructions_per_cycle'', ''instructions'', ''cycles'', 1.0, 0.0),\n    (''branch_miss_rate'', ''branch_misses'', ''branches'', 1.0, 0.0),\n    (''cache_misses_per_cycle'', ''ll_read_misses'', ''cycles'', 1.0, 0.0),\n    (''l1d_hit_rate'', ''l1d_read_misses'', ''l1d_reads'', -1.0, 1.0),\n    (''l2_hit_rate'', ''l2_read_misses'', ''l2_reads'', -1.0, 1.0),\n    (''ll_hit_rate'', ''ll_read_misses'', ''ll_reads'', -1.0, 1.0),\n    (''topdown_retiring'', ''topdown_retiring_slots'', ''topdown_slots'', 1.0, 0.0),\n    (''topdown_retiring'', ''topdown_retiring_slots'', ''topdown_cycles'', 1.0 / 6, 0.0),\n    (''topdown_backend_bound'', ''topdown_backend_slots'', ''topdown_slots'', 1.0, 0.0),\n    (''topdown_backend_bound'', ''topdown_backend_slots'', ''topdown_cycles'', 1.0 / 6, 0.0),\n    (''topdown_frontend_bound'', ''topdown_frontend_slots'', ''topdown_cycles'', 1.0 / 6, 0.0),\n    (''topdown_bad_speculation'', ''topdown_bad_speculation_slots'', ''topdown_slots'', 1.0, 0.0)),\neach AS (\n    SELECT t.run_id, t.point_id, t.config_id, t.workload, t.series, t.phase, t.op, t.source, r.metric,\n           r.offset + r.factor * t.per_token / nullif(b.per_token, 0) AS value, coalesce(t.reason, b.reason) AS reason,\n           max(t.scaled, b.scaled) AS scaled\n    FROM ratio r JOIN v_counters t ON t.name = r.top AND t.thread = -1\n    JOIN v_counters b ON b.name = r.bottom AND b.point_id = t.point_id AND b.phase = t.phase AND b.op = t.op AND b.thread = -1\n        AND b.source = t.source\n    UNION ALL\n    SELECT k.run_id, k.point_id, k.config_id, k.workload, k.series, k.phase, k.op, k.source, ''memory_bytes_per_s'',\n           1e9 * 64 * k.per_token * (SELECT 1.0 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = k.point_id AND s.phase = k.phase),\n           k.reason, k.scaled\n    FROM v_counters k WHERE k.name = ''memory_lines'' AND k.thread = -1 AND k.op = '''')\nSELECT run_id, point_id, config_id, workload, series, phase, op, source, metric, max(value) AS value,\n       CASE WHEN max(value) IS NULL THEN coalesce(max(reason), ''The counter below the line is zero.'') END AS reason, max(scaled) AS scaled\nFROM each GROUP BY point_id, phase, op, source, metric;\n\n-- What one pass of a phase reads (declared weights and KV cache, all layers and threads), against the last-level cache of the CPU.\n-- reason: why a share of the memory''s bandwidth would mean nothing: the cache holds all of it; NULL: it does not, or is unknown.\nCREATE VIEW v_working_sets AS\nWITH read AS (\n    SELECT point_id, phase, sum(1.0 * (weight_bytes + kv_bytes) / max(calls, 1)) AS bytes FROM op_time GROUP BY point_id, phase),\nsized AS (\n    SELECT p.run_id, p.point_id, p.config_id, o.phase, o.bytes,\n           (SELECT CAST(f.value AS INTEGER) FROM run r JOIN fingerprint_field f ON f.fingerprint_id = r.machine_id\n            WHERE r.run_id = p.run_id AND f.name IN (''l2_bytes'', ''l3_bytes'') AND f.value IS NOT NULL ORDER BY f.name DESC LIMIT 1) AS cache_bytes\n    FROM read o JOIN point p USING (point_id))\nSELECT run_id, point_id, config_id, phase, bytes, cache_bytes,\n       CASE WHEN bytes <= cache_bytes THEN printf(''A pass reads %.1f MiB, which the last-level cache of %.1f MiB holds.'', bytes / 1048576, cache_bytes / 1048576.0) END AS reason\nFROM sized;\n\n-- Time and declared work per operation (all layers): ns is the slowest thread''s, the work is that of all threads, share is\n-- of the phase''s time. bandwidth_share NULL comes with bandwidth_reason where the roofline was measured.\nCREATE VIEW v_ops AS\nWITH by_thread AS (\n    SELECT point_id, phase, op, thread, sum(ns) AS ns, sum(calls) AS calls, sum(weight_bytes) AS weight_bytes,\n           sum(kv_bytes) AS kv_bytes, sum(macs) AS macs, max(n_tokens) AS n_tokens\n    FROM op_time GROUP BY point_id, phase, op, thread),\nby_op AS (\n    SELECT point_id, phase, op, max(ns) AS ns, max(calls) AS calls, sum(weight_bytes) AS weight_bytes,\n           sum(kv_bytes) AS kv_bytes, sum(macs) AS macs, max(n_tokens) AS n_tokens\n    FROM by_thread GROUP BY point_id, phase, op)\nSELECT p.run_id, p.point_id, p.config_id, c.workload, c.series, c.kernel, c.threads, o.phase, o.op, o.calls, o.ns,\n       1.0 * o.ns / nullif(sum(o.ns) OVER (PARTITION BY o.point_id, o.phase), 0) AS share,\n       o.weight_bytes, o.kv_bytes, o.macs, o.n_tokens,\n       1e9 * (o.weight_bytes + o.kv_bytes) / nullif(o.ns, 0) AS bytes_per_s, 1e9 * o.macs / nullif(o.ns, 0) AS macs_per_s,\n       CASE WHEN w.reason IS NULL THEN 1e9 * (o.weight_bytes + o.kv_bytes) / nullif(o.ns, 0) / rb.value END AS bandwidth_share,\n       1e9 * o.macs / nullif(o.ns, 0) / rm.value AS int8_peak_share, CASE WHEN rb.value IS NOT NULL THEN w.reason END AS bandwidth_reason\nFROM by_op o JOIN point p USING (point_id) JOIN v_configs c USING (config_id) JOIN v_working_sets w ON w.point_id = o.point_id AND w.phase = o.phase\nLEFT JOIN roofline rb ON rb.run_id = p.run_id AND rb.threads = c.threads AND rb.name = ''read_bytes_per_s''\nLEFT JOIN roofline rm ON rm.run_id = p.run_id AND rm.threads = c.threads AND rm.name = ''int8_macs_per_s'';\n\n-- The same per layer and thread, unsummed: for flame graphs.\nCREATE VIEW v_op_layers AS\nSELECT p.run_id, o.point_id, p.config_id, o.phase, o.layer, o.op, o.thread, o.calls, o.ns, o.weight_bytes, o.kv_bytes,\n       o.macs, o.n_tokens\nFROM op_time o JOIN point p USING (point_id);\n\nCREATE VIEW v_roofline AS SELECT run_id, threads, name, value, method, reason FROM roofline;\n\n-- Measured time as a share of what the machine can do: declared work of the phase against the roofline. bandwidth_share NULL comes with\n-- bandwidth_reason where the roofline was measured.\nCREATE VIEW v_efficiency AS\nWITH work AS (\n    SELECT point_id, phase, 1.0 * sum(weight_bytes + kv_bytes) / max(n_tokens) AS bytes_per_token,\n           1.0 * sum(macs) / max(n_tokens) AS macs_per_token\n    FROM op_time GROUP BY point_id, phase),\nconfig_work AS (\n    SELECT p.run_id, p.config_id, w.phase, max(w.bytes_per_token) AS bytes_per_token, max(w.macs_per_token) AS macs_per_token, max(s.reason) AS reason\n    FROM work w JOIN point p USING (point_id) JOIN v_working_sets s ON s.point_id = w.point_id AND s.phase = w.phase\n    GROUP BY p.run_id, p.config_id, w.phase)\nSELECT l.run_id, l.config_id, c.workload, c.series, c.kernel, c.threads, l.phase, l.median_ns, l.tokens_per_s,\n       w.bytes_per_token, w.macs_per_token, w.bytes_per_token * l.tokens_per_s AS bytes_per_s,\n       w.macs_per_token * l.tokens_per_s AS macs_per_s, rb.value AS read_bytes_per_s, rm.value AS int8_macs_per_s,\n       CASE WHEN w.reason IS NULL THEN w.bytes_per_token * l.tokens_per_s / rb.value END AS bandwidth_share,\n       w.macs_per_token * l.tokens_per_s / rm.value AS int8_peak_share, CASE WHEN rb.value IS NOT NULL THEN w.reason END AS bandwidth_reason\nFROM config_work w JOIN v_latency l USING (run_id, config_id, phase) JOIN v_configs c USING (config_id)\nLEFT JOIN roofline rb ON rb.run_id = l.run_id AND rb.threads = c.threads AND rb.name = ''read_bytes_per_s''\nLEFT JOIN roofline rm ON rm.run_id = l.run_id AND rm.threads = c.threads AND rm.name = ''int8_macs_per_s'';\n\n-- Fingerprints of a run (kind machine, build) and of its models; value NULL comes with the reason. A difference in a field\n-- with identity 1 makes two runs incomparable (machine, model).\nCREATE VIEW v_fingerprints AS\nSELECT r.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity\nFROM run r JOIN fingerprint f ON f.fingerprint_id IN (r.machine_id, r.build_id) JOIN fingerprint_field x USING (fingerprint_id)\nUNION ALL\nSELECT DISTINCT p.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity\nFROM point p JOIN config c USING (config_id) JOIN fingerprint f ON f.fingerprint_id = c.model_id\nJOIN fingerprint_field x USING (fingerprint_id);\n\n-- Load, steal, frequency, ... before and after each point.\nCREATE VIEW v_moments AS\nSELECT p.run_id, m.point_id, m.at, m.name, m.value, m.reason FROM moment m JOIN point p USING (point_id);\n\n-- One row per (series, run): what a history plot or a change-point search walks over. Order by started_at within `track`.\nCREATE VIEW v_history AS\nSELECT c.config_id || '' '' || l.phase || '' '' || coalesce(r.machine_id, 0) AS track, r.machine_id, r.machine, c.model,\n       c.model_id, c.workload, c.series, c.kernel, c.threads, c.options, c.config_id, l.phase, r.run_id, r.started_at,\n       r.commit_id, l.n, l.median_ns, l.p25_ns, l.p75_ns, l.tokens_per_s\nFROM v_latency l JOIN v_runs r USING (run_id) JOIN v_configs c USING (config_id);\n\n-- Changes of v_history that somebody has acknowledged, up to `ratio` (time after / before).\nCREATE VIEW v_acknowledgements AS\nSELECT a.run_id, a.config_id, a.phase, r.machine_id, r.started_at, r.commit_id, a.ratio, a.why, a.acknowledged_at\nFROM acknowledgement a JOIN v_runs r USING (run_id);\n\nCREATE VIEW v_scores AS\nSELECT s.run_id, s.model_id, m.model, s.config, s.task, s.version, s.metric, s.value, s.stderr, s.n_items,\n       s.n_shots, s.reason\nFROM score s JOIN v_models m USING (model_id);\n\n-- Of each score and stress test the one of the latest run by start time.\nCREATE VIEW v_latest_scores AS\nSELECT s.* FROM v_scores s WHERE s.run_id = (\n    SELECT t.run_id FROM score t JOIN run r USING (run_id)\n    WHERE t.model_id = s.model_id AND t.task = s.task AND t.metric = s.metric AND t.config = s.config\n    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);\n\nCREATE VIEW v_score_items AS\nSELECT s.run_id, s.model_id, m.model, s.config, s.task, s.item, s.gold, s.ll\nFROM score_item s JOIN v_models m USING (model_id);\n\nCREATE VIEW v_stress AS\nSELECT s.run_id, s.model_id, m.model, s.test, s.verdict, s.value, s.threshold, s.seconds, s.reason\nFROM stress s JOIN v_models m USING (model_id);\n\nCREATE VIEW v_latest_stress AS\nSELECT s.* FROM v_stress s WHERE s.run_id = (\n    SELECT t.run_id FROM stress t JOIN run r USING (run_id) WHERE t.model_id = s.model_id AND t.test = s.test\n    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);\n\n-- How a plan chose its configurations, from the line of its text that says so.\nCREATE VIEW v_plans AS\nSELECT run_id, plan, CASE WHEN instr(char(10) || plan_text, char(10) || ''mode: one_at_a_time'') THEN ''one_at_a_time''\n           WHEN instr(char(10) || plan_text, char(10) || ''mode: leave_one_out'') THEN ''leave_one_out''\n           WHEN instr(char(10) || plan_text, char(10) || ''mode: pairwise'') THEN ''pairwise'' ELSE ''cartesian'' END AS mode\nFROM run;\n\n-- What a choice of options does, as computed at the end of its sweep (bitnet-bench options).\nCREATE VIEW v_option_effects AS\nSELECT e.run_id, e.model_id, m.model, e.setting, e.choice, e.base, e.place, e.exact, e.decode, e.decode_low, e.decode_high, e.prefill, e.prefill_low, e.prefill_high, e.memory, e.sequence, e.kl,\n       e.perplexity, e.perplexity_low, e.perplexity_high, e.accuracy, e.accuracy_low, e.accuracy_high, e.n_items, e.verdict, e.reason, e.claims, e.rule\nFROM option_effect e JOIN v_models m USING (model_id);\n\n-- Every gate and every self-test of it, with its result as JSON: json_each(result, ''$.time'') are its workloads with their pairs.\nCREATE VIEW v_gates AS\nSELECT g.run_id, g.kind, r.started_at, r.host, r.command, r.machine_id, g.model_id, m.model, b.label AS base, h.label AS head, g.setting,\n       g.verdict, g.allowed, g.result\nFROM gate g JOIN run r USING (run_id) JOIN v_models m USING (model_id) JOIN fingerprint b ON b.fingerprint_id = g.base_id\nLEFT JOIN fingerprint h ON h.fingerprint_id = r.build_id;\n\n-- Every published value that was looked at (bitnet-bench claims), with what was found. `whole`: of all values of the claim together;\n-- evidence_id, evidence_commit: the sweep that measured it and the commit of its worker.\nCREATE VIEW v_claims AS\nSELECT k.run_id, r.machine_id, r.machine, r.host, r.started_at, r.commit_id, k.claim, k.value, k.place, k.statement, k.source, k.found_in,\n       k.provenance, k.environment, k.in_table, k.in_row, k.in_column, k.unit, k.published, k.accept_low, k.accept_high, k.measured, k.low, k.high,\n       k.n, k.verdict, k.whole, k.reason, k.evidence_id, e.commit_id AS evidence_commit\nFROM claim k JOIN v_runs r USING (run_id) LEFT JOIN v_runs e ON e.run_id = k.evidence_id;\n\n-- Of each claim and machine the latest: a claim has a verdict per CPU.\nCREATE VIEW v_latest_claims AS\nSELECT c.* FROM v_claims c WHERE c.run_id = (\n    SELECT k.run_id FROM claim k JOIN run r USING (run_id) WHERE k.claim = c.claim AND r.machine_id IS c.machine_id\n    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);\n','\n',char(10)));
CREATE TABLE fingerprint (
    fingerprint_id INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL CHECK (kind IN ('machine', 'build', 'model')),
    hash  TEXT NOT NULL,
    label TEXT NOT NULL,
    seal  INTEGER,
    UNIQUE (kind, hash)
) STRICT;
INSERT INTO fingerprint VALUES(1,'model','fnv1a64x8:07b652b6701f69c6','tiny.gguf',3931885604);
INSERT INTO fingerprint VALUES(2,'machine','fnv1a64:1363b09c421d1dae','Intel(R) Xeon(R) Processor, 2 cores',2843892029);
INSERT INTO fingerprint VALUES(3,'build','fnv1a64:563e3c148b38a49b','bitnet 0 fake',2632266147);
INSERT INTO fingerprint VALUES(4,'model','fnv1a64x8:b1eecf5682533c53','m.gguf',1231426324);
INSERT INTO fingerprint VALUES(5,'build','fnv1a64:ef891bc7c5bbc798','bitnet 0.1.0 7644cf86ff65',888629235);
INSERT INTO fingerprint VALUES(6,'machine','fnv1a64:60e28c5e4d3e39d5','AMD EPYC, 2 cores',1614924567);
INSERT INTO fingerprint VALUES(7,'build','fnv1a64:f8d3285c5d85ea20','bitnet-serve 0.1.0 3e184b9d3841',2110004605);
INSERT INTO fingerprint VALUES(8,'model','fnv1a64:6010ba864012765d','b158.gguf',2906721117);
CREATE TABLE fingerprint_field (
    fingerprint_id INTEGER NOT NULL REFERENCES fingerprint ON DELETE CASCADE,
    name   TEXT NOT NULL,
    value  TEXT,
    reason TEXT,
    identity INTEGER NOT NULL DEFAULT 1 CHECK (identity IN (0, 1)), -- 1: a difference forbids a comparison
    PRIMARY KEY (fingerprint_id, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO fingerprint_field VALUES(1,'content_hash','fnv1a64x8:07b652b6701f69c6',NULL,1);
INSERT INTO fingerprint_field VALUES(1,'file','tiny.gguf',NULL,0);
INSERT INTO fingerprint_field VALUES(1,'file_bytes','8',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'affinity','0-1',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'arch','x86_64',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'aslr','2',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'boost',NULL,'/sys/devices/system/cpu/cpufreq/boost: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(2,'clocksource','tsc',NULL,0);
INSERT INTO fingerprint_field VALUES(2,'cores','2',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpu_family','6',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpu_flags','fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid tsc_known_freq pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch cpuid_fault ssbd ibrs ibpb stibp ibrs_enhanced fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap avx512ifma clflushopt clwb avx512cd sha_ni avx512bw avx512vl xsaveopt xsavec xgetbv1 xsaves avx_vnni avx512_bf16 wbnoinvd arat avx512vbmi umip pku ospke avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid bus_lock_detect cldemote movdiri movdir64b fsrm md_clear serialize tsxldtrk ibt amx_bf16 avx512_fp16 amx_tile amx_int8 flush_l1d arch_capabilities',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpu_model','Intel(R) Xeon(R) Processor',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpu_model_number','207',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpu_stepping','2',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'cpus_usable','2',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'governor',NULL,'/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(2,'hypervisor',NULL,'/sys/hypervisor/type: No such file or directory',0);
INSERT INTO fingerprint_field VALUES(2,'kernel','6.18.44-fc-v657',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'l1d_bytes','49152',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'l2_bytes','2097152',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'l3_bytes','314572800',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'memory_gib','24',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'microcode','0x1',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'no_turbo',NULL,'/sys/devices/system/cpu/intel_pstate/no_turbo: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(2,'numa_nodes','1',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'packages','1',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'page_bytes','4096',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'perf_event_paranoid','2',NULL,0);
INSERT INTO fingerprint_field VALUES(2,'smt','notsupported',NULL,1);
INSERT INTO fingerprint_field VALUES(2,'transparent_hugepage','always [madvise] never',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'binary_bytes','1720',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'binary_hash','fnv1a64x8:d1b4da0d3ab6d417',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'commit','fake',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'compiler','none',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'engine','bitnet',NULL,1);
INSERT INTO fingerprint_field VALUES(3,'version','0',NULL,1);
INSERT INTO fingerprint_field VALUES(4,'content_hash','fnv1a64x8:b1eecf5682533c53',NULL,1);
INSERT INTO fingerprint_field VALUES(4,'file','m.gguf',NULL,0);
INSERT INTO fingerprint_field VALUES(4,'file_bytes','3854400',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'binary_bytes','2816208',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'binary_hash','fnv1a64x8:4d68226953cb30ae',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'commit','7644cf86ff65',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'compiler','gcc 12.2.0 -O0',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'engine','bitnet',NULL,1);
INSERT INTO fingerprint_field VALUES(5,'version','0.1.0',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'affinity','0-1',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'arch','x86_64',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'aslr','2',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'boost',NULL,'/sys/devices/system/cpu/cpufreq/boost: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(6,'clocksource','tsc',NULL,0);
INSERT INTO fingerprint_field VALUES(6,'cores','2',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpu_family','25',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpu_flags','fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid extd_apicid tsc_known_freq pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm cmp_legacy cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw topoext vmmcall fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap clflushopt clwb sha_ni xsaveopt xsavec xgetbv1 xsaves clzero xsaveerptr arat umip vaes vpclmulqdq rdpid fsrm',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpu_model','AMD EPYC',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpu_model_number','1',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpu_stepping','1',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'cpus_usable','2',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'governor',NULL,'/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(6,'hypervisor',NULL,'/sys/hypervisor/type: No such file or directory',0);
INSERT INTO fingerprint_field VALUES(6,'kernel','6.18.44-fc-v595',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'l1d_bytes','32768',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'l2_bytes','524288',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'l3_bytes','33554432',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'memory_gib','24',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'microcode','0x1000065',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'no_turbo',NULL,'/sys/devices/system/cpu/intel_pstate/no_turbo: No such file or directory',1);
INSERT INTO fingerprint_field VALUES(6,'numa_nodes','1',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'packages','1',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'page_bytes','4096',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'perf_event_paranoid','2',NULL,0);
INSERT INTO fingerprint_field VALUES(6,'smt','notsupported',NULL,1);
INSERT INTO fingerprint_field VALUES(6,'transparent_hugepage','always [madvise] never',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'binary_bytes','1689672',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'binary_hash','fnv1a64x8:f523b9175ac68cdf',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'commit','3e184b9d3841',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'compiler','gcc 12.2.0 -O3',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'engine','bitnet-serve',NULL,1);
INSERT INTO fingerprint_field VALUES(7,'version','0.1.0',NULL,1);
INSERT INTO fingerprint_field VALUES(8,'content_hash',NULL,'import opens no file that results name; --model does',0);
INSERT INTO fingerprint_field VALUES(8,'file','b158.gguf',NULL,1);
INSERT INTO fingerprint_field VALUES(8,'folder',NULL,'the results name no folder',1);
CREATE TABLE run (
    run_id      INTEGER PRIMARY KEY,
    uid         TEXT NOT NULL UNIQUE,
    identity    TEXT NOT NULL,
    source      TEXT NOT NULL,              -- 'sweep', 'gate', 'llama-bench', 'google-benchmark', 'lm-eval', 'bitnet-eval'
    plan        TEXT NOT NULL,
    plan_text   TEXT NOT NULL,
    seed        INTEGER NOT NULL,
    command     TEXT NOT NULL,
    host        TEXT NOT NULL,
    machine_id  INTEGER REFERENCES fingerprint,
    build_id    INTEGER REFERENCES fingerprint,
    started_at  TEXT NOT NULL,              -- '2026-11-25T17:30:04.000Z': in order as text
    finished_at TEXT,                       -- NULL: not all points are done
    seal        INTEGER
) STRICT;
INSERT INTO run VALUES(1,'2e9dd13b6ba0a2ad48c56f433052ef55','sweep fnv1a64x8:12a884a7d41cda26 rounds=2 repetitions=2 seed=0 budget=0 counters=auto machine=fnv1a64:1363b09c421d1dae bitnet=fnv1a64:563e3c148b38a49b short model=fnv1a64x8:07b652b6701f69c6','sweep','old',replace('name: old\nmodels: [{path: tiny.gguf}]\nworkloads: [{name: short, fill: 2, prefill: 4, decode: 3}]\nengines: [bitnet, other]\nkernels: [avx2, fails, skips]\nthreads: [1]\noptions: [{name: kv_type, values: [f16, q8_0]}]\nrounds: 2\nrepetitions: 2\ncounters: true\n','\n',char(10)),0,'sweep plan.yaml --db v5.db --worker ./measurer --no-lock','host',2,3,'2026-11-29T09:37:05.008Z','2026-11-29T09:37:05.677Z',4096893375);
INSERT INTO run VALUES(2,'fe3a87acc50cdbfef592e25cef129cf5','bitnet-bench import --format bitnet-eval fnv1a64x8:f3ddbfde52a95879 #0','bitnet-eval','import','',0,'bitnet-bench import --format bitnet-eval fnv1a64x8:f3ddbfde52a95879','host',NULL,NULL,'2026-11-29T09:37:05.841Z','2026-11-29T09:37:05.841Z',2825626398);
INSERT INTO run VALUES(3,'60dc82771fa641bcb78062043730c36e','bitnet-bench import --format bitnet-eval fnv1a64x8:8f1758a875ed04c1 #0','bitnet-eval','import','',0,'bitnet-bench import --format bitnet-eval fnv1a64x8:8f1758a875ed04c1','host',NULL,NULL,'2026-11-29T09:37:06.001Z','2026-11-29T09:37:06.002Z',893349854);
INSERT INTO run VALUES(4,'c91e3c8b779702a82917e8fe614bec41','bitnet-bench import --format bitnet-eval fnv1a64x8:205c0ba28bda957c #0','bitnet-eval','import','',0,'bitnet-bench import --format bitnet-eval fnv1a64x8:205c0ba28bda957c','host',NULL,NULL,'2026-11-29T09:37:06.168Z','2026-11-29T09:37:06.168Z',2344198007);
INSERT INTO run VALUES(5,'9b714f7eb90ccbad9e49dfbfcea4d4e7','sweep fnv1a64x8:617bbb15ec7da23f rounds=4 repetitions=2 seed=0 budget=0 counters=auto machine=fnv1a64:1363b09c421d1dae bitnet=fnv1a64:563e3c148b38a49b short model=fnv1a64x8:07b652b6701f69c6','sweep','unfinished',replace('name: unfinished\nmodels: [{path: tiny.gguf}]\nworkloads: [{name: short, fill: 2, prefill: 4, decode: 3}]\nengines: [bitnet, other]\nkernels: [avx2, hang]\nthreads: [1]\noptions: [{name: kv_type, values: [f16, q8_0]}]\nrounds: 4\nrepetitions: 2\ncounters: true\n','\n',char(10)),0,'sweep plan2.yaml --db v5.db --worker ./measurer --no-lock','host',2,3,'2026-11-29T09:37:06.366Z',NULL,2183659641);
INSERT INTO run VALUES(6,'3d03d161429772e041da95da217171fb','gate at 1795968082.473381602 by process 17582','gate','gate','kernel=auto threads=1',1795968074,'bitnet-bench gate --base ./worker-a --head ./worker-b --model m.gguf --db v7.db --no-lock --budget 3 --instructions off --seed 1795968074','vm',2,5,'2026-11-29T16:01:22.473Z','2026-11-29T16:01:22.473Z',285590668);
INSERT INTO run VALUES(7,'f1611633c976767fa1c3bccb909de5b9','load at 1796020951.671307599 by process 4935','load','2 clients','ignore_eos=1 output=4 prompt=uniform:8,32 requests=3 seed=0 temperature=0 timeout=120 warmup=1',0,'load --model b158-i2_s.gguf --requests 3 --concurrency 2 --warmup 1 --output 4 --db /tmp/v9.db','vm',6,7,'2026-11-30T06:42:31.671Z','2026-11-30T06:42:31.678Z',437267163);
INSERT INTO run VALUES(8,'2dbcf7d96a37206f2c5f24df1cf70cff','bitnet-bench import --format bitnet-eval fnv1a64x8:2e8ed7173f3e2982 #0','bitnet-eval','import','',0,'bitnet-bench import --format bitnet-eval fnv1a64x8:2e8ed7173f3e2982','vm',NULL,NULL,'2026-11-30T11:14:19.177Z','2026-11-30T11:14:19.177Z',3054186349);
CREATE TABLE config (
    config_id      INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    engine         TEXT NOT NULL,           -- 'bitnet', or the name of an external engine
    model_id       INTEGER REFERENCES fingerprint,
    workload       TEXT NOT NULL,
    fill_tokens    INTEGER NOT NULL,        -- context before the clock starts
    prefill_tokens INTEGER NOT NULL,
    decode_tokens  INTEGER NOT NULL,
    kernel         TEXT NOT NULL,
    threads        INTEGER NOT NULL,
    options        TEXT NOT NULL,           -- 'name=value name=value', sorted; the rows are in config_option
    seal           INTEGER
) STRICT;
INSERT INTO config VALUES(1,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|avx2|1|kv_type=f16','bitnet',1,'short',2,4,3,'avx2',1,'kv_type=f16',450910964);
INSERT INTO config VALUES(2,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|avx2|1|kv_type=q8_0','bitnet',1,'short',2,4,3,'avx2',1,'kv_type=q8_0',2980973771);
INSERT INTO config VALUES(3,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|fails|1|kv_type=f16','bitnet',1,'short',2,4,3,'fails',1,'kv_type=f16',1966504401);
INSERT INTO config VALUES(4,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|fails|1|kv_type=q8_0','bitnet',1,'short',2,4,3,'fails',1,'kv_type=q8_0',8499858);
INSERT INTO config VALUES(5,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|skips|1|kv_type=f16','bitnet',1,'short',2,4,3,'skips',1,'kv_type=f16',1123824880);
INSERT INTO config VALUES(6,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|skips|1|kv_type=q8_0','bitnet',1,'short',2,4,3,'skips',1,'kv_type=q8_0',43635292);
INSERT INTO config VALUES(7,'other|fnv1a64x8:07b652b6701f69c6|short|2|4|3|own|1|','other',1,'short',2,4,3,'own',1,'',480974350);
INSERT INTO config VALUES(8,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|hang|1|kv_type=f16','bitnet',1,'short',2,4,3,'hang',1,'kv_type=f16',1595575867);
INSERT INTO config VALUES(9,'bitnet|fnv1a64x8:07b652b6701f69c6|short|2|4|3|hang|1|kv_type=q8_0','bitnet',1,'short',2,4,3,'hang',1,'kv_type=q8_0',383326731);
INSERT INTO config VALUES(10,'bitnet-serve|fnv1a64x8:b1eecf5682533c53|2 clients|0|0|0|auto|0|ignore_eos=1 output=4 prompt=uniform:8,32 requests=3 seed=0 temperature=0 timeout=120 warmup=1','bitnet-serve',4,'2 clients',0,0,0,'auto',0,'ignore_eos=1 output=4 prompt=uniform:8,32 requests=3 seed=0 temperature=0 timeout=120 warmup=1',692395341);
CREATE TABLE config_option (
    config_id INTEGER NOT NULL REFERENCES config ON DELETE CASCADE,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,                    -- what the worker was given
    reason TEXT,                            -- why it is not what the plan asked for; NULL: it is
    PRIMARY KEY (config_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO config_option VALUES(1,'kv_type','f16',NULL);
INSERT INTO config_option VALUES(2,'kv_type','q8_0',NULL);
INSERT INTO config_option VALUES(3,'kv_type','f16',NULL);
INSERT INTO config_option VALUES(4,'kv_type','q8_0',NULL);
INSERT INTO config_option VALUES(5,'kv_type','f16',NULL);
INSERT INTO config_option VALUES(6,'kv_type','q8_0',NULL);
INSERT INTO config_option VALUES(8,'kv_type','f16',NULL);
INSERT INTO config_option VALUES(9,'kv_type','q8_0',NULL);
INSERT INTO config_option VALUES(10,'ignore_eos','1',NULL);
INSERT INTO config_option VALUES(10,'output','4',NULL);
INSERT INTO config_option VALUES(10,'prompt','uniform:8,32',NULL);
INSERT INTO config_option VALUES(10,'requests','3',NULL);
INSERT INTO config_option VALUES(10,'seed','0',NULL);
INSERT INTO config_option VALUES(10,'temperature','0',NULL);
INSERT INTO config_option VALUES(10,'timeout','120',NULL);
INSERT INTO config_option VALUES(10,'warmup','1',NULL);
CREATE TABLE point (
    point_id  INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,             -- place in the shuffled, interleaved order
    round     INTEGER NOT NULL,             -- each config appears once a round
    config_id INTEGER NOT NULL REFERENCES config,
    build_id  INTEGER REFERENCES fingerprint,
    state     TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'claimed', 'finished', 'failed', 'skipped')),
    owner     TEXT,                         -- who claimed it: boot id, pid and start time of the process
    lease_until INTEGER,                    -- seconds since 1970: after this the claim is void
    attempts  INTEGER NOT NULL DEFAULT 0,
    reason    TEXT,                         -- why it failed or was skipped: one sentence
    signal    INTEGER,                      -- the signal that ended the worker
    exit_code INTEGER,
    stderr_tail TEXT,
    hash      TEXT,                         -- of all logits computed in the timed passes
    kernels_used   TEXT,
    peak_rss_bytes INTEGER,
    started_at  TEXT,
    seconds     REAL,
    seal        INTEGER,
    UNIQUE (run_id, ordinal),
    UNIQUE (run_id, config_id, round),
    CHECK (state NOT IN ('failed', 'skipped') OR reason IS NOT NULL)
) STRICT;
INSERT INTO point VALUES(1,1,0,0,6,3,'skipped',NULL,NULL,1,'This CPU has no cheese.',NULL,77,replace('This CPU has no cheese.\n','\n',char(10)),NULL,NULL,3248128,'2026-11-29T09:37:05.010Z',0.023636334999537211842,207614780);
INSERT INTO point VALUES(2,1,1,0,4,3,'failed',NULL,NULL,1,'The weights are made of cheese.',NULL,1,replace('first line\nThe weights are made of cheese.\n','\n',char(10)),NULL,NULL,3051520,'2026-11-29T09:37:05.058Z',0.034805457999937061686,2026609262);
INSERT INTO point VALUES(3,1,2,0,5,3,'skipped',NULL,NULL,1,'This CPU has no cheese.',NULL,77,replace('This CPU has no cheese.\n','\n',char(10)),NULL,NULL,3227648,'2026-11-29T09:37:05.111Z',0.02549948400064749876,3358351749);
INSERT INTO point VALUES(4,1,3,0,1,3,'finished',NULL,NULL,1,NULL,NULL,0,NULL,'0123456789abcdef',NULL,1048576,'2026-11-29T09:37:05.169Z',0.039329812000687525141,3547546546);
INSERT INTO point VALUES(5,1,4,0,2,3,'finished',NULL,NULL,1,NULL,NULL,0,NULL,'0123456789abcdef',NULL,1048576,'2026-11-29T09:37:05.225Z',0.027777958000115177128,562828788);
INSERT INTO point VALUES(6,1,5,0,7,NULL,'skipped',NULL,NULL,1,'No program was named for this engine; add --engine other=PATH.',NULL,0,NULL,NULL,NULL,NULL,NULL,0.0,3525828215);
INSERT INTO point VALUES(7,1,6,0,3,3,'failed',NULL,NULL,1,'The weights are made of cheese.',NULL,1,replace('first line\nThe weights are made of cheese.\n','\n',char(10)),NULL,NULL,3223552,'2026-11-29T09:37:05.327Z',0.026095336000253155361,1106147896);
INSERT INTO point VALUES(8,1,7,1,5,3,'skipped',NULL,NULL,1,'This CPU has no cheese.',NULL,77,replace('This CPU has no cheese.\n','\n',char(10)),NULL,NULL,3223552,'2026-11-29T09:37:05.365Z',0.011098413000581786036,955595935);
INSERT INTO point VALUES(9,1,8,1,3,3,'failed',NULL,NULL,1,'The weights are made of cheese.',NULL,1,replace('first line\nThe weights are made of cheese.\n','\n',char(10)),NULL,NULL,3190784,'2026-11-29T09:37:05.409Z',0.031715662000351585447,634504029);
INSERT INTO point VALUES(10,1,9,1,4,3,'failed',NULL,NULL,1,'The weights are made of cheese.',NULL,1,replace('first line\nThe weights are made of cheese.\n','\n',char(10)),NULL,NULL,3305472,'2026-11-29T09:37:05.452Z',0.020089745999939623288,2319134789);
INSERT INTO point VALUES(11,1,10,1,1,3,'finished',NULL,NULL,1,NULL,NULL,0,NULL,'0123456789abcdef',NULL,1048576,'2026-11-29T09:37:05.495Z',0.047891623999930743593,2553433991);
INSERT INTO point VALUES(12,1,11,1,2,3,'finished',NULL,NULL,1,NULL,NULL,0,NULL,'0123456789abcdef',NULL,1048576,'2026-11-29T09:37:05.573Z',0.012343041999884007964,4034772128);
INSERT INTO point VALUES(13,1,12,1,6,3,'skipped',NULL,NULL,1,'This CPU has no cheese.',NULL,77,replace('This CPU has no cheese.\n','\n',char(10)),NULL,NULL,3305472,'2026-11-29T09:37:05.605Z',0.027849561000039102509,2230955711);
INSERT INTO point VALUES(14,1,13,1,7,NULL,'skipped',NULL,NULL,1,'No program was named for this engine; add --engine other=PATH.',NULL,0,NULL,NULL,NULL,NULL,NULL,0.0,1459102570);
INSERT INTO point VALUES(15,5,0,0,8,NULL,'claimed','beeffe28-f5cd-4b8f-a385-4929bcee71b2:8079:693083',1795945206,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(16,5,1,0,1,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(17,5,2,0,9,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(18,5,3,0,7,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(19,5,4,0,2,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(20,5,5,1,9,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(21,5,6,1,2,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(22,5,7,1,7,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(23,5,8,1,1,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(24,5,9,1,8,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(25,5,10,2,7,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(26,5,11,2,8,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(27,5,12,2,9,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(28,5,13,2,1,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(29,5,14,2,2,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(30,5,15,3,2,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(31,5,16,3,8,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(32,5,17,3,9,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(33,5,18,3,7,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(34,5,19,3,1,NULL,'planned',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO point VALUES(35,7,0,0,10,NULL,'finished',NULL,NULL,1,NULL,NULL,0,NULL,'02c76edacf86255b',NULL,21737472,'2026-11-30T06:42:31.402Z',0.097221259999969333875,446400305);
CREATE TABLE op_time (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    phase  TEXT NOT NULL,
    layer  INTEGER NOT NULL,                -- -1: embedding and head
    op     TEXT NOT NULL,
    thread INTEGER NOT NULL,
    calls  INTEGER NOT NULL,
    ns     INTEGER NOT NULL,
    weight_bytes INTEGER NOT NULL,
    kv_bytes     INTEGER NOT NULL,
    macs         INTEGER NOT NULL,
    n_tokens     INTEGER NOT NULL,          -- tokens the row covers
    PRIMARY KEY (point_id, phase, layer, op, thread)
) STRICT, WITHOUT ROWID;
CREATE TABLE moment (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    at     TEXT NOT NULL CHECK (at IN ('before', 'after')),
    name   TEXT NOT NULL,
    value  REAL,
    reason TEXT,
    PRIMARY KEY (point_id, at, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO moment VALUES(1,'after','busy_s',3701.4200000000000727,NULL);
INSERT INTO moment VALUES(1,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(1,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(1,'after','memory_available_mib',20138.546875,NULL);
INSERT INTO moment VALUES(1,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(1,'after','runnable_tasks',15.0,NULL);
INSERT INTO moment VALUES(1,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(1,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(1,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(1,'before','busy_s',3701.380000000000109,NULL);
INSERT INTO moment VALUES(1,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(1,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(1,'before','memory_available_mib',20138.4296875,NULL);
INSERT INTO moment VALUES(1,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(1,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(1,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(1,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(1,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(2,'after','busy_s',3701.5500000000001819,NULL);
INSERT INTO moment VALUES(2,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(2,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(2,'after','memory_available_mib',20136.878906249999999,NULL);
INSERT INTO moment VALUES(2,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(2,'after','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(2,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(2,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(2,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(2,'before','busy_s',3701.4800000000000182,NULL);
INSERT INTO moment VALUES(2,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(2,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(2,'before','memory_available_mib',20138.691406249999999,NULL);
INSERT INTO moment VALUES(2,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(2,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(2,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(2,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(2,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(3,'after','busy_s',3701.630000000000109,NULL);
INSERT INTO moment VALUES(3,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(3,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(3,'after','memory_available_mib',20137.003906249999998,NULL);
INSERT INTO moment VALUES(3,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(3,'after','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(3,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(3,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(3,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(3,'before','busy_s',3701.5700000000001637,NULL);
INSERT INTO moment VALUES(3,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(3,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(3,'before','memory_available_mib',20136.878906249999999,NULL);
INSERT INTO moment VALUES(3,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(3,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(3,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(3,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(3,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(4,'after','busy_s',3701.7699999999999819,NULL);
INSERT INTO moment VALUES(4,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(4,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(4,'after','memory_available_mib',20139.003906249999999,NULL);
INSERT INTO moment VALUES(4,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(4,'after','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(4,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(4,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(4,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(4,'before','busy_s',3701.6900000000000545,NULL);
INSERT INTO moment VALUES(4,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(4,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(4,'before','memory_available_mib',20139.0,NULL);
INSERT INTO moment VALUES(4,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(4,'before','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(4,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(4,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(4,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(5,'after','busy_s',3701.8699999999998908,NULL);
INSERT INTO moment VALUES(5,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(5,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(5,'after','memory_available_mib',20139.16015625,NULL);
INSERT INTO moment VALUES(5,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(5,'after','runnable_tasks',18.0,NULL);
INSERT INTO moment VALUES(5,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(5,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(5,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(5,'before','busy_s',3701.8099999999999453,NULL);
INSERT INTO moment VALUES(5,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(5,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(5,'before','memory_available_mib',20139.003906249999999,NULL);
INSERT INTO moment VALUES(5,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(5,'before','runnable_tasks',18.0,NULL);
INSERT INTO moment VALUES(5,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(5,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(5,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(7,'after','busy_s',3702.0700000000001637,NULL);
INSERT INTO moment VALUES(7,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(7,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(7,'after','memory_available_mib',20146.074218749999999,NULL);
INSERT INTO moment VALUES(7,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(7,'after','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(7,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(7,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(7,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(7,'before','busy_s',3702.0100000000002182,NULL);
INSERT INTO moment VALUES(7,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(7,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(7,'before','memory_available_mib',20147.0859375,NULL);
INSERT INTO moment VALUES(7,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(7,'before','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(7,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(7,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(7,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(8,'after','busy_s',3702.1100000000001272,NULL);
INSERT INTO moment VALUES(8,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(8,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(8,'after','memory_available_mib',20146.093749999999999,NULL);
INSERT INTO moment VALUES(8,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(8,'after','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(8,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(8,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(8,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(8,'before','busy_s',3702.0900000000001456,NULL);
INSERT INTO moment VALUES(8,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(8,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(8,'before','memory_available_mib',20146.093749999999999,NULL);
INSERT INTO moment VALUES(8,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(8,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(8,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(8,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(8,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(9,'after','busy_s',3702.2300000000000182,NULL);
INSERT INTO moment VALUES(9,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(9,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(9,'after','memory_available_mib',20146.425781249999999,NULL);
INSERT INTO moment VALUES(9,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(9,'after','runnable_tasks',15.0,NULL);
INSERT INTO moment VALUES(9,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(9,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(9,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(9,'before','busy_s',3702.1700000000000727,NULL);
INSERT INTO moment VALUES(9,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(9,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(9,'before','memory_available_mib',20146.277343749999998,NULL);
INSERT INTO moment VALUES(9,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(9,'before','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(9,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(9,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(9,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(10,'after','busy_s',3702.3099999999999453,NULL);
INSERT INTO moment VALUES(10,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(10,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(10,'after','memory_available_mib',20146.28125,NULL);
INSERT INTO moment VALUES(10,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(10,'after','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(10,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(10,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(10,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(10,'before','busy_s',3702.2600000000002182,NULL);
INSERT INTO moment VALUES(10,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(10,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(10,'before','memory_available_mib',20146.570312499999999,NULL);
INSERT INTO moment VALUES(10,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(10,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(10,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(10,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(10,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(11,'after','busy_s',3702.449999999999818,NULL);
INSERT INTO moment VALUES(11,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(11,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(11,'after','memory_available_mib',20145.92578125,NULL);
INSERT INTO moment VALUES(11,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(11,'after','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(11,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(11,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(11,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(11,'before','busy_s',3702.349999999999909,NULL);
INSERT INTO moment VALUES(11,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(11,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(11,'before','memory_available_mib',20146.132812499999999,NULL);
INSERT INTO moment VALUES(11,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(11,'before','runnable_tasks',17.0,NULL);
INSERT INTO moment VALUES(11,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(11,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(11,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(12,'after','busy_s',3702.5300000000002001,NULL);
INSERT INTO moment VALUES(12,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(12,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(12,'after','memory_available_mib',20145.92578125,NULL);
INSERT INTO moment VALUES(12,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(12,'after','runnable_tasks',15.0,NULL);
INSERT INTO moment VALUES(12,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(12,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(12,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(12,'before','busy_s',3702.5100000000002182,NULL);
INSERT INTO moment VALUES(12,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(12,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(12,'before','memory_available_mib',20145.92578125,NULL);
INSERT INTO moment VALUES(12,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(12,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(12,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(12,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(12,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(13,'after','busy_s',3702.6199999999998909,NULL);
INSERT INTO moment VALUES(13,'after','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(13,'after','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(13,'after','memory_available_mib',20145.957031249999999,NULL);
INSERT INTO moment VALUES(13,'after','nice',0.0,NULL);
INSERT INTO moment VALUES(13,'after','runnable_tasks',20.0,NULL);
INSERT INTO moment VALUES(13,'after','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(13,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(13,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(13,'before','busy_s',3702.5700000000001637,NULL);
INSERT INTO moment VALUES(13,'before','cpu0_mhz',2100.0,NULL);
INSERT INTO moment VALUES(13,'before','load_1min',17.80000000000000071,NULL);
INSERT INTO moment VALUES(13,'before','memory_available_mib',20145.90625,NULL);
INSERT INTO moment VALUES(13,'before','nice',0.0,NULL);
INSERT INTO moment VALUES(13,'before','runnable_tasks',16.0,NULL);
INSERT INTO moment VALUES(13,'before','steal_s',6.2099999999999999644,NULL);
INSERT INTO moment VALUES(13,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(13,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(35,'after','busy_s',4430.449999999999818,NULL);
INSERT INTO moment VALUES(35,'after','cpu0_mhz',2445.431999999999789,NULL);
INSERT INTO moment VALUES(35,'after','load_1min',5.7699999999999995736,NULL);
INSERT INTO moment VALUES(35,'after','memory_available_mib',23213.4765625,NULL);
INSERT INTO moment VALUES(35,'after','nice',15.0,NULL);
INSERT INTO moment VALUES(35,'after','runnable_tasks',6.0,NULL);
INSERT INTO moment VALUES(35,'after','steal_s',19.920000000000001705,NULL);
INSERT INTO moment VALUES(35,'after','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(35,'after','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
INSERT INTO moment VALUES(35,'before','busy_s',4430.2600000000002182,NULL);
INSERT INTO moment VALUES(35,'before','cpu0_mhz',2445.431999999999789,NULL);
INSERT INTO moment VALUES(35,'before','load_1min',5.7699999999999995736,NULL);
INSERT INTO moment VALUES(35,'before','memory_available_mib',23230.363281249999999,NULL);
INSERT INTO moment VALUES(35,'before','nice',15.0,NULL);
INSERT INTO moment VALUES(35,'before','runnable_tasks',6.0,NULL);
INSERT INTO moment VALUES(35,'before','steal_s',19.920000000000001705,NULL);
INSERT INTO moment VALUES(35,'before','temperature_c',NULL,'there is no thermal zone');
INSERT INTO moment VALUES(35,'before','throttle_count',NULL,'this CPU or hypervisor shows no thermal_throttle');
CREATE TABLE roofline (
    run_id  INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    threads INTEGER NOT NULL,
    name    TEXT NOT NULL CHECK (name IN ('read_bytes_per_s', 'int8_macs_per_s')),
    value   REAL,
    method  TEXT NOT NULL,
    reason  TEXT,
    PRIMARY KEY (run_id, threads, name),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE score (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    config   TEXT NOT NULL DEFAULT '',      -- options the model ran with, 'name=value ...'
    task     TEXT NOT NULL,
    metric   TEXT NOT NULL,                 -- with its rule where rules differ: 'ppl@llama.cpp'
    version  TEXT NOT NULL DEFAULT '',
    value    REAL,
    stderr   REAL,
    n_items  INTEGER,
    n_shots  INTEGER,
    reason   TEXT,
    PRIMARY KEY (run_id, model_id, config, task, metric),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO score VALUES(2,1,'kv_type=f32 n_ctx=512','arc_easy','acc','1.0',0.2750000000000000222,0.071499999999999994115,40,0,NULL);
INSERT INTO score VALUES(2,1,'kv_type=f32 n_ctx=512','arc_easy','odd','1.0',NULL,NULL,0,0,'the task gave no finite value');
CREATE TABLE score_item (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    config   TEXT NOT NULL DEFAULT '',
    task     TEXT NOT NULL,
    item     TEXT NOT NULL,
    gold     TEXT,
    ll       TEXT NOT NULL,                 -- JSON array, one log-likelihood per choice
    PRIMARY KEY (run_id, model_id, config, task, item)
) STRICT, WITHOUT ROWID;
INSERT INTO score_item VALUES(3,1,'','arc_easy','7','1','[-1.5,-2]');
INSERT INTO score_item VALUES(3,1,'','arc_easy','x/1',NULL,'[-3]');
INSERT INTO score_item VALUES(8,8,'','microworld','place/0','1','[-1.5,-2.25]');
CREATE TABLE stress (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id  INTEGER NOT NULL REFERENCES fingerprint,
    test      TEXT NOT NULL,
    verdict   TEXT NOT NULL CHECK (verdict IN ('PASS', 'FAIL', 'SKIP')),
    value     REAL,
    threshold REAL,
    seconds   REAL,
    reason    TEXT,
    PRIMARY KEY (run_id, model_id, test)
) STRICT, WITHOUT ROWID;
INSERT INTO stress VALUES(4,1,'s01_a','PASS',0.5,1.0,2.0,'r');
INSERT INTO stress VALUES(4,1,'s02_b','SKIP',NULL,NULL,0.0,'one core');
INSERT INTO stress VALUES(8,8,'s02_kernel_parity','PASS',0.0,0.0,1.5,'8 variants');
INSERT INTO stress VALUES(8,8,'s08_kv_prune_recall','FAIL',12.5,3.0,20.25,'50 questions');
CREATE TABLE option_effect (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    setting  TEXT NOT NULL,                 -- workload, kernel, threads
    choice   TEXT NOT NULL,                 -- 'name=value', or several
    base     TEXT NOT NULL,                 -- what it is added to
    place    INTEGER NOT NULL,              -- of the row in the table
    exact    INTEGER NOT NULL CHECK (exact IN (0, 1)),
    decode   REAL, decode_low REAL, decode_high REAL,
    prefill  REAL, prefill_low REAL, prefill_high REAL,
    memory   REAL, sequence REAL,
    kl       REAL,
    perplexity REAL, perplexity_low REAL, perplexity_high REAL,
    accuracy REAL, accuracy_low REAL, accuracy_high REAL,
    n_items  INTEGER NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('keep', 'drop', 'neutral', 'broken', 'unmeasured')),
    reason   TEXT NOT NULL,
    claims   TEXT NOT NULL,
    rule     TEXT NOT NULL,
    PRIMARY KEY (run_id, model_id, setting, choice)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate (
    run_id   INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    kind     TEXT NOT NULL CHECK (kind IN ('gate', 'self-test')),
    model_id INTEGER NOT NULL REFERENCES fingerprint,
    base_id  INTEGER NOT NULL REFERENCES fingerprint,
    setting  TEXT NOT NULL,                 -- kernel, threads and workloads: self-tests hold for gates of their setting
    verdict  TEXT NOT NULL,
    allowed  TEXT,                          -- intended changes that were accepted: the words of --allow
    result   TEXT NOT NULL                  -- the JSON that the command prints, with every pair
) STRICT;
INSERT INTO gate VALUES(6,'gate',4,5,'kernel=auto threads=1','inconclusive',NULL,'{"schema":1,"verdict":"inconclusive","exit_code":5,"reason":"Neither a slow-down nor its absence could be shown; give a larger --budget, a wider --tolerance or a quieter machine.","base":"./worker-a","head":"./worker-b","model":"m.gguf","threads":1,"tolerance_percent":3.0,"ignore_percent":0.5,"seconds":8.0122011,"found":[],"stderr":[],"seed":1795968074,"repeat":"bitnet-bench gate --base ./worker-a --head ./worker-b --model m.gguf --db v7.db --no-lock --budget 3 --instructions off --seed 1795968074","exact":{"measured":true,"output_changed":false,"more_work":false,"compared":112,"seconds":2.1049755,"outputs":[{"workload":"prefill 16","threads":1,"changed":false,"base_hash":"dc5c754b55a724cf","head_hash":"dc5c754b55a724cf"},{"workload":"decode 4 after 64","threads":1,"changed":false,"base_hash":"d9ae51af1926f0e2","head_hash":"d9ae51af1926f0e2"},{"workload":"prefill 16","threads":1,"changed":false,"base_hash":"dc5c754b55a724cf","head_hash":"dc5c754b55a724cf"},{"workload":"decode 4 after 64","threads":1,"changed":false,"base_hash":"d9ae51af1926f0e2","head_hash":"d9ae51af1926f0e2"},{"workload":"prefill 16","threads":2,"changed":false,"base_hash":"dc5c754b55a724cf","head_hash":"dc5c754b55a724cf"},{"workload":"decode 4 after 64","threads":2,"changed":false,"base_hash":"d9ae51af1926f0e2","head_hash":"d9ae51af1926f0e2"}],"differences":[]},"instructions":{"source":null,"reason":"Switched off.","more":false,"seconds":8.0049999e-6,"counts":[]},"time":[{"workload":"prefill 16","unit":"log(head/base)","regressed":false,"improved":false,"detectable_percent":null,"place_percent":null,"first":{"pairs":1,"median_percent":30.149898,"low_percent":-100.0,"high_percent":null,"p":1.0,"p_holm":1.0,"p_faster":1.0,"suspect":false,"ruled_out":false,"log_ratios":[0.26351667]},"rerun":null},{"workload":"decode 4 after 64","unit":"log(head/base)","regressed":false,"improved":false,"detectable_percent":null,"place_percent":null,"first":{"pairs":1,"median_percent":-8.5561466,"low_percent":-100.0,"high_percent":null,"p":1.0,"p_holm":1.0,"p_faster":1.0,"suspect":false,"ruled_out":false,"log_ratios":[-0.089445026]},"rerun":null}],"operation":null,"allowed":null,"relinked":false,"canary":{"spread":0.068703455,"pairs":1,"repeated":1,"blocks":3},"builds":[{"version":"0.1.0","commit":"7644cf86ff65","compiler":"gcc 12.2.0 -O0","protocol":1,"commands":["count","hash","instructions","parts","isolate"],"file_bytes":3854400,"kernels":"amx","model":"b158-i2_s"},{"version":"0.1.0","commit":"7644cf86ff65","compiler":"gcc 12.2.0 -O0","protocol":1,"commands":["count","hash","instructions","parts","isolate"],"file_bytes":3854400,"kernels":"amx","model":"b158-i2_s"}]}');
CREATE TABLE acknowledgement (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, -- step: the first run of the new level; drift: its last run then
    config_id INTEGER NOT NULL REFERENCES config,
    phase     TEXT NOT NULL,
    ratio     REAL NOT NULL CHECK (ratio > 0), -- time after / before
    why       TEXT NOT NULL,
    acknowledged_at TEXT NOT NULL,
    PRIMARY KEY (run_id, config_id, phase)
) STRICT, WITHOUT ROWID;
INSERT INTO acknowledgement VALUES(1,1,'decode',1.25,'bounds checks','2026-11-26T09:00:00.000Z');
CREATE TABLE sample (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    -- OR: for IN with more than two values SQLite makes a table of them at every row
    phase    TEXT NOT NULL CHECK (phase = 'prefill' OR phase = 'decode' OR phase = 'benchmark' OR phase = 'ttft' OR phase = 'itl' OR phase = 'e2e'
                                  OR phase = 'load'),
    rep      INTEGER NOT NULL,              -- which repetition inside the worker, which request of the load test
    idx      INTEGER NOT NULL,              -- which token (decode, itl) or chunk (prefill) of the repetition
    ns       INTEGER NOT NULL CHECK (ns >= 0),
    n_tokens INTEGER NOT NULL CHECK (n_tokens > 0),
    PRIMARY KEY (point_id, phase, rep, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO sample VALUES(4,'decode',0,0,1001000,1);
INSERT INTO sample VALUES(4,'decode',0,1,1001010,1);
INSERT INTO sample VALUES(4,'decode',0,2,1000990,1);
INSERT INTO sample VALUES(4,'decode',1,0,1000000,1);
INSERT INTO sample VALUES(4,'decode',1,1,1000010,1);
INSERT INTO sample VALUES(4,'decode',1,2,999990,1);
INSERT INTO sample VALUES(4,'prefill',0,0,4004000,4);
INSERT INTO sample VALUES(4,'prefill',1,0,4000000,4);
INSERT INTO sample VALUES(5,'decode',0,0,1002000,1);
INSERT INTO sample VALUES(5,'decode',0,1,1002010,1);
INSERT INTO sample VALUES(5,'decode',0,2,1001990,1);
INSERT INTO sample VALUES(5,'decode',1,0,1003000,1);
INSERT INTO sample VALUES(5,'decode',1,1,1003010,1);
INSERT INTO sample VALUES(5,'decode',1,2,1002990,1);
INSERT INTO sample VALUES(5,'prefill',0,0,4008000,4);
INSERT INTO sample VALUES(5,'prefill',1,0,4012000,4);
INSERT INTO sample VALUES(11,'decode',0,0,1000000,1);
INSERT INTO sample VALUES(11,'decode',0,1,1000010,1);
INSERT INTO sample VALUES(11,'decode',0,2,999990,1);
INSERT INTO sample VALUES(11,'decode',1,0,1003000,1);
INSERT INTO sample VALUES(11,'decode',1,1,1003010,1);
INSERT INTO sample VALUES(11,'decode',1,2,1002990,1);
INSERT INTO sample VALUES(11,'prefill',0,0,4000000,4);
INSERT INTO sample VALUES(11,'prefill',1,0,4012000,4);
INSERT INTO sample VALUES(12,'decode',0,0,1001000,1);
INSERT INTO sample VALUES(12,'decode',0,1,1001010,1);
INSERT INTO sample VALUES(12,'decode',0,2,1000990,1);
INSERT INTO sample VALUES(12,'decode',1,0,1001000,1);
INSERT INTO sample VALUES(12,'decode',1,1,1001010,1);
INSERT INTO sample VALUES(12,'decode',1,2,1000990,1);
INSERT INTO sample VALUES(12,'prefill',0,0,4004000,4);
INSERT INTO sample VALUES(12,'prefill',1,0,4004000,4);
INSERT INTO sample VALUES(35,'e2e',1,0,60255237,4);
INSERT INTO sample VALUES(35,'e2e',2,0,36722730,4);
INSERT INTO sample VALUES(35,'e2e',3,0,36824700,4);
INSERT INTO sample VALUES(35,'itl',1,1,5455642,2);
INSERT INTO sample VALUES(35,'itl',2,1,10205508,3);
INSERT INTO sample VALUES(35,'load',0,0,97204609,16);
INSERT INTO sample VALUES(35,'ttft',1,0,54799595,1);
INSERT INTO sample VALUES(35,'ttft',2,0,26517222,1);
INSERT INTO sample VALUES(35,'ttft',3,0,36824700,1);
CREATE TABLE load_request (
    point_id   INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    request    INTEGER NOT NULL,            -- its number in the run; samples have it as rep
    manner     TEXT NOT NULL,               -- of its client: 'steady', 'slow', 'vanishing'
    outcome    TEXT NOT NULL,               -- 'complete', 'refused', 'failed', 'reset', 'broken', 'timeout', 'vanished'
    status     INTEGER,                     -- of HTTP
    reason     TEXT,                        -- why it is not complete
    start_ns   INTEGER NOT NULL,            -- after the first request that counts
    late_ns    INTEGER NOT NULL,            -- until it was sent
    ttft_ns    INTEGER,
    end_ns     INTEGER NOT NULL,
    prompt_tokens INTEGER,                  -- as the server counts them
    tokens     INTEGER NOT NULL,            -- received
    wasted_tokens INTEGER NOT NULL,         -- of them, by a client that got no complete answer
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (point_id, request)
) STRICT, WITHOUT ROWID;
INSERT INTO load_request VALUES(35,1,'steady','complete',200,NULL,0,129702,54799595,60255237,28,4,0,1082);
INSERT INTO load_request VALUES(35,2,'steady','complete',200,NULL,60309608,36258,26517222,36722730,30,4,0,1093);
INSERT INTO load_request VALUES(35,3,'steady','complete',200,NULL,60309608,135443,36824700,36824700,26,4,0,787);
CREATE TABLE claim (
    run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    claim       TEXT NOT NULL,              -- id of the claim: the name of its file
    value       TEXT NOT NULL,              -- which of its figures
    place       INTEGER NOT NULL,           -- of the row among those of the run
    statement   TEXT NOT NULL,
    source      TEXT NOT NULL,
    found_in    TEXT NOT NULL,              -- table, figure, section
    provenance  TEXT NOT NULL,              -- 'P1' (primary text) to 'P6' (secondary page without a primary source)
    environment TEXT NOT NULL,
    in_table    TEXT, in_row TEXT, in_column TEXT,
    unit        TEXT NOT NULL,
    published   REAL NOT NULL, accept_low REAL NOT NULL, accept_high REAL NOT NULL,
    measured    REAL, low REAL, high REAL,
    n           INTEGER NOT NULL,           -- pairs behind it; 0: arithmetic, or nothing
    verdict     TEXT NOT NULL,
    whole       TEXT NOT NULL,              -- verdict of all values of the claim together
    reason      TEXT NOT NULL,
    evidence_id INTEGER REFERENCES run (run_id) ON DELETE SET NULL,
    PRIMARY KEY (run_id, claim, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE counter (
    point_id INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    phase  TEXT NOT NULL,
    op     TEXT NOT NULL DEFAULT '',
    thread INTEGER NOT NULL DEFAULT -1,
    name   TEXT NOT NULL,
    source TEXT NOT NULL
        CHECK (source = 'perf' OR source = 'software' OR source = 'callgrind' OR source = 'rusage' OR source = 'fake' OR source = 'qemu'),
    value  REAL,
    reason TEXT,
    scaled INTEGER NOT NULL DEFAULT 0 CHECK (scaled IN (0, 1)),
    n_tokens INTEGER NOT NULL DEFAULT 0,    -- tokens the value covers
    PRIMARY KEY (point_id, phase, op, thread, name, source),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX run_identity ON run (identity, finished_at);
CREATE INDEX run_started ON run (started_at, run_id);
CREATE INDEX point_queue ON point (run_id, state, ordinal);
CREATE INDEX point_config ON point (config_id);
CREATE INDEX point_hash ON point (run_id, hash) WHERE hash IS NOT NULL;
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
CREATE VIEW v_models AS
SELECT m.fingerprint_id AS model_id, m.hash, m.label || CASE WHEN EXISTS (
           SELECT 1 FROM fingerprint o WHERE o.kind = 'model' AND o.label = m.label AND o.fingerprint_id <> m.fingerprint_id)
       THEN ' #' || substr(m.hash, instr(m.hash, ':') + 1, 8) ELSE '' END AS model
FROM fingerprint m WHERE m.kind = 'model';
CREATE VIEW v_configs AS
SELECT c.config_id, c.key, c.engine, c.model_id, coalesce(m.model, '') AS model, m.hash AS model_hash,
       (SELECT value FROM fingerprint_field f WHERE f.fingerprint_id = c.model_id AND f.name = 'file') AS model_file, c.workload,
       c.fill_tokens, c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options,
       CASE c.engine WHEN 'bitnet' THEN '' ELSE c.engine || ' ' END || c.kernel || ' x' || c.threads
           || CASE c.options WHEN '' THEN '' ELSE ' ' || c.options END AS series
FROM config c LEFT JOIN v_models m USING (model_id);
CREATE VIEW v_options AS SELECT config_id, name, value, reason FROM config_option;
CREATE VIEW v_points AS
SELECT p.point_id, p.run_id, p.ordinal, p.round, p.config_id, c.engine, c.model_id, c.model, c.workload, c.fill_tokens,
       c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options, c.series, p.build_id, p.state, p.attempts,
       p.reason, p.signal, p.exit_code, p.stderr_tail, p.hash, p.kernels_used, p.peak_rss_bytes, p.started_at, p.seconds,
       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = 'prefill')
           AS prefill_tokens_per_s,
       (SELECT 1e9 * sum(n_tokens) / sum(ns) FROM sample s WHERE s.point_id = p.point_id AND s.phase = 'decode')
           AS decode_tokens_per_s
FROM point p JOIN v_configs c USING (config_id);
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
CREATE VIEW v_outputs AS
SELECT p.run_id, p.point_id, p.ordinal, p.state, p.hash, c.engine, c.kernel, c.threads, c.workload,
       printf('%s %d %d %d %d %d %s', c.engine, coalesce(c.model_id, 0), c.fill_tokens, c.prefill_tokens, c.decode_tokens,
              c.kernel = 'reference64', c.options) AS work,
       p.state = 'failed' AND p.signal IS NULL AND p.exit_code = 0 AS contradicts
FROM point p JOIN config c USING (config_id);
CREATE VIEW v_failures AS
SELECT point_id, run_id, config_id, model, workload, series, round, state, reason, signal, exit_code, stderr_tail
FROM v_points WHERE state IN ('failed', 'skipped');
CREATE VIEW v_samples AS
SELECT p.run_id, p.point_id, p.config_id, p.round, s.phase, s.rep, s.idx, s.ns, s.n_tokens,
       1.0 * s.ns / s.n_tokens AS ns_per_token, p.hash
FROM sample s JOIN point p USING (point_id) WHERE p.state = 'finished';
CREATE VIEW v_latency AS
WITH ranked AS (
    SELECT run_id, config_id, phase, ns_per_token AS x, row_number() OVER w AS i, count(*) OVER (PARTITION BY run_id, config_id, phase) AS n
    FROM v_samples WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY ns_per_token)),
chosen AS (
    SELECT run_id, config_id, phase, i, n, min(x) OVER w AS min_ns, avg(x) OVER w AS mean_ns, max(x) OVER w AS max_ns,
           (nth_value(x, (n + 1) / 2) OVER w + nth_value(x, (n + 2) / 2) OVER w) / 2 AS median_ns,
           nth_value(x, (n + 3) / 4) OVER w AS p25_ns, nth_value(x, (3 * n + 3) / 4) OVER w AS p75_ns,
           CASE WHEN n >= 64 THEN nth_value(x, (90 * n + 99) / 100) OVER w END AS p90_ns,
           CASE WHEN n >= 662 THEN nth_value(x, (99 * n + 99) / 100) OVER w END AS p99_ns
    FROM ranked WINDOW w AS (PARTITION BY run_id, config_id, phase ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
SELECT run_id, config_id, phase, n, min_ns, mean_ns, max_ns, median_ns, p25_ns, p75_ns, p90_ns, p99_ns, 1e9 / median_ns AS tokens_per_s
FROM chosen WHERE i = 1;
CREATE VIEW v_results AS
SELECT l.run_id, l.config_id, c.engine, c.model, c.model_id, c.workload, c.fill_tokens, c.prefill_tokens,
       c.decode_tokens, c.kernel, c.threads, c.options, c.series, l.phase, l.n, l.min_ns, l.p25_ns, l.median_ns,
       l.mean_ns, l.p75_ns, l.p90_ns, l.p99_ns, l.max_ns, l.tokens_per_s
FROM v_latency l JOIN v_configs c USING (config_id);
CREATE VIEW v_requests AS
SELECT run_id, point_id, config_id, rep,
       sum(CASE WHEN phase = 'prefill' THEN ns END) AS ttft_ns,
       1.0 * sum(CASE WHEN phase = 'decode' THEN ns END) / sum(phase = 'decode') AS tpot_ns,
       max(CASE WHEN phase = 'decode' THEN ns END) AS itl_max_ns, sum(ns) AS e2e_ns, sum(phase = 'decode') AS n_decoded
FROM v_samples GROUP BY point_id, rep HAVING ttft_ns IS NOT NULL AND n_decoded > 0;
CREATE VIEW v_load_requests AS
SELECT p.run_id, p.point_id, p.config_id, p.round, q.request, q.manner, q.outcome, q.status, q.reason, q.start_ns, q.late_ns, q.ttft_ns, q.end_ns, q.prompt_tokens,
       q.tokens, q.wasted_tokens, q.bytes
FROM load_request q JOIN point p USING (point_id);
CREATE VIEW v_counters AS
SELECT p.run_id, p.point_id, p.config_id, c.workload, c.series, k.phase, k.op, k.thread, k.name, k.source, k.value,
       k.reason, k.scaled, k.n_tokens, k.value / nullif(k.n_tokens, 0) AS per_token
FROM counter k JOIN point p USING (point_id) JOIN v_configs c USING (config_id);
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
CREATE VIEW v_op_layers AS
SELECT p.run_id, o.point_id, p.config_id, o.phase, o.layer, o.op, o.thread, o.calls, o.ns, o.weight_bytes, o.kv_bytes,
       o.macs, o.n_tokens
FROM op_time o JOIN point p USING (point_id);
CREATE VIEW v_roofline AS SELECT run_id, threads, name, value, method, reason FROM roofline;
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
CREATE VIEW v_fingerprints AS
SELECT r.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity
FROM run r JOIN fingerprint f ON f.fingerprint_id IN (r.machine_id, r.build_id) JOIN fingerprint_field x USING (fingerprint_id)
UNION ALL
SELECT DISTINCT p.run_id, f.kind, f.hash, f.label, x.name, x.value, x.reason, x.identity
FROM point p JOIN config c USING (config_id) JOIN fingerprint f ON f.fingerprint_id = c.model_id
JOIN fingerprint_field x USING (fingerprint_id);
CREATE VIEW v_moments AS
SELECT p.run_id, m.point_id, m.at, m.name, m.value, m.reason FROM moment m JOIN point p USING (point_id);
CREATE VIEW v_history AS
SELECT c.config_id || ' ' || l.phase || ' ' || coalesce(r.machine_id, 0) AS track, r.machine_id, r.machine, c.model,
       c.model_id, c.workload, c.series, c.kernel, c.threads, c.options, c.config_id, l.phase, r.run_id, r.started_at,
       r.commit_id, l.n, l.median_ns, l.p25_ns, l.p75_ns, l.tokens_per_s
FROM v_latency l JOIN v_runs r USING (run_id) JOIN v_configs c USING (config_id);
CREATE VIEW v_acknowledgements AS
SELECT a.run_id, a.config_id, a.phase, r.machine_id, r.started_at, r.commit_id, a.ratio, a.why, a.acknowledged_at
FROM acknowledgement a JOIN v_runs r USING (run_id);
CREATE VIEW v_scores AS
SELECT s.run_id, s.model_id, m.model, s.config, s.task, s.version, s.metric, s.value, s.stderr, s.n_items,
       s.n_shots, s.reason
FROM score s JOIN v_models m USING (model_id);
CREATE VIEW v_latest_scores AS
SELECT s.* FROM v_scores s WHERE s.run_id = (
    SELECT t.run_id FROM score t JOIN run r USING (run_id)
    WHERE t.model_id = s.model_id AND t.task = s.task AND t.metric = s.metric AND t.config = s.config
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);
CREATE VIEW v_score_items AS
SELECT s.run_id, s.model_id, m.model, s.config, s.task, s.item, s.gold, s.ll
FROM score_item s JOIN v_models m USING (model_id);
CREATE VIEW v_stress AS
SELECT s.run_id, s.model_id, m.model, s.test, s.verdict, s.value, s.threshold, s.seconds, s.reason
FROM stress s JOIN v_models m USING (model_id);
CREATE VIEW v_latest_stress AS
SELECT s.* FROM v_stress s WHERE s.run_id = (
    SELECT t.run_id FROM stress t JOIN run r USING (run_id) WHERE t.model_id = s.model_id AND t.test = s.test
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);
CREATE VIEW v_plans AS
SELECT run_id, plan, CASE WHEN instr(char(10) || plan_text, char(10) || 'mode: one_at_a_time') THEN 'one_at_a_time'
           WHEN instr(char(10) || plan_text, char(10) || 'mode: leave_one_out') THEN 'leave_one_out'
           WHEN instr(char(10) || plan_text, char(10) || 'mode: pairwise') THEN 'pairwise' ELSE 'cartesian' END AS mode
FROM run;
CREATE VIEW v_option_effects AS
SELECT e.run_id, e.model_id, m.model, e.setting, e.choice, e.base, e.place, e.exact, e.decode, e.decode_low, e.decode_high, e.prefill, e.prefill_low, e.prefill_high, e.memory, e.sequence, e.kl,
       e.perplexity, e.perplexity_low, e.perplexity_high, e.accuracy, e.accuracy_low, e.accuracy_high, e.n_items, e.verdict, e.reason, e.claims, e.rule
FROM option_effect e JOIN v_models m USING (model_id);
CREATE VIEW v_gates AS
SELECT g.run_id, g.kind, r.started_at, r.host, r.command, r.machine_id, g.model_id, m.model, b.label AS base, h.label AS head, g.setting,
       g.verdict, g.allowed, g.result
FROM gate g JOIN run r USING (run_id) JOIN v_models m USING (model_id) JOIN fingerprint b ON b.fingerprint_id = g.base_id
LEFT JOIN fingerprint h ON h.fingerprint_id = r.build_id;
CREATE VIEW v_claims AS
SELECT k.run_id, r.machine_id, r.machine, r.host, r.started_at, r.commit_id, k.claim, k.value, k.place, k.statement, k.source, k.found_in,
       k.provenance, k.environment, k.in_table, k.in_row, k.in_column, k.unit, k.published, k.accept_low, k.accept_high, k.measured, k.low, k.high,
       k.n, k.verdict, k.whole, k.reason, k.evidence_id, e.commit_id AS evidence_commit
FROM claim k JOIN v_runs r USING (run_id) LEFT JOIN v_runs e ON e.run_id = k.evidence_id;
CREATE VIEW v_latest_claims AS
SELECT c.* FROM v_claims c WHERE c.run_id = (
    SELECT k.run_id FROM claim k JOIN run r USING (run_id) WHERE k.claim = c.claim AND r.machine_id IS c.machine_id
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1);
COMMIT;
PRAGMA user_version = 11;
