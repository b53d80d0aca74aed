-- seals.sql - what the seals of a database should be, for one connection. Every fingerprint, config, run and measured point has a
-- seal in its row: bn_mix (mix.c) over the row and over all rows that belong to it, written in the transaction that stored them. Lost
-- or exchanged rows, which SQLite's own integrity check cannot notice, change `now`. Ids are left out and what they point to is taken
-- instead, so that a point keeps its seal in another database. seal NULL: none, as in rows of versions before 5.

CREATE TEMP VIEW seal_of_fingerprint AS
SELECT f.fingerprint_id AS id, f.seal, f.label AS name, bn_mix(f.kind, f.hash, f.label,
    (SELECT sum(bn_mix(x.name, x.value, x.reason, x.identity)) FROM main.fingerprint_field x WHERE x.fingerprint_id = f.fingerprint_id)) AS now
FROM main.fingerprint f;

CREATE TEMP VIEW seal_of_config AS
SELECT c.config_id AS id, c.seal, c.key AS name, bn_mix(c.key, c.engine, (SELECT hash FROM main.fingerprint m WHERE m.fingerprint_id = c.model_id),
    c.workload, c.fill_tokens, c.prefill_tokens, c.decode_tokens, c.kernel, c.threads, c.options,
    (SELECT sum(bn_mix(o.name, o.value, o.reason)) FROM main.config_option o WHERE o.config_id = c.config_id)) AS now
FROM main.config c;

CREATE TEMP VIEW seal_of_run AS
SELECT r.run_id AS id, r.seal, r.run_id AS name, bn_mix(r.uid, r.identity, r.source, r.plan, r.plan_text, r.seed, r.command, r.host,
    (SELECT hash FROM main.fingerprint f WHERE f.fingerprint_id = r.machine_id), (SELECT hash FROM main.fingerprint f WHERE f.fingerprint_id = r.build_id),
    r.started_at, r.finished_at,
    (SELECT sum(bn_mix(x.threads, x.name, x.value, x.method, x.reason)) FROM main.roofline x WHERE x.run_id = r.run_id),
    (SELECT sum(bn_mix(m.hash, s.config, s.task, s.metric, s.version, s.value, s.stderr, s.n_items, s.n_shots, s.reason))
        FROM main.score s LEFT JOIN main.fingerprint m ON m.fingerprint_id = s.model_id WHERE s.run_id = r.run_id),
    (SELECT sum(bn_mix(m.hash, i.config, i.task, i.item, i.gold, i.ll))
        FROM main.score_item i LEFT JOIN main.fingerprint m ON m.fingerprint_id = i.model_id WHERE i.run_id = r.run_id),
    -- one sum, so that a run without effects of options, gate and acknowledgements keeps the seal that version 5 gave it, and rows
    -- without columns of version 12 theirs
    (SELECT sum(x) FROM (SELECT bn_mix(m.hash, t.test, t.verdict, t.value, t.threshold, t.seconds, t.reason) AS x
        FROM main.stress t LEFT JOIN main.fingerprint m ON m.fingerprint_id = t.model_id WHERE t.run_id = r.run_id
        UNION ALL SELECT bn_mix(m.hash, t.config, t.test, t.verdict, t.value)
        FROM main.stress t LEFT JOIN main.fingerprint m ON m.fingerprint_id = t.model_id WHERE t.run_id = r.run_id AND t.config <> ''
        UNION ALL SELECT bn_mix(m.hash, i.config, i.task, i.item, i.is_right, i.text)
        FROM main.score_item i LEFT JOIN main.fingerprint m ON m.fingerprint_id = i.model_id WHERE i.run_id = r.run_id AND i.is_right IS NOT NULL
        UNION ALL SELECT bn_mix(m.hash, e.setting, e.choice, e.base, e.place, e.exact, e.decode, e.decode_low, e.decode_high, e.prefill, e.prefill_low, e.prefill_high, e.memory, e.sequence, e.kl,
            e.perplexity, e.perplexity_low, e.perplexity_high, e.accuracy, e.accuracy_low, e.accuracy_high, e.n_items, e.verdict, e.reason, e.claims, e.rule)
        FROM main.option_effect e LEFT JOIN main.fingerprint m ON m.fingerprint_id = e.model_id WHERE e.run_id = r.run_id
        UNION ALL SELECT bn_mix(g.kind, m.hash, b.hash, g.setting, g.verdict, g.allowed, g.result)
        FROM main.gate g LEFT JOIN main.fingerprint m ON m.fingerprint_id = g.model_id LEFT JOIN main.fingerprint b ON b.fingerprint_id = g.base_id
        WHERE g.run_id = r.run_id
        UNION ALL SELECT bn_mix(c.key, a.phase, a.ratio, a.why, a.acknowledged_at)
        FROM main.acknowledgement a JOIN main.config c USING (config_id) WHERE a.run_id = r.run_id
        UNION ALL SELECT bn_mix(k.claim, k.value, k.place, k.statement, k.source, k.found_in, k.provenance, k.environment, k.in_table, k.in_row, k.in_column,
            k.unit, k.published, k.accept_low, k.accept_high, k.measured, k.low, k.high, k.n, k.verdict, k.whole, k.reason)
        FROM main.claim k WHERE k.run_id = r.run_id))) AS now
FROM main.run r;

CREATE TEMP VIEW seal_of_point AS
SELECT p.point_id AS id, p.seal, p.ordinal + 1 || ' of run ' || p.run_id AS name, bn_mix(p.ordinal, p.round, p.state, p.reason, p.signal, p.exit_code,
    p.stderr_tail, p.hash, p.kernels_used, p.peak_rss_bytes, p.started_at, p.seconds,
    (SELECT key FROM main.config c WHERE c.config_id = p.config_id), (SELECT hash FROM main.fingerprint f WHERE f.fingerprint_id = p.build_id),
    coalesce(bn_mixed(p.point_id), (SELECT sum(bn_mix(s.phase, s.rep, s.idx, s.ns, s.n_tokens)) FROM main.sample s WHERE s.point_id = p.point_id)),
    (SELECT sum(bn_mix(k.phase, k.op, k.thread, k.name, k.source, k.value, k.reason, k.scaled, k.n_tokens)) FROM main.counter k WHERE k.point_id = p.point_id),
    (SELECT sum(bn_mix(o.phase, o.layer, o.op, o.thread, o.calls, o.ns, o.weight_bytes, o.kv_bytes, o.macs, o.n_tokens)) FROM main.op_time o WHERE o.point_id = p.point_id),
    -- one sum, so that a point without requests of a load test keeps the seal that version 5 gave it
    (SELECT sum(x) FROM (SELECT bn_mix(m.at, m.name, m.value, m.reason) AS x FROM main.moment m WHERE m.point_id = p.point_id
        UNION ALL SELECT bn_mix(q.request, q.manner, q.outcome, q.status, q.reason, q.start_ns, q.late_ns, q.ttft_ns, q.end_ns, q.prompt_tokens, q.tokens, q.wasted_tokens, q.bytes)
        FROM main.load_request q WHERE q.point_id = p.point_id))) AS now
FROM main.point p;

CREATE TEMP VIEW broken_seals AS
SELECT 'fingerprint' AS kind, name FROM seal_of_fingerprint WHERE seal <> now UNION ALL
SELECT 'config', name FROM seal_of_config WHERE seal <> now UNION ALL
SELECT 'run', name FROM seal_of_run WHERE seal <> now UNION ALL
SELECT 'point', name FROM seal_of_point WHERE seal <> now;

-- measured points and runs that no seal protects
CREATE TEMP VIEW unsealed AS
SELECT 'point' AS kind, run_id FROM main.point WHERE seal IS NULL AND state NOT IN ('planned', 'claimed') UNION ALL
SELECT 'run', run_id FROM main.run WHERE seal IS NULL;
